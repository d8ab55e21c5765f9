// A guard around LLVM 19's loop vectorizer, which takes a forced interleave count where it is not safe
// (docs/fuzzing.md).
#pragma once

#include <llvm/IR/PassInstrumentation.h>
#include <llvm/IR/PassManager.h>
#include <llvm/IR/ValueHandle.h>

namespace passwright {

// Where iterations depend on others a few before them, the vectorizer bounds the vector width by that
// distance, but multiplies it by the interleave count of -force-vector-interleave or of a loop's hint. While
// this lives, such loops are not vectorized under a count above one.
class InterleaveGuard {
public:
  explicit InterleaveGuard(llvm::FunctionAnalysisManager &analyses) : analyses(analyses) {}
  void attach(llvm::PassInstrumentationCallbacks &callbacks);

private:
  struct Disabled {
    llvm::WeakVH latch; // the branch that carries the loop's metadata
    llvm::MDNode *before, *during;
  };

  void disable(llvm::Function &function);
  void restore();

  llvm::FunctionAnalysisManager &analyses;
  llvm::SmallVector<Disabled, 4> disabled;
};

} // namespace passwright
