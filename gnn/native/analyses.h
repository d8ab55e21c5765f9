// The analyses that a graph is made from, by the new pass manager's analysis manager.
#pragma once

#include <llvm/Analysis/BlockFrequencyInfo.h>
#include <llvm/Analysis/BranchProbabilityInfo.h>
#include <llvm/Analysis/LoopInfo.h>
#include <llvm/Analysis/MemorySSA.h>
#include <llvm/Analysis/ScalarEvolution.h>
#include <llvm/Analysis/TargetLibraryInfo.h>
#include <llvm/Analysis/TargetTransformInfo.h>
#include <llvm/IR/PassManager.h>
#include <llvm/Target/TargetMachine.h>

namespace passwright {

// Computes and keeps analyses of one module's functions; only what graphs need is registered.
class Analyses {
public:
  Analyses(const llvm::Module &module, llvm::TargetMachine &machine);

  llvm::LoopInfo &loops(llvm::Function &f) { return manager.getResult<llvm::LoopAnalysis>(f); }
  llvm::ScalarEvolution &evolution(llvm::Function &f) {
    return manager.getResult<llvm::ScalarEvolutionAnalysis>(f);
  }
  llvm::BranchProbabilityInfo &probabilities(llvm::Function &f) {
    return manager.getResult<llvm::BranchProbabilityAnalysis>(f);
  }
  llvm::BlockFrequencyInfo &frequencies(llvm::Function &f) {
    return manager.getResult<llvm::BlockFrequencyAnalysis>(f);
  }
  llvm::MemorySSA &memory(llvm::Function &f) {
    return manager.getResult<llvm::MemorySSAAnalysis>(f).getMSSA();
  }
  llvm::TargetLibraryInfo &library(llvm::Function &f) {
    return manager.getResult<llvm::TargetLibraryAnalysis>(f);
  }
  llvm::TargetTransformInfo &target(llvm::Function &f) {
    return manager.getResult<llvm::TargetIRAnalysis>(f);
  }
  llvm::DominatorTree &dominators(llvm::Function &f) {
    return manager.getResult<llvm::DominatorTreeAnalysis>(f);
  }

  // Frees what is known about a function.
  void forget(llvm::Function &f) { manager.clear(f, f.getName()); }

private:
  llvm::TargetLibraryInfoImpl libraryFunctions;
  llvm::FunctionAnalysisManager manager;
};

} // namespace passwright
