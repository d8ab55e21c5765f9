// What keeps the loop vectorizer from interleaving iterations that depend on each other; see
// interleave_guard.h.
#include "interleave_guard.h"

#include <llvm/Analysis/LoopAccessAnalysis.h>
#include <llvm/Analysis/LoopInfo.h>
#include <llvm/IR/Function.h>
#include <llvm/IR/Instructions.h>
#include <llvm/Transforms/Utils/LoopUtils.h>

using namespace llvm;

namespace passwright {
namespace {

// The function, when the pass is the loop vectorizer.
Function *vectorized(StringRef pass, const Any &unit) {
  auto *function = pass == "LoopVectorizePass" ? any_cast<const Function *>(&unit) : nullptr;
  return function ? const_cast<Function *>(*function) : nullptr;
}

bool isInterleaved(const Loop &loop) {
  if (VectorizerParams::VectorizationInterleave > 1)
    return true;
  return getOptionalIntLoopAttribute(const_cast<Loop *>(&loop), "llvm.loop.interleave.count").value_or(0) > 1;
}

} // namespace

void InterleaveGuard::attach(PassInstrumentationCallbacks &callbacks) {
  callbacks.registerBeforeNonSkippedPassCallback([this](StringRef pass, Any unit) {
    if (Function *function = vectorized(pass, unit))
      disable(*function);
  });
  callbacks.registerAfterPassCallback([this](StringRef pass, Any unit, const PreservedAnalyses &) {
    if (vectorized(pass, unit))
      restore();
  });
}

void InterleaveGuard::disable(Function &function) {
  disabled.clear();
  LoopInfo &loops = analyses.getResult<LoopAnalysis>(function);
  LoopAccessInfoManager *accesses = nullptr;
  for (Loop *loop : loops.getLoopsInPreorder()) {
    BasicBlock *latch = loop->getLoopLatch();
    if (!loop->isInnermost() || !latch || !isInterleaved(*loop))
      continue;
    if (!accesses)
      accesses = &analyses.getResult<LoopAccessAnalysis>(function);
    const LoopAccessInfo &access = accesses->getInfo(*loop);
    if (access.canVectorizeMemory() && access.getDepChecker().isSafeForAnyVectorWidth())
      continue;
    MDNode *before = loop->getLoopID();
    addStringMetadataToLoop(loop, "llvm.loop.vectorize.enable", 0);
    disabled.push_back({latch->getTerminator(), before, loop->getLoopID()});
  }
}

void InterleaveGuard::restore() {
  for (const Disabled &loop : disabled) {
    auto *latch = dyn_cast_or_null<Instruction>(static_cast<Value *>(loop.latch));
    if (latch && latch->getMetadata(LLVMContext::MD_loop) == loop.during)
      latch->setMetadata(LLVMContext::MD_loop, loop.before);
  }
  disabled.clear();
}

} // namespace passwright
