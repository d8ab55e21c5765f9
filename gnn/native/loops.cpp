// Loops: trip counts and reductions.
#include "describe.h"

#include <llvm/ADT/SetVector.h>
#include <llvm/Analysis/ScalarEvolutionExpressions.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/IntrinsicInst.h>

#include <cmath>
#include <optional>

using namespace llvm;

namespace passwright {
namespace {

// What a reduction does to its value; operations of one kind may be mixed.
enum class Operation { None, Sum, Product, And, Or, Xor, Extremum };

// The operation by which `user` takes part in a reduction of `value`, None for one that passes it on
// unchanged; nothing when it does something else with it.
std::optional<Operation> operationOn(const Value &value, const Instruction &user) {
  auto only = [&](unsigned position, Operation operation) -> std::optional<Operation> {
    for (const Use &operand : user.operands())
      if ((operand == &value) != (operand.getOperandNo() == position))
        return std::nullopt;
    return operation;
  };
  auto either = [&](Operation operation) -> std::optional<Operation> {
    if (user.getOperand(0) == user.getOperand(1))
      return std::nullopt;
    return operation;
  };
  switch (user.getOpcode()) {
  case Instruction::PHI:
  case Instruction::Trunc:
  case Instruction::SExt:
  case Instruction::ZExt:
    return Operation::None;
  case Instruction::Add:
  case Instruction::FAdd:
    return either(Operation::Sum);
  case Instruction::Sub:
  case Instruction::FSub:
    return only(0, Operation::Sum);
  case Instruction::Mul:
  case Instruction::FMul:
    return either(Operation::Product);
  case Instruction::And:
    return either(Operation::And);
  case Instruction::Or:
    return either(Operation::Or);
  case Instruction::Xor:
    return either(Operation::Xor);
  case Instruction::Select:
    if (user.getOperand(0) == &value)
      return std::nullopt;
    return Operation::None;
  case Instruction::ICmp:
  case Instruction::FCmp: // the comparison of an extremum, which only chooses or branches
    for (const User *chooser : user.users())
      if (!isa<SelectInst, BranchInst>(chooser))
        return std::nullopt;
    return Operation::Extremum;
  case Instruction::Call:
    if (auto *intrinsic = dyn_cast<IntrinsicInst>(&user))
      switch (intrinsic->getIntrinsicID()) {
      case Intrinsic::fma:
      case Intrinsic::fmuladd:
        if (user.getOperand(0) == &value || user.getOperand(1) == &value)
          return std::nullopt;
        return Operation::Sum;
      case Intrinsic::minnum:
      case Intrinsic::maxnum:
      case Intrinsic::minimum:
      case Intrinsic::maximum:
      case Intrinsic::smin:
      case Intrinsic::smax:
      case Intrinsic::umin:
      case Intrinsic::umax:
        return Operation::Extremum;
      default:
        return std::nullopt;
      }
    return std::nullopt;
  default:
    return std::nullopt;
  }
}

// Whether a header's phi gathers values over the iterations by one associative operation, and nothing else in
// the loop looks at it. LLVM's RecurrenceDescriptor knows more operations, but only loops that are rotated
// and in simplified form, which those of a front end are not.
bool isReduction(const PHINode &phi, const Loop &loop, ScalarEvolution &evolution) {
  constexpr unsigned limit = 32;
  const BasicBlock *latch = loop.getLoopLatch();
  if (!latch || phi.getBasicBlockIndex(latch) < 0)
    return false;
  const Value *last = phi.getIncomingValueForBlock(latch);
  SmallSetVector<const Instruction *, 16> chain;
  chain.insert(&phi);
  Operation operation = Operation::None;
  for (unsigned i = 0; i < chain.size(); ++i)
    for (const User *user : chain[i]->users()) {
      auto *next = cast<Instruction>(user);
      if (!loop.contains(next))
        continue;
      std::optional<Operation> step = operationOn(*chain[i], *next);
      if (!step || (*step != Operation::None && operation != Operation::None && *step != operation))
        return false;
      if (*step != Operation::None)
        operation = *step;
      if (!isa<CmpInst>(next) && chain.insert(next) && chain.size() > limit)
        return false;
    }
  if (operation == Operation::None || !isa<Instruction>(last) || !chain.contains(cast<Instruction>(last)))
    return false;
  // An induction is an operation on one value too.
  return !evolution.isSCEVable(phi.getType()) ||
         !isa<SCEVAddRecExpr>(evolution.getSCEV(const_cast<PHINode *>(&phi)));
}

} // namespace

LoopNumbers describe(const Loop &loop, ScalarEvolution &evolution) {
  LoopNumbers numbers;
  numbers.depth = loop.getLoopDepth();
  numbers.is_innermost = loop.isInnermost();
  unsigned trips = evolution.getSmallConstantTripCount(&loop);
  numbers.trip_count_known = trips != 0;
  numbers.log2_trip_count = trips ? std::log2(static_cast<float>(trips)) : 0;
  numbers.trip_count_computable = evolution.hasLoopInvariantBackedgeTakenCount(&loop);
  SmallVector<Loop::Edge, 4> exits;
  loop.getExitEdges(exits);
  numbers.exits = exits.size();
  for (const PHINode &phi : loop.getHeader()->phis())
    if (isReduction(phi, loop, evolution))
      ++(phi.getType()->isFPOrFPVectorTy() ? numbers.float_reductions : numbers.integer_reductions);
  return numbers;
}

} // namespace passwright
