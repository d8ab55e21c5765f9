#include "nominal.h"

#include <llvm/ADT/PostOrderIterator.h>
#include <llvm/IR/DataLayout.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/Operator.h>
#include <llvm/Support/SaveAndRestore.h>

#include <algorithm>

using namespace llvm;

namespace passwright {
namespace {

constexpr unsigned MaxDepth = 64;             // of an expression
constexpr uint64_t Apart = uint64_t(1) << 36; // bytes between two pointers of which nothing is known
constexpr double MostTurns = 1e7;             // a count beyond this comes of arithmetic on what is not so

bool isInteger(const Value *value) { return value->getType()->isIntegerTy(); }

} // namespace

Nominal::Nominal(Function &function, const TargetLibraryInfoImpl &library, uint64_t nominal)
    : tree(function), loops(tree), assumptions(function), functions(library, &function),
      evolution(function, functions, assumptions, tree, loops), function(function), nominal(nominal),
      probabilities(function, loops, &functions, &tree) {
  flow();
}

double Nominal::trips(const Loop *loop) const {
  auto found = turns.find(loop);
  return found == turns.end() ? double(nominal) : found->second;
}

std::optional<APInt> Nominal::valueOf(const SCEV *expression) {
  SaveAndRestore guessing(guess, true);
  return of(expression, 0).value;
}

// -- how often blocks run --------------------------------------------------------------------------------

void Nominal::flow() {
  ReversePostOrderTraversal<Function *> order(&function);
  for (BasicBlock *block : order) {
    double arriving = block->isEntryBlock() ? 1.0 : 0.0;
    for (const BasicBlock *before : predecessors(block))
      arriving += flows.lookup({before, block}); // nothing yet along the edges that go back
    Loop *loop = loops.getLoopFor(block);
    bool isHeader = loop && loop->getHeader() == block;
    double count = arriving;
    if (isHeader) {
      entries[loop] = arriving;
      count *= turns[loop] = turnsOf(*loop);
    } else {
      for (PHINode &phi : block->phis())
        settle(phi);
    }
    counts[block] = count;
    leave(*block, count, loop ? entries.lookup(loop) : 0.0);
  }
}

double Nominal::turnsOf(const Loop &loop) {
  auto counted = [&](const SCEV *taken) -> std::optional<double> {
    if (isa<SCEVCouldNotCompute>(taken))
      return std::nullopt;
    std::optional<APInt> value = valueOf(taken);
    if (!value)
      return std::nullopt;
    double count = value->roundToDouble() + 1;
    return count > MostTurns ? std::nullopt : std::optional(std::max(count, 1.0));
  };
  if (auto exact = counted(evolution.getBackedgeTakenCount(&loop)))
    return *exact;
  return counted(evolution.getSymbolicMaxBackedgeTakenCount(&loop)).value_or(double(nominal));
}

// What leaves a block along each of its edges. A loop is left as often as it is entered: through the exit
// whose count is known, if there is one, and not through the others.
void Nominal::leave(const BasicBlock &block, double count, double entered) {
  const Loop *loop = loops.getLoopFor(&block);
  const Instruction *end = block.getTerminator();
  unsigned successors = end->getNumSuccessors();
  double staying = 0, leaving = 0;
  SmallVector<double, 4> share(successors);
  for (unsigned i = 0; i < successors; i++) {
    share[i] = probability(block, i);
    bool exits = loop && !loop->contains(end->getSuccessor(i));
    (exits ? leaving : staying) += share[i];
  }
  if (loop && leaving + staying > 0 && leaving > 0) {
    SmallVector<BasicBlock *, 4> exiting;
    loop->getExitingBlocks(exiting);
    unsigned computable = count_if(exiting, [&](BasicBlock *one) {
      return !isa<SCEVCouldNotCompute>(evolution.getExitCount(loop, one));
    });
    bool mine = !isa<SCEVCouldNotCompute>(evolution.getExitCount(loop, &block));
    double out = computable ? (mine ? entered / computable : 0.0) : entered / exiting.size();
    out = std::min(out, count);
    for (unsigned i = 0; i < successors; i++) {
      bool exits = !loop->contains(end->getSuccessor(i));
      double part = exits ? (leaving > 0 ? share[i] / leaving : 0) * out
                          : (staying > 0 ? share[i] / staying : 1) * (count - out);
      flows[{&block, end->getSuccessor(i)}] += part;
    }
    return;
  }
  for (unsigned i = 0; i < successors; i++)
    flows[{&block, end->getSuccessor(i)}] += share[i] * count;
}

double Nominal::probability(const BasicBlock &block, unsigned successor) {
  if (auto *branch = dyn_cast<BranchInst>(block.getTerminator()); branch && branch->isConditional()) {
    Found condition = find(branch->getCondition());
    if (condition.value)
      return condition.value->isZero() == (successor == 1) ? 1.0 : 0.0;
  }
  BranchProbability known = probabilities.getEdgeProbability(&block, successor);
  return double(known.getNumerator()) / known.getDenominator();
}

// A phi where paths meet has the value of the path that is taken most.
void Nominal::settle(PHINode &phi) {
  if (!isInteger(&phi) && !phi.getType()->isPointerTy())
    return;
  unsigned best = 0;
  double most = -1;
  for (unsigned i = 0; i < phi.getNumIncomingValues(); i++)
    if (double flow = flows.lookup({phi.getIncomingBlock(i), phi.getParent()}); flow > most)
      most = flow, best = i;
  Value *taken = phi.getIncomingValue(best);
  if (evolution.isSCEVable(taken->getType())) // what leaves a loop has its last value
    known[&phi] = of(evolution.getSCEVAtScope(taken, loops.getLoopFor(phi.getParent())), 0);
  else
    known[&phi] = find(taken);
}

// -- values ----------------------------------------------------------------------------------------------

// Something from outside: the nominal integer as far as its type holds it, or an address that is no other's.
// Integer arguments become smaller from the first on: n - k is a size, n == m is not to be expected, and what
// comes first tends to be the larger one.
APInt Nominal::unknown(const Value *value, unsigned bits) {
  if (!value->getType()->isPointerTy()) {
    uint64_t integer = nominal;
    if (auto *argument = dyn_cast<Argument>(value))
      for (const Argument &before : function.args())
        if (before.getArgNo() < argument->getArgNo() && isInteger(&before))
          integer = std::max(integer - integer / 8 - 1, nominal / 4);
    APInt most = APInt::getSignedMaxValue(bits);
    return most.ult(integer) ? most : APInt(bits, integer);
  }
  uint64_t place = places.try_emplace(value, places.size() + 1).first->second;
  return APInt(64, place * Apart).zextOrTrunc(bits);
}

Nominal::Found Nominal::find(const Value *value, unsigned depth) {
  if (auto *constant = dyn_cast<ConstantInt>(value))
    return {constant->getValue(), false};
  if (auto found = known.find(value); found != known.end())
    return found->second;
  if (depth > MaxDepth)
    return {};
  known[value] = {}; // what leads back to it
  SaveAndRestore guessing(guess, false);
  Found found;
  if (isa<ConstantPointerNull>(value))
    found.value = APInt(64, 0);
  else if (isa<Argument>(value) || isa<GlobalValue>(value)) {
    if (value->getType()->isPointerTy() || (isInteger(value) && !value->getType()->isIntegerTy(1)))
      found.value = unknown(value, isInteger(value) ? value->getType()->getIntegerBitWidth() : 64);
  } else if (auto *access = dyn_cast<GEPOperator>(value))
    found = address(*access, depth + 1);
  else if (auto *instruction = dyn_cast<Instruction>(value))
    found = compute(*instruction, depth + 1);
  return known[value] = found;
}

Nominal::Found Nominal::compute(const Instruction &instruction, unsigned depth) {
  Type *type = instruction.getType();
  if (!type->isIntegerTy() && !type->isPointerTy())
    return {};
  unsigned bits = type->isIntegerTy() ? type->getIntegerBitWidth() : 64;
  if (auto *phi = dyn_cast<PHINode>(&instruction))
    return recurrence(*phi, depth);
  if (isa<LoadInst>(instruction)) { // a size or pointer in memory, unless a loop goes through many of them
    if (bits == 1 || loops.getLoopFor(instruction.getParent()))
      return {};
    return {unknown(&instruction, bits), false};
  }
  if (isa<AllocaInst>(instruction))
    return {unknown(&instruction, bits), false};
  if (auto *call = dyn_cast<CallInst>(&instruction))
    return intrinsic(*call, depth);
  if (auto *extract = dyn_cast<ExtractValueInst>(&instruction))
    return ofOverflow(*extract, depth);
  if (auto *select = dyn_cast<SelectInst>(&instruction)) {
    Found condition = find(select->getCondition(), depth);
    if (!condition.value || condition.value->getBitWidth() != 1)
      return {};
    Found taken = find(condition.value->isZero() ? select->getFalseValue() : select->getTrueValue(), depth);
    return {taken.value, taken.variant || condition.variant};
  }
  SmallVector<Found, 2> operands;
  bool variant = false;
  for (const Value *operand : instruction.operands()) {
    operands.push_back(find(operand, depth));
    if (!operands.back().value)
      return {};
    variant |= operands.back().variant;
  }
  auto yes = [&](APInt value) { return Found{std::move(value), variant}; };
  if (auto *compare = dyn_cast<ICmpInst>(&instruction)) {
    if (operands[0].value->getBitWidth() != operands[1].value->getBitWidth() ||
        (variant && compare->isEquality())) // true in some turns, and the middle says nothing of which
      return {};
    return yes(APInt(1, ICmpInst::compare(*operands[0].value, *operands[1].value, compare->getPredicate())));
  }
  if (isa<CastInst>(instruction) || isa<FreezeInst>(instruction)) {
    const APInt &value = *operands[0].value;
    return yes(isa<SExtInst>(instruction) ? value.sextOrTrunc(bits) : value.zextOrTrunc(bits));
  }
  if (!isa<BinaryOperator>(instruction) ||
      operands[0].value->getBitWidth() != operands[1].value->getBitWidth())
    return {};
  const APInt &a = *operands[0].value, &b = *operands[1].value;
  switch (instruction.getOpcode()) {
  case Instruction::Add:
    return yes(a + b);
  case Instruction::Sub:
    return yes(a - b);
  case Instruction::Mul:
    return yes(a * b);
  case Instruction::And:
    return yes(a & b);
  case Instruction::Or:
    return yes(a | b);
  case Instruction::Xor:
    return yes(a ^ b);
  case Instruction::Shl:
    return yes(a.shl(b));
  case Instruction::LShr:
    return yes(a.lshr(b));
  case Instruction::AShr:
    return yes(a.ashr(b));
  case Instruction::UDiv:
    return b.isZero() ? Found{} : yes(a.udiv(b));
  case Instruction::SDiv:
    return b.isZero() ? Found{} : yes(a.sdiv(b));
  case Instruction::URem:
    return b.isZero() ? Found{} : yes(a.urem(b));
  case Instruction::SRem:
    return b.isZero() ? Found{} : yes(a.srem(b));
  default:
    return {};
  }
}

Nominal::Found Nominal::intrinsic(const CallInst &call, unsigned depth) {
  auto *known = dyn_cast<MinMaxIntrinsic>(&call);
  if (!known || !isInteger(known))
    return {};
  Found left = find(known->getLHS(), depth), right = find(known->getRHS(), depth);
  if (!left.value || !right.value)
    return {};
  bool first = ICmpInst::compare(*left.value, *right.value, known->getPredicate());
  return {first ? left.value : right.value, left.variant || right.variant};
}

Nominal::Found Nominal::ofOverflow(const ExtractValueInst &extract, unsigned depth) {
  auto *with = dyn_cast<WithOverflowInst>(extract.getAggregateOperand());
  if (!with || !isInteger(with->getLHS()) || extract.getNumIndices() != 1)
    return {};
  Found left = find(with->getLHS(), depth), right = find(with->getRHS(), depth);
  if (!left.value || !right.value)
    return {};
  bool over = false;
  APInt result(left.value->getBitWidth(), 0);
  const APInt &a = *left.value, &b = *right.value;
  switch (with->getBinaryOp()) {
  case Instruction::Add:
    result = with->isSigned() ? a.sadd_ov(b, over) : a.uadd_ov(b, over);
    break;
  case Instruction::Sub:
    result = with->isSigned() ? a.ssub_ov(b, over) : a.usub_ov(b, over);
    break;
  default:
    result = with->isSigned() ? a.smul_ov(b, over) : a.umul_ov(b, over);
  }
  bool variant = left.variant || right.variant;
  return *extract.idx_begin() == 0 ? Found{result, variant} : Found{APInt(1, over), variant};
}

Nominal::Found Nominal::address(const GEPOperator &access, unsigned depth) {
  if (access.getType()->isVectorTy())
    return {};
  Found base = find(access.getPointerOperand(), depth);
  MapVector<Value *, APInt> variable;
  APInt constant(64, 0);
  if (!base.value || !access.collectOffset(function.getDataLayout(), 64, variable, constant))
    return {};
  APInt sum = *base.value + constant;
  bool variant = base.variant;
  for (auto &[index, scale] : variable) {
    Found found = find(index, depth);
    if (!found.value)
      return {};
    variant |= found.variant;
    sum += found.value->sextOrTrunc(64) * scale;
  }
  return {sum, variant};
}

// A loop's header phi, in the middle of its loop; other phis are settled when their block is reached.
Nominal::Found Nominal::recurrence(const PHINode &phi, unsigned depth) {
  const Loop *loop = loops.getLoopFor(phi.getParent());
  if (!loop || loop->getHeader() != phi.getParent() || !evolution.isSCEVable(phi.getType()))
    return {};
  const SCEV *expression = evolution.getSCEV(const_cast<PHINode *>(&phi));
  if (!isa<SCEVAddRecExpr>(expression))
    return {};
  return of(expression, depth);
}

Nominal::Found Nominal::of(const SCEV *expression, unsigned depth) {
  if (depth > MaxDepth || isa<SCEVCouldNotCompute>(expression))
    return {};
  auto bits = [&] { return unsigned(evolution.getTypeSizeInBits(expression->getType())); };
  auto operand = [&](const SCEV *one) { return of(one, depth + 1); };
  switch (expression->getSCEVType()) {
  case scConstant:
    return {cast<SCEVConstant>(expression)->getAPInt(), false};
  case scVScale:
    return {APInt(bits(), 1), false};
  case scTruncate:
  case scZeroExtend:
  case scSignExtend:
  case scPtrToInt: {
    Found found = operand(cast<SCEVCastExpr>(expression)->getOperand());
    if (found.value)
      found.value = isa<SCEVSignExtendExpr>(expression) ? found.value->sextOrTrunc(bits())
                                                        : found.value->zextOrTrunc(bits());
    return found;
  }
  case scUDivExpr: {
    auto *division = cast<SCEVUDivExpr>(expression);
    Found left = operand(division->getLHS()), right = operand(division->getRHS());
    if (!left.value || !right.value || right.value->isZero())
      return {};
    return {left.value->udiv(*right.value), left.variant || right.variant};
  }
  case scAddExpr:
  case scMulExpr:
  case scUMaxExpr:
  case scSMaxExpr:
  case scUMinExpr:
  case scSMinExpr:
  case scSequentialUMinExpr:
    return folded(*cast<SCEVNAryExpr>(expression), depth);
  case scAddRecExpr: {
    auto *recurrence = cast<SCEVAddRecExpr>(expression);
    Found start = operand(recurrence->getStart());
    Found step = operand(recurrence->getStepRecurrence(evolution));
    if (!start.value || !step.value)
      return {};
    APInt middle(64, uint64_t(trips(recurrence->getLoop()) / 2));
    APInt moved = step.value->sextOrTrunc(64) * middle;
    return {*start.value + moved.sextOrTrunc(start.value->getBitWidth()), true};
  }
  case scUnknown: {
    const Value *value = cast<SCEVUnknown>(expression)->getValue();
    Found found = find(value, depth + 1);
    if (!found.value && guess)
      found = {unknown(value, bits()), false};
    return found.value && found.value->getBitWidth() == bits() ? found : Found{};
  }
  case scCouldNotCompute:
    break;
  }
  return {};
}

Nominal::Found Nominal::folded(const SCEVNAryExpr &expression, unsigned depth) {
  Found result = of(expression.getOperand(0), depth + 1);
  for (const SCEV *operand : drop_begin(expression.operands())) {
    Found found = of(operand, depth + 1);
    if (!result.value || !found.value || result.value->getBitWidth() != found.value->getBitWidth())
      return {};
    APInt &sum = *result.value;
    const APInt &value = *found.value;
    result.variant |= found.variant;
    switch (expression.getSCEVType()) {
    case scAddExpr:
      sum += value;
      break;
    case scMulExpr:
      sum *= value;
      break;
    case scUMaxExpr:
      sum = APIntOps::umax(sum, value);
      break;
    case scSMaxExpr:
      sum = APIntOps::smax(sum, value);
      break;
    case scSMinExpr:
      sum = APIntOps::smin(sum, value);
      break;
    default:
      sum = APIntOps::umin(sum, value);
    }
  }
  return result;
}

} // namespace passwright
