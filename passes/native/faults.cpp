// See faults.h.
#include "faults.h"

#include "errors.h"
#include "module.h"

#include <llvm/ADT/DepthFirstIterator.h>
#include <llvm/Analysis/ValueTracking.h>
#include <llvm/IR/CFG.h>
#include <llvm/IR/DebugInfoMetadata.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/MDBuilder.h>
#include <llvm/Transforms/Utils/BasicBlockUtils.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <set>

using namespace llvm;
namespace nb = nanobind;

namespace passwright {
namespace {

constexpr StringLiteral CountdownName = "__pw_fault_countdown";
constexpr StringLiteral BitName = "__pw_fault_bit";
constexpr StringLiteral SiteName = "__pw_fault_site";

// Integers, floats, pointers and fixed vectors of them: what lies in registers and can be flipped by xor.
unsigned flippableBits(Type *type, const DataLayout &layout) {
  Type *element = type->getScalarType();
  if (isa<ScalableVectorType>(type) || element->isX86_AMXTy())
    return 0;
  if (!element->isIntegerTy() && !element->isFloatingPointTy() &&
      !(element->isPointerTy() && !layout.isNonIntegralPointerType(element)))
    return 0;
  return static_cast<unsigned>(layout.getTypeSizeInBits(type).getFixedValue());
}

bool hasSite(const Instruction &instruction, const DataLayout &layout) {
  if (isa<AllocaInst>(instruction) || isa<CallBrInst>(instruction))
    return false;
  if (const auto *call = dyn_cast<CallInst>(&instruction))
    if (call->isMustTailCall()) // Nothing may stand between it and the return.
      return false;
  if (const auto *intrinsic = dyn_cast<IntrinsicInst>(&instruction))
    if (intrinsic->getIntrinsicID() == Intrinsic::stacksave)
      return false;
  if (instruction.isSwiftError())
    return false;
  return flippableBits(instruction.getType(), layout) != 0;
}

std::string intrinsicKind(const IntrinsicInst &intrinsic) {
  switch (intrinsic.getIntrinsicID()) {
  case Intrinsic::masked_load:
  case Intrinsic::masked_gather:
  case Intrinsic::masked_expandload:
  case Intrinsic::vp_load:
  case Intrinsic::vp_gather:
    return "load";
  case Intrinsic::vector_extract:
  case Intrinsic::vector_insert:
  case Intrinsic::vector_reverse:
  case Intrinsic::vector_splice:
  case Intrinsic::vector_interleave2:
    return "vector";
  case Intrinsic::threadlocal_address:
    return "address";
  default:
    break;
  }
  Type *element = intrinsic.getType()->getScalarType();
  return element->isFloatingPointTy() ? "float" : element->isIntegerTy() ? "integer" : "other";
}

std::string kindOf(const Instruction &instruction) {
  if (const auto *intrinsic = dyn_cast<IntrinsicInst>(&instruction))
    return intrinsicKind(*intrinsic);
  if (isa<CallBase>(instruction))
    return "call";
  if (isa<BinaryOperator>(instruction) || isa<UnaryOperator>(instruction))
    return instruction.getType()->isFPOrFPVectorTy() ? "float" : "integer";
  if (isa<LoadInst>(instruction))
    return "load";
  if (isa<GetElementPtrInst>(instruction))
    return "address";
  if (isa<CmpInst>(instruction))
    return "compare";
  if (isa<CastInst>(instruction))
    return "cast";
  if (isa<PHINode>(instruction))
    return "phi";
  if (isa<SelectInst>(instruction))
    return "select";
  if (isa<ExtractElementInst>(instruction) || isa<InsertElementInst>(instruction) ||
      isa<ShuffleVectorInst>(instruction))
    return "vector";
  return "other";
}

FaultSite describe(const Instruction &instruction, const DataLayout &layout, unsigned id) {
  FaultSite site;
  site.id = id;
  site.function = instruction.getFunction()->getName();
  site.kind = kindOf(instruction);
  site.opcode = instruction.getOpcodeName();
  if (const auto *intrinsic = dyn_cast<IntrinsicInst>(&instruction))
    site.opcode = Intrinsic::getBaseName(intrinsic->getIntrinsicID());
  site.bits = flippableBits(instruction.getType(), layout);
  if (const DILocation *location = instruction.getDebugLoc().get()) {
    site.line = location->getLine();
    site.file = location->getFilename();
  }
  return site;
}

// Values that are always computed together: nothing among them can leave the block.
using Stretch = SmallVector<Instruction *, 16>;

class FaultInstrumenter {
public:
  explicit FaultInstrumenter(Module &module)
      : layout_(module.getDataLayout()), context_(module.getContext()), builder_(context_),
        unlikely_(MDBuilder(context_).createUnlikelyBranchWeights()) {
    // A run that nobody prepared reaches no target.
    countdown_ = control(module, CountdownName, builder_.getInt64(~0ull));
    bit_ = control(module, BitName, builder_.getInt32(0));
    site_ = control(module, SiteName, builder_.getInt32(0));
  }

