// Registration of the analyses. PassBuilder would register three times as many, which costs more than running
// some of them.
#include "analyses.h"

#include <llvm/Analysis/AliasAnalysis.h>
#include <llvm/Analysis/AssumptionCache.h>
#include <llvm/Analysis/BasicAliasAnalysis.h>
#include <llvm/Analysis/PostDominators.h>
#include <llvm/Analysis/ScopedNoAliasAA.h>
#include <llvm/Analysis/TypeBasedAliasAnalysis.h>
#include <llvm/IR/Dominators.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/PassInstrumentation.h>
#include <llvm/TargetParser/Triple.h>

using namespace llvm;

namespace passwright {

Analyses::Analyses(const Module &module, TargetMachine &machine)
    : libraryFunctions(Triple(module.getTargetTriple())) {
  manager.registerPass([] { return PassInstrumentationAnalysis(); });
  manager.registerPass([this] { return TargetLibraryAnalysis(libraryFunctions); });
  manager.registerPass([&] { return machine.getTargetIRAnalysis(); });
  manager.registerPass([] { return AssumptionAnalysis(); });
  manager.registerPass([] { return DominatorTreeAnalysis(); });
  manager.registerPass([] { return PostDominatorTreeAnalysis(); });
  manager.registerPass([] { return LoopAnalysis(); });
  manager.registerPass([] { return ScalarEvolutionAnalysis(); });
  manager.registerPass([] { return BranchProbabilityAnalysis(); });
  manager.registerPass([] { return BlockFrequencyAnalysis(); });
  manager.registerPass([] { return BasicAA(); });
  manager.registerPass([] { return ScopedNoAliasAA(); });
  manager.registerPass([] { return TypeBasedAA(); });
  manager.registerPass([] {
    AAManager aliases;
    aliases.registerFunctionAnalysis<BasicAA>();
    aliases.registerFunctionAnalysis<ScopedNoAliasAA>();
    aliases.registerFunctionAnalysis<TypeBasedAA>();
    return aliases;
  });
  manager.registerPass([] { return MemorySSAAnalysis(); });
}

} // namespace passwright
