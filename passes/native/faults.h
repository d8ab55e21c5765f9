// Single-bit faults in IR values: the instrumentation that counts dynamic values and flips one bit of one.
//
// The module gets three exported globals, which whoever runs it sets and reads:
//   __pw_fault_countdown  i64  how many values are computed before the one that is hit; after a run, that
//   minus
//                              the number of values computed (modulo 2^64)
//   __pw_fault_bit        i32  the bit to flip, modulo the value's width; all ones: flip nothing, only say
//   where
//   __pw_fault_site       i32  the number of the site that was hit, plus one; 0: none was
// Values are counted by straight-line stretches of code: a stretch takes as many off the countdown as it will
// compute, and each of its values compares what was left with its own position. Flips stand out of the way at
// the function's end.
#pragma once

#include <llvm/IR/Module.h>

#include <string>
#include <vector>

namespace passwright {

// One instruction whose results can be hit.
struct FaultSite {
  unsigned id = 0;
  std::string function;
  // "integer", "float", "load", "address", "compare", "cast", "call", "phi", "select", "vector" or "other".
  std::string kind;
  std::string opcode; // for intrinsics their name: llvm.fma
  unsigned bits = 0;  // of the whole value, all lanes
  std::string file;
  unsigned line = 0; // 0: no debug info
};

// Instruments the functions of these names (all defined ones for none), in place. What it inserts must not be
// optimised afterwards. Throws InputError for a module that is instrumented already.
std::vector<FaultSite> instrumentFaults(llvm::Module &module, const std::vector<std::string> &functions);

} // namespace passwright
