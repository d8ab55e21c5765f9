// A guard around Polly 19, for two ways in which it makes wrong code (docs/fuzzing.md).
#pragma once

#include <llvm/ADT/DenseMap.h>
#include <llvm/IR/PassInstrumentation.h>
#include <llvm/Support/Alignment.h>

namespace passwright {

// Alignment: where DeLICM has mapped a scalar to an array's element, Polly loads and stores it with the
// alignment that is natural for the type. The array may be aligned less: a vector of 64 bytes in an array of
// ints then faults. While this lives, no access that Polly leaves in a function assumes more than the weakest
// access of its size did before, where that was less than natural. Later passes raise alignments again where
// they can prove them.
//
// Overflow: Polly writes conditions anew as arithmetic of 64 bits, where comparing with a constant near the
// ends of the range overflows for ordinary values. Functions with such a comparison are kept from it.
class PollyGuard {
public:
  void attach(llvm::PassInstrumentationCallbacks &callbacks);

private:
  llvm::DenseMap<uint64_t, llvm::Align> weakest; // by bytes, of the function that Polly works on
  bool skipped = false;                          // whether that function is kept from Polly
};

} // namespace passwright