  void run(Function &function) {
    prepare(function);
    // Blocks are split on the way, so the stretches are noted first.
    std::vector<Stretch> stretches;
    for (BasicBlock *block : depth_first(&function.getEntryBlock()))
      collect(*block, stretches);
    for (const Stretch &stretch : stretches)
      instrument(stretch);
  }

  std::vector<FaultSite> sites;

private:
  static GlobalVariable *control(Module &module, StringRef name, Constant *initial) {
    auto *global = new GlobalVariable(module, initial->getType(), /*isConstant=*/false,
                                      GlobalValue::ExternalLinkage, initial, name);
    global->setDSOLocal(true);
    return global;
  }

  // Makes a place for every check.
  static void prepare(Function &function) {
    // It writes memory now, which nobody may take for a function of its arguments.
    function.removeFnAttr(Attribute::Memory);
    function.removeFnAttr(Attribute::Speculatable);
    BasicBlock &entry = function.getEntryBlock();
    // Constant-sized locals have their slot in the frame only while they stand in the entry block, which is
    // about to be cut.
    Instruction *first = &*entry.getFirstNonPHIOrDbgOrAlloca();
    for (Instruction &instruction : make_early_inc_range(entry))
      if (auto *local = dyn_cast<AllocaInst>(&instruction);
          local && isa<ConstantInt>(local->getArraySize()) && first->comesBefore(local))
        local->moveBefore(first);
    SmallVector<InvokeInst *, 8> invokes;
    for (Instruction &instruction : instructions(function))
      if (auto *invoke = dyn_cast<InvokeInst>(&instruction))
        invokes.push_back(invoke);
    for (InvokeInst *invoke : invokes) {
      if (!invoke->getNormalDest()->getSinglePredecessor())
        SplitCriticalEdge(invoke, 0);
      FoldSingleEntryPHINodes(invoke->getNormalDest());
    }
  }

  void collect(BasicBlock &block, std::vector<Stretch> &stretches) {
    if (block.getFirstInsertionPt() == block.end()) // A catchswitch's block.
      return;
    Stretch current;
    auto finish = [&] {
      if (!current.empty())
        stretches.push_back(std::move(current));
      current = {};
    };
    if (BasicBlock *before = block.getSinglePredecessor())
      if (auto *invoke = dyn_cast<InvokeInst>(before->getTerminator()))
        if (invoke->getNormalDest() == &block && hasSite(*invoke, layout_))
          current.push_back(invoke);
    for (Instruction &instruction : block) {
      // What may not come back (a call that throws) ends a stretch; its value belongs to the next one.
      if (!instruction.isTerminator() && !isGuaranteedToTransferExecutionToSuccessor(&instruction))
        finish();
      if (!instruction.isTerminator() && hasSite(instruction, layout_))
        current.push_back(&instruction);
    }
    finish();
  }

  // Where a value can be checked: behind it, behind all phis, in the block that an invoke goes on to.
  static Instruction *placeFor(Instruction &instruction) {
    if (auto *invoke = dyn_cast<InvokeInst>(&instruction))
      return &*invoke->getNormalDest()->getFirstInsertionPt();
    if (isa<PHINode>(instruction))
      return &*instruction.getParent()->getFirstInsertionPt();
    return instruction.getNextNode();
  }

  void instrument(const Stretch &stretch) {
    builder_.SetInsertPoint(placeFor(*stretch.front()));
    builder_.SetCurrentDebugLocation(DebugLoc());
    Value *left = builder_.CreateLoad(builder_.getInt64Ty(), countdown_);
    builder_.CreateStore(builder_.CreateSub(left, builder_.getInt64(stretch.size())), countdown_);
    Instruction *place = &*builder_.GetInsertPoint();
    for (size_t i = 0; i < stretch.size(); ++i) {
      Instruction &value = *stretch[i];
      // Phis and an invoke's value share the place of the countdown, behind which they are checked in turn.
      if (!isa<PHINode>(value) && !isa<InvokeInst>(value) && i != 0)
        place = placeFor(value);
      builder_.SetInsertPoint(place);
      check(value, builder_.CreateICmpEQ(left, builder_.getInt64(i)), place);
    }
  }

  // if (hit) flip, out of the way; uses of the value see the outcome.
  void check(Instruction &value, Value *hit, Instruction *place) {
    unsigned id = static_cast<unsigned>(sites.size());
    sites.push_back(describe(value, layout_, id));
    SmallVector<Use *, 8> uses;
    for (Use &use : value.uses())
      uses.push_back(&use);
    Instruction *end = SplitBlockAndInsertIfThen(hit, place->getIterator(), /*Unreachable=*/false, unlikely_);
    BasicBlock *cold = end->getParent(), *before = cold->getSinglePredecessor();
    cold->moveAfter(&cold->getParent()->back());
    builder_.SetInsertPoint(end);
    builder_.CreateStore(builder_.getInt32(id + 1), site_);
    Value *flipped = flip(value);
    builder_.SetInsertPoint(&*place->getParent()->begin());
    PHINode *outcome = builder_.CreatePHI(value.getType(), 2);
    outcome->addIncoming(&value, before);
    outcome->addIncoming(flipped, cold);
    for (Use *use : uses)
      use->set(outcome);
  }

