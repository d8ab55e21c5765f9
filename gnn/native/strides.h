// How addresses move from one iteration of a loop to the next.
#pragma once

#include <llvm/ADT/DenseMap.h>
#include <llvm/Analysis/LoopInfo.h>
#include <llvm/Analysis/ScalarEvolution.h>
#include <llvm/IR/Operator.h>

#include <cstdint>

namespace passwright {

enum class StrideKind : int32_t {
  None,
  Invariant, // the same in every iteration
  Constant,
  Symbolic, // by an amount that the loop does not change
  Irregular
};

// The change of a value from one iteration to the next.
struct Stride {
  StrideKind kind = StrideKind::None;
  int64_t amount = 0; // bytes for an address; 0 unless the kind is Constant
};

// Scalar evolution finds the recurrences of the phis; what is computed from them is followed here, operation
// by operation. Its own expressions for addresses are simplified far beyond this need (a graph takes a third
// less time without them), and end at widened indices that it cannot prove not to wrap, which in loops that
// are not rotated it seldom can. Here they are taken not to wrap.
class Strides {
public:
  Strides(const llvm::LoopInfo &loops, llvm::ScalarEvolution &evolution)
      : loops(loops), evolution(evolution) {}

  Stride of(const llvm::Value &value, const llvm::Loop &loop);

private:
  Stride compute(const llvm::Instruction &instruction, const llvm::Loop &loop);
  Stride recurrence(const llvm::PHINode &phi, const llvm::Loop &loop);
  Stride address(const llvm::GEPOperator &address, const llvm::Loop &loop);

  const llvm::LoopInfo &loops;
  llvm::ScalarEvolution &evolution;
  unsigned depth = 0; // of the operations that are followed
  llvm::DenseMap<std::pair<const llvm::Value *, const llvm::Loop *>, Stride> known;
};

} // namespace passwright
