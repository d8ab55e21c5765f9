// A function as it would run on nominal arguments: how often each block is executed, and where memory is
// touched.
//
// No code runs. Integers that come from outside get one nominal value, pointers addresses far apart; what can
// be computed from them is computed (bounds of loops, checks for overlap before a vectorised loop, the start
// of a remainder loop), recurrences as they are in the middle of their loop. What is left of a branch is
// decided by LLVM's branch probabilities, what is left of a trip count by the nominal value.
#pragma once

#include <llvm/ADT/APInt.h>
#include <llvm/ADT/DenseMap.h>
#include <llvm/Analysis/AssumptionCache.h>
#include <llvm/Analysis/BranchProbabilityInfo.h>
#include <llvm/Analysis/LoopInfo.h>
#include <llvm/Analysis/ScalarEvolution.h>
#include <llvm/Analysis/ScalarEvolutionExpressions.h>
#include <llvm/Analysis/TargetLibraryInfo.h>
#include <llvm/IR/Dominators.h>

#include <optional>

namespace passwright {

class Nominal {
public:
  // `nominal`: value of every integer that is not known.
  Nominal(llvm::Function &function, const llvm::TargetLibraryInfoImpl &library, uint64_t nominal);

  // Executions of a block in one call of the function.
  double count(const llvm::BasicBlock *block) const { return counts.lookup(block); }
  // Turns of a loop each time that it is entered, at least 1.
  double trips(const llvm::Loop *loop) const;

  // A value as it is in the middle of the loops around it; what cannot be computed counts as nominal.
  std::optional<llvm::APInt> valueOf(const llvm::SCEV *expression);

  llvm::DominatorTree tree;
  llvm::LoopInfo loops;
  llvm::AssumptionCache assumptions;
  llvm::TargetLibraryInfo functions;
  llvm::ScalarEvolution evolution;

private:
  struct Found {
    std::optional<llvm::APInt> value;
    bool variant = false; // whether it depends on the turn of a loop
  };

  void flow();
  double turnsOf(const llvm::Loop &loop);
  void leave(const llvm::BasicBlock &block, double count, double entered);
  void settle(llvm::PHINode &phi);
  double probability(const llvm::BasicBlock &block, unsigned successor);

  Found find(const llvm::Value *value, unsigned depth = 0);
  Found compute(const llvm::Instruction &instruction, unsigned depth);
  Found intrinsic(const llvm::CallInst &call, unsigned depth);
  Found ofOverflow(const llvm::ExtractValueInst &extract, unsigned depth);
  Found address(const llvm::GEPOperator &access, unsigned depth);
  Found recurrence(const llvm::PHINode &phi, unsigned depth);
  Found of(const llvm::SCEV *expression, unsigned depth);
  Found folded(const llvm::SCEVNAryExpr &expression, unsigned depth);
  llvm::APInt unknown(const llvm::Value *value, unsigned bits);

  llvm::Function &function;
  uint64_t nominal;
  bool guess = false; // whether what cannot be computed counts as nominal
  llvm::BranchProbabilityInfo probabilities;
  llvm::DenseMap<const llvm::BasicBlock *, double> counts;
  llvm::DenseMap<const llvm::Loop *, double> turns, entries;
  llvm::DenseMap<std::pair<const llvm::BasicBlock *, const llvm::BasicBlock *>, double> flows;
  llvm::DenseMap<const llvm::Value *, Found> known;
  llvm::DenseMap<const llvm::Value *, uint64_t> places;
};

} // namespace passwright
