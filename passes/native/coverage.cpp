// Which branches a run takes, and the constants that a function compares with: what guides the choice of
// inputs that builds are compared on.
#include "module.h"

#include <llvm/ADT/SetVector.h>
#include <llvm/IR/Constants.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/InstIterator.h>
#include <nanobind/stl/string.h>

#include <set>

using namespace llvm;
namespace nb = nanobind;

namespace passwright {
namespace {

constexpr const char *CounterName = "__pw_coverage";
// A switch is counted by a chain of comparisons; longer ones would cost more than they tell.
constexpr unsigned LongestSwitch = 64;

struct Counter {
  std::string function;
  unsigned line;
  const char
      *kind; // "branch": an outcome of a branch or switch; "condition": of a comparison used as a value
};

// Two of them stand for one comparison: false, then true. A switch has one per case and one for the default.
struct Decision {
  Instruction *instruction; // the branch, switch or comparison
  unsigned outcomes;
};

Function &entryOf(Module &module, const std::string &name) {
  Function *function = module.getFunction(name);
  if (!function || function->isDeclaration())
    throw noSuchFunction(module, name, ErrorKind::Input);
  return *function;
}

// The entry and every function with a body that it mentions, directly or through others.
SetVector<Function *> reachable(Function &entry) {
  SetVector<Function *> found;
  found.insert(&entry);
  for (unsigned next = 0; next < found.size(); ++next)
    for (Instruction &instruction : instructions(*found[next]))
      for (Use &operand : instruction.operands())
        if (auto *mentioned = dyn_cast<Function>(operand->stripPointerCasts());
            mentioned && !mentioned->isDeclaration())
          found.insert(mentioned);
  return found;
}

// A comparison or select that decides without a branch.
bool isCondition(const Instruction &instruction) {
  if (!isa<CmpInst>(instruction) || !instruction.getType()->isIntegerTy(1))
    return false;
  return any_of(instruction.users(), [](const User *user) { return !isa<BranchInst>(user); });
}

std::vector<Decision> decisions(Function &function) {
  std::vector<Decision> found;
  for (Instruction &instruction : instructions(function)) {
    if (auto *branch = dyn_cast<BranchInst>(&instruction); branch && branch->isConditional())
      found.push_back({branch, 2});
    else if (auto *choice = dyn_cast<SwitchInst>(&instruction);
             choice && choice->getNumCases() <= LongestSwitch)
      found.push_back({choice, choice->getNumCases() + 1});
    else if (isCondition(instruction))
      found.push_back({&instruction, 2});
  }
  return found;
}

// The outcome's number: 0 for the default of a switch, case i as i + 1.
Value *outcome(IRBuilder<> &builder, Instruction &decision) {
  Type *index = builder.getInt64Ty();
  if (auto *branch = dyn_cast<BranchInst>(&decision))
    return builder.CreateZExt(branch->getCondition(), index);
  auto *choice = dyn_cast<SwitchInst>(&decision);
  if (!choice)
    return builder.CreateZExt(&decision, index);
  Value *number = builder.getInt64(0);
  for (auto &one : choice->cases())
    number = builder.CreateSelect(builder.CreateICmpEQ(choice->getCondition(), one.getCaseValue()),
                                  builder.getInt64(one.getCaseIndex() + 1), number);
  return number;
}

std::vector<Counter> instrument(Module &module, Function &entry) {
  std::vector<std::pair<Decision, unsigned>> placed;
  std::vector<Counter> counters;
  for (Function *function : reachable(entry))
    for (const Decision &decision : decisions(*function)) {
      placed.push_back({decision, static_cast<unsigned>(counters.size())});
      const DebugLoc &location = decision.instruction->getDebugLoc();
      const char *kind = decision.instruction->isTerminator() ? "branch" : "condition";
      counters.insert(counters.end(), decision.outcomes,
                      {function->getName().str(), location ? location.getLine() : 0, kind});
    }
  if (counters.empty())
    return counters;
  LLVMContext &context = module.getContext();
  ArrayType *type = ArrayType::get(Type::getInt8Ty(context), counters.size());
  auto *array = new GlobalVariable(module, type, false, GlobalValue::ExternalLinkage,
                                   ConstantAggregateZero::get(type), CounterName);
  for (auto &[decision, first] : placed) {
    Instruction *at = decision.instruction;
    IRBuilder<> builder(at->isTerminator() ? at : at->getNextNode());
    Value *number = builder.CreateAdd(outcome(builder, *at), builder.getInt64(first));
    builder.CreateStore(builder.getInt8(1), builder.CreateGEP(builder.getInt8Ty(), array, number));
  }
  return counters;
}

struct Constants {
  std::set<int64_t> integers;
  std::set<double> floats;

  void add(const Value *value) {
    if (auto *integer = dyn_cast<ConstantInt>(value); integer && integer->getBitWidth() <= 64) {
      integers.insert(integer->getSExtValue());
    } else if (auto *number = dyn_cast<ConstantFP>(value)) {
      APFloat wide = number->getValueAPF();
      bool loses = false;
      wide.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &loses);
      if (wide.isFinite())
        floats.insert(wide.convertToDouble());
    }
  }
};

Constants constants(Function &entry) {
  Constants found;
  for (Function *function : reachable(entry))
    for (Instruction &instruction : instructions(*function)) {
      if (isa<CmpInst>(instruction)) {
        found.add(instruction.getOperand(0));
        found.add(instruction.getOperand(1));
      } else if (auto *choice = dyn_cast<SwitchInst>(&instruction)) {
        for (auto &one : choice->cases())
          found.add(one.getCaseValue());
      }
    }
  return found;
}

} // namespace

void populate_coverage(nb::module_ &m) {
  m.def(
      "instrument_coverage",
      [](ModuleHandle &handle, const std::string &entry) {
        std::vector<Counter> counters =
            withModule(handle, [&](Module &module) { return instrument(module, entryOf(module, entry)); });
        nb::list result;
        for (const Counter &counter : counters)
          result.append(nb::make_tuple(counter.function, counter.line, counter.kind));
        return result;
      },
      nb::arg("module"), nb::arg("entry"),
      nb::sig("def instrument_coverage(module: Module, entry: str) -> list[tuple[str, int, str]]"),
      "Adds an exported array `__pw_coverage` of one byte per outcome of each branch, switch and comparison "
      "of "
      "the entry and what it calls, in place; an outcome that occurs sets its byte to 1. Returns (function, "
      "line or 0, \"branch\" or \"condition\") per byte; without decisions there is no array. Raises "
      "errors.InputError when the entry is not defined.");
  m.def(
      "comparison_constants",
      [](ModuleHandle &handle, const std::string &entry) {
        Constants found =
            withModule(handle, [&](Module &module) { return constants(entryOf(module, entry)); });
        nb::list integers, floats;
        for (int64_t value : found.integers)
          integers.append(value);
        for (double value : found.floats)
          floats.append(value);
        return nb::make_tuple(integers, floats);
      },
      nb::arg("module"), nb::arg("entry"),
      nb::sig("def comparison_constants(module: Module, entry: str) -> tuple[list[int], list[float]]"),
      "The integers (as signed numbers) and floats that the entry and what it calls compare with, ascending. "
      "Raises errors.InputError when the entry is not defined.");
}

} // namespace passwright
