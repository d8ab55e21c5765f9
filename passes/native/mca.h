// Simulation of a sequence of machine instructions by LLVM-MCA.
#pragma once

#include <llvm/ADT/StringRef.h>

#include <memory>
#include <string>

namespace passwright {

struct SequenceCost {
  unsigned instructions = 0, uops = 0;
  unsigned calls = 0;     // each counted as 100 cycles, on top of the rest
  unsigned skipped = 0;   // instructions that the scheduling model does not know
  double cycles = 0;      // per iteration, when the sequence repeats
  double rthroughput = 0; // cycles per iteration if only resources and dispatch width limit it
};

// Costs assembly text for one CPU.
class Simulator {
public:
  Simulator(const std::string &triple, const std::string &cpu, const std::string &features);
  ~Simulator();

  // Throws InputError for assembly that does not parse and for a CPU without a scheduling model.
  SequenceCost cost(llvm::StringRef assembly, unsigned iterations);

private:
  struct Tables;
  std::unique_ptr<Tables> tables;
};

} // namespace passwright
