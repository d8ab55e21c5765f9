// Strides by following the operations that compute an address.
#include "strides.h"

#include <llvm/Analysis/ScalarEvolutionExpressions.h>
#include <llvm/IR/GetElementPtrTypeIterator.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/Module.h>
#include <llvm/Support/MathExtras.h>

using namespace llvm;

namespace passwright {
namespace {

constexpr unsigned depthLimit = 200; // unrolled code can compute an address in thousands of operations

Stride constant(int64_t amount) {
  return amount ? Stride{StrideKind::Constant, amount} : Stride{StrideKind::Invariant};
}

Stride sum(Stride a, Stride b) {
  if (a.kind == StrideKind::Invariant || b.kind == StrideKind::Irregular)
    return b;
  if (b.kind == StrideKind::Invariant || a.kind == StrideKind::Irregular)
    return a;
  if (a.kind == StrideKind::Symbolic || b.kind == StrideKind::Symbolic)
    return {StrideKind::Symbolic};
  int64_t total;
  return AddOverflow(a.amount, b.amount, total) ? Stride{StrideKind::Irregular} : constant(total);
}

Stride scaled(Stride stride, int64_t factor) {
  if (factor == 0)
    return {StrideKind::Invariant};
  int64_t product;
  if (stride.kind != StrideKind::Constant)
    return stride;
  return MulOverflow(stride.amount, factor, product) ? Stride{StrideKind::Irregular} : constant(product);
}

// Times a value that the loop does not change.
Stride scaledBy(const Value &factor, Stride stride) {
  if (auto *number = dyn_cast<ConstantInt>(&factor); number && number->getValue().isSignedIntN(64))
    return scaled(stride, number->getSExtValue());
  return stride.kind == StrideKind::Constant ? Stride{StrideKind::Symbolic} : stride;
}

} // namespace

Stride Strides::of(const Value &value, const Loop &loop) {
  auto *instruction = dyn_cast<Instruction>(&value);
  if (!instruction || !loop.contains(instruction))
    return {StrideKind::Invariant};
  auto found = known.find({&value, &loop});
  if (found != known.end())
    return found->second;
  known[{&value, &loop}] = {StrideKind::Irregular}; // what depends on itself other than by a recurrence
  if (depth == depthLimit)
    return {StrideKind::Irregular};
  ++depth;
  Stride stride = compute(*instruction, loop);
  --depth;
  return known[{&value, &loop}] = stride;
}

Stride Strides::compute(const Instruction &instruction, const Loop &loop) {
  auto operand = [&](unsigned i) -> const Value & { return *instruction.getOperand(i); };
  switch (instruction.getOpcode()) {
  case Instruction::PHI:
    return recurrence(cast<PHINode>(instruction), loop);
  case Instruction::GetElementPtr:
    return address(cast<GEPOperator>(instruction), loop);
  case Instruction::Trunc:
  case Instruction::SExt:
  case Instruction::ZExt:
  case Instruction::Freeze:
    return of(operand(0), loop);
  case Instruction::Or:
    if (!cast<PossiblyDisjointInst>(instruction).isDisjoint())
      break;
    [[fallthrough]];
  case Instruction::Add:
    return sum(of(operand(0), loop), of(operand(1), loop));
  case Instruction::Sub:
    return sum(of(operand(0), loop), scaled(of(operand(1), loop), -1));
  case Instruction::Mul: {
    Stride left = of(operand(0), loop), right = of(operand(1), loop);
    if (left.kind == StrideKind::Invariant)
      return scaledBy(operand(0), right);
    return right.kind == StrideKind::Invariant ? scaledBy(operand(1), left) : Stride{StrideKind::Irregular};
  }
  case Instruction::Shl:
    if (auto *bits = dyn_cast<ConstantInt>(&operand(1)); bits && bits->getValue().ult(63))
      return scaled(of(operand(0), loop), int64_t(1) << bits->getZExtValue());
    break;
  case Instruction::Load: // the same memory may hold something else in the next iteration
  case Instruction::Call:
    return {StrideKind::Irregular};
  default:
    break;
  }
  for (const Use &use : instruction.operands())
    if (of(*use.get(), loop).kind != StrideKind::Invariant)
      return {StrideKind::Irregular};
  return {StrideKind::Invariant};
}

Stride Strides::recurrence(const PHINode &phi, const Loop &loop) {
  const Loop *own = loops.getLoopFor(phi.getParent());
  if (phi.getParent() != own->getHeader() || !evolution.isSCEVable(phi.getType()))
    return {StrideKind::Irregular};
  auto *recurrence = dyn_cast<SCEVAddRecExpr>(evolution.getSCEV(const_cast<PHINode *>(&phi)));
  if (!recurrence || recurrence->getLoop() != own || !recurrence->isAffine())
    return {StrideKind::Irregular};
  const SCEV *step = recurrence->getStepRecurrence(evolution);
  if (own == &loop) {
    auto *number = dyn_cast<SCEVConstant>(step);
    if (!number)
      return {StrideKind::Symbolic};
    return number->getAPInt().isSignedIntN(64) ? constant(number->getAPInt().getSExtValue())
                                               : Stride{StrideKind::Irregular};
  }
  // An inner loop's recurrence starts again in each iteration out here, from a value that may change.
  if (!evolution.isLoopInvariant(step, &loop))
    return {StrideKind::Irregular};
  Stride start{StrideKind::Invariant};
  for (const BasicBlock *block : phi.blocks())
    if (!own->contains(block))
      start = sum(start, of(*phi.getIncomingValueForBlock(block), loop));
  return start;
}

Stride Strides::address(const GEPOperator &address, const Loop &loop) {
  const DataLayout &layout = loop.getHeader()->getModule()->getDataLayout();
  Stride total = of(*address.getPointerOperand(), loop);
  for (auto index = gep_type_begin(address), end = gep_type_end(address); index != end; ++index)
    if (!index.isStruct()) {
      TypeSize size = index.getSequentialElementStride(layout);
      Stride step = of(*index.getOperand(), loop);
      total = sum(total, size.isScalable() && step.kind == StrideKind::Constant
                             ? Stride{StrideKind::Symbolic}
                             : scaled(step, size.getKnownMinValue()));
    }
  return total;
}

} // namespace passwright