  Value *flip(Value &value) {
    Type *type = value.getType();
    auto *vector = dyn_cast<FixedVectorType>(type);
    unsigned width = static_cast<unsigned>(layout_.getTypeSizeInBits(type->getScalarType()));
    Type *lane = builder_.getIntNTy(width);
    Type *raw = vector ? FixedVectorType::get(lane, vector->getNumElements()) : lane;

    Value *bit = builder_.CreateLoad(builder_.getInt32Ty(), bit_);
    Value *nothing = builder_.CreateICmpEQ(bit, builder_.getInt32(~0u));
    Value *within = builder_.CreateURem(bit, builder_.getInt32(width));
    Value *mask = builder_.CreateShl(ConstantInt::get(lane, 1), builder_.CreateZExtOrTrunc(within, lane));
    mask = builder_.CreateSelect(nothing, ConstantInt::get(lane, 0), mask);
    if (vector) {
      unsigned lanes = vector->getNumElements();
      SmallVector<uint32_t, 16> numbers;
      for (unsigned i = 0; i < lanes; ++i)
        numbers.push_back(i);
      Value *chosen =
          builder_.CreateURem(builder_.CreateUDiv(bit, builder_.getInt32(width)), builder_.getInt32(lanes));
      Value *here = builder_.CreateICmpEQ(ConstantDataVector::get(context_, numbers),
                                          builder_.CreateVectorSplat(lanes, chosen));
      mask =
          builder_.CreateSelect(here, builder_.CreateVectorSplat(lanes, mask), Constant::getNullValue(raw));
    }
    if (type->isPtrOrPtrVectorTy())
      return builder_.CreateIntToPtr(builder_.CreateXor(builder_.CreatePtrToInt(&value, raw), mask), type);
    return builder_.CreateBitCast(builder_.CreateXor(builder_.CreateBitCast(&value, raw), mask), type);
  }

  const DataLayout &layout_;
  LLVMContext &context_;
  IRBuilder<> builder_;
  MDNode *unlikely_;
  GlobalVariable *countdown_, *bit_, *site_;
};

} // namespace

std::vector<FaultSite> instrumentFaults(Module &module, const std::vector<std::string> &functions) {
  if (module.getNamedValue(CountdownName))
    throw CoreError(ErrorKind::Input, module.getModuleIdentifier() + " is instrumented for faults already",
                    "instrument a fresh copy of the module");
  std::set<std::string> wanted(functions.begin(), functions.end());
  for (const std::string &name : wanted)
    if (Function *function = module.getFunction(name); !function || function->isDeclaration())
      throw noSuchFunction(module, name, ErrorKind::Input);
  FaultInstrumenter instrumenter(module);
  for (Function &function : module) {
    if (function.isDeclaration() || function.hasFnAttribute(Attribute::Naked) ||
        function.hasAvailableExternallyLinkage() ||
        (!wanted.empty() && !wanted.count(function.getName().str())))
      continue;
    instrumenter.run(function);
  }
  for (Function &function : module)
    for (Instruction &instruction : instructions(function))
      if (auto *call = dyn_cast<CallBase>(&instruction); call && !isa<IntrinsicInst>(call))
        call->removeFnAttr(Attribute::Memory);
  verifyOrThrow(module, "fault instrumentation");
  return std::move(instrumenter.sites);
}

void populate_faults(nb::module_ &m) {
  nb::class_<FaultSite>(m, "FaultSite", "One instruction whose results a fault can hit.")
      .def_ro("id", &FaultSite::id)
      .def_ro("function", &FaultSite::function)
      .def_ro("kind", &FaultSite::kind,
              "\"integer\", \"float\", \"load\", \"address\", \"compare\", \"cast\", \"call\", \"phi\", "
              "\"select\", \"vector\" or \"other\".")
      .def_ro("opcode", &FaultSite::opcode, "An intrinsic's name, or the opcode's.")
      .def_ro("bits", &FaultSite::bits, "Width of the value, all lanes of a vector.")
      .def_ro("file", &FaultSite::file)
      .def_ro("line", &FaultSite::line, "0 without debug info.");
  m.def(
      "instrument_faults",
      [](ModuleHandle &handle, const std::vector<std::string> &functions) {
        return withModule(handle, [&](Module &module) { return instrumentFaults(module, functions); });
      },
      nb::arg("module"), nb::arg("functions") = std::vector<std::string>(),
      "Make every value that these functions (default: all) compute a possible target of one bit flip, in "
      "place; returns the sites.\n\n"
      "Exported globals control it: `__pw_fault_countdown` (i64: how many values come before the one that is "
      "hit; afterwards that minus the number computed), `__pw_fault_bit` (i32, modulo the value's width; all "
      "ones flip nothing) and `__pw_fault_site` (i32: id of the hit site plus one). Instrument after all "
      "optimisation. Raises errors.InputError.");
}

} // namespace passwright
