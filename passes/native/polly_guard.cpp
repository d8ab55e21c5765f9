// What keeps Polly from making wrong code; see polly_guard.h.
#include "polly_guard.h"

#include <llvm/IR/Constants.h>
#include <llvm/IR/DataLayout.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/Module.h>

using namespace llvm;

namespace passwright {
namespace {

// What Polly calls PollySkipFnAttr; its header needs isl's, which Debian does not install.
constexpr StringLiteral skipFunction = "polly.skip.fn";

// Differences between a constant and values of this many bits fit into 64.
constexpr unsigned safeBits = 63;

// The function, when a pass is the one that runs Polly's passes over its SCoPs.
Function *pollyFunction(StringRef pass, const Any &unit) {
  if (!pass.starts_with("polly::FunctionToScopPassAdaptor"))
    return nullptr;
  auto *function = any_cast<const Function *>(&unit);
  return function ? const_cast<Function *>(*function) : nullptr;
}

// Calls `visit` with each load's and store's type and alignment.
template <typename Visit> void eachAccess(Function &function, Visit visit) {
  for (Instruction &instruction : instructions(function)) {
    if (auto *load = dyn_cast<LoadInst>(&instruction))
      visit(*load, load->getType());
    else if (auto *store = dyn_cast<StoreInst>(&instruction))
      visit(*store, store->getValueOperand()->getType());
  }
}

// Whether a value is compared with a constant that needs more bits than are safe.
bool comparesExtremes(const Function &function) {
  auto extreme = [](const Value *value) {
    auto *constant = dyn_cast<ConstantInt>(value);
    return constant && constant->getValue().getSignificantBits() > safeBits;
  };
  return any_of(instructions(function), [&](const Instruction &instruction) {
    return (isa<ICmpInst>(instruction) || isa<SwitchInst>(instruction)) &&
           any_of(instruction.operands(), [&](const Use &use) { return extreme(use.get()); });
  });
}

} // namespace

void PollyGuard::attach(PassInstrumentationCallbacks &callbacks) {
  callbacks.registerBeforeNonSkippedPassCallback([this](StringRef pass, Any unit) {
    Function *function = pollyFunction(pass, unit);
    if (!function)
      return;
    skipped = !function->hasFnAttribute(skipFunction) && comparesExtremes(*function);
    if (skipped)
      function->addFnAttr(skipFunction);
    weakest.clear();
    const DataLayout &layout = function->getParent()->getDataLayout();
    eachAccess(*function, [&](auto &access, Type *type) {
      if (access.getAlign() >= layout.getABITypeAlign(type))
        return;
      uint64_t size = layout.getTypeStoreSize(type).getKnownMinValue();
      auto [entry, added] = weakest.try_emplace(size, access.getAlign());
      if (!added)
        entry->second = std::min(entry->second, access.getAlign());
    });
  });
  callbacks.registerAfterPassCallback([this](StringRef pass, Any unit, const PreservedAnalyses &preserved) {
    Function *function = pollyFunction(pass, unit);
    if (!function)
      return;
    if (skipped)
      function->removeFnAttr(skipFunction);
    if (preserved.areAllPreserved() || weakest.empty())
      return;
    const DataLayout &layout = function->getParent()->getDataLayout();
    eachAccess(*function, [&](auto &access, Type *type) {
      auto entry = weakest.find(layout.getTypeStoreSize(type).getKnownMinValue());
      if (entry != weakest.end() && !access.isAtomic() && access.getAlign() > entry->second)
        access.setAlignment(entry->second);
    });
  });
}

} // namespace passwright
