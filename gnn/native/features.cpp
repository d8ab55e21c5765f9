// Features of instructions and values, and the vocabularies of the categories.
#include "describe.h"

#include <llvm/ADT/StringExtras.h>
#include <llvm/IR/Constants.h>
#include <llvm/IR/GlobalVariable.h>
#include <llvm/IR/InlineAsm.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/Operator.h>

#include <cmath>

using namespace llvm;

namespace passwright {
namespace {

#define TYPES(X)                                                                                             \
  X(Void, "void")                                                                                            \
  X(I1, "i1")                                                                                                \
  X(I8, "i8")                                                                                                \
  X(I16, "i16")                                                                                              \
  X(I32, "i32")                                                                                              \
  X(I64, "i64")                                                                                              \
  X(I128, "i128")                                                                                            \
  X(Integer, "other integer")                                                                                \
  X(Half, "half")                                                                                            \
  X(BFloat, "bfloat")                                                                                        \
  X(Float, "float")                                                                                          \
  X(Double, "double")                                                                                        \
  X(LongDouble, "other float")                                                                               \
  X(Pointer, "ptr")                                                                                          \
  X(Array, "array")                                                                                          \
  X(Struct, "struct")                                                                                        \
  X(Other, "other")

#define CALLEES(X)                                                                                           \
  X(NoCallee, "none")                                                                                        \
  X(Indirect, "indirect")                                                                                    \
  X(Assembly, "inline assembly")                                                                             \
  X(Defined, "defined here")                                                                                 \
  X(Library, "known library function")                                                                       \
  X(External, "other external function")                                                                     \
  X(MemoryIntrinsic, "memcpy, memmove, memset")                                                              \
  X(Marker, "marker that generates no code")                                                                 \
  X(FloatIntrinsic, "floating-point intrinsic")                                                              \
  X(IntegerIntrinsic, "integer intrinsic")                                                                   \
  X(OtherIntrinsic, "other intrinsic")

#define VALUES(X)                                                                                            \
  X(ArgumentValue, "argument")                                                                               \
  X(Variable, "global variable")                                                                             \
  X(FunctionValue, "function")                                                                               \
  X(IntegerConstant, "integer")                                                                              \
  X(FloatConstant, "float")                                                                                  \
  X(Zero, "null or zero")                                                                                    \
  X(Undefined, "undef or poison")                                                                            \
  X(Aggregate, "aggregate or vector")                                                                        \
  X(Expression, "constant expression")                                                                       \
  X(AssemblyText, "inline assembly")                                                                         \
  X(OtherValue, "other")

#define ENUM(name, text) name,
#define TEXT(name, text) text,
enum TypeId : int32_t { TYPES(ENUM) };
enum Callee : int32_t { CALLEES(ENUM) };
enum ValueKind : int32_t { VALUES(ENUM) };

int32_t typeId(const Type &type) {
  if (type.isIntegerTy())
    switch (type.getIntegerBitWidth()) {
    case 1:
      return I1;
    case 8:
      return I8;
    case 16:
      return I16;
    case 32:
      return I32;
    case 64:
      return I64;
    case 128:
      return I128;
    default:
      return Integer;
    }
  switch (type.getTypeID()) {
  case Type::VoidTyID:
    return Void;
  case Type::HalfTyID:
    return Half;
  case Type::BFloatTyID:
    return BFloat;
  case Type::FloatTyID:
    return Float;
  case Type::DoubleTyID:
    return Double;
  case Type::PointerTyID:
    return Pointer;
  case Type::ArrayTyID:
    return Array;
  case Type::StructTyID:
    return Struct;
  default:
    return type.isFloatingPointTy() ? LongDouble : Other;
  }
}

float log2Lanes(const Type &type) {
  auto *vector = dyn_cast<VectorType>(&type);
  return vector ? std::log2(static_cast<float>(vector->getElementCount().getKnownMinValue())) : 0;
}

float storeSize(Type &type, const DataLayout &layout) {
  return type.isSized() ? static_cast<float>(layout.getTypeStoreSize(&type).getKnownMinValue()) : 0;
}

// 0: no comparison; then fcmp's predicates and icmp's.
int32_t predicateId(const CmpInst &compare) {
  CmpInst::Predicate predicate = compare.getPredicate();
  return CmpInst::isFPPredicate(predicate)
             ? 1 + (predicate - CmpInst::FIRST_FCMP_PREDICATE)
             : 2 + CmpInst::LAST_FCMP_PREDICATE + (predicate - CmpInst::FIRST_ICMP_PREDICATE);
}

int32_t calleeId(const CallBase &call, const TargetLibraryInfo &library) {
  if (call.isInlineAsm())
    return Assembly;
  const Function *callee = call.getCalledFunction();
  if (!callee)
    return Indirect;
  if (auto *intrinsic = dyn_cast<IntrinsicInst>(&call)) {
    if (isa<AnyMemIntrinsic>(call))
      return MemoryIntrinsic;
    if (intrinsic->isAssumeLikeIntrinsic())
      return Marker;
    Type *type = call.arg_size() ? call.getArgOperand(0)->getType() : call.getType();
    if (call.getType()->isFPOrFPVectorTy() || type->isFPOrFPVectorTy())
      return FloatIntrinsic;
    return call.getType()->isIntOrIntVectorTy() || type->isIntOrIntVectorTy() ? IntegerIntrinsic
                                                                              : OtherIntrinsic;
  }
  if (!callee->isDeclaration())
    return Defined;
  LibFunc known;
  return library.getLibFunc(call, known) && library.has(known) ? Library : External;
}

void describeFlags(const Instruction &instruction, InstructionNumbers &numbers) {
  if (isa<OverflowingBinaryOperator, TruncInst>(instruction)) {
    numbers.nuw = instruction.hasNoUnsignedWrap();
    numbers.nsw = instruction.hasNoSignedWrap();
  } else if (isa<PossiblyExactOperator>(instruction)) {
    numbers.exact = instruction.isExact();
  } else if (auto *address = dyn_cast<GetElementPtrInst>(&instruction)) {
    numbers.inbounds = address->isInBounds();
  } else if (isa<FPMathOperator>(instruction)) {
    FastMathFlags flags = instruction.getFastMathFlags();
    numbers.reassoc = flags.allowReassoc();
    numbers.nnan = flags.noNaNs();
    numbers.ninf = flags.noInfs();
    numbers.nsz = flags.noSignedZeros();
    numbers.arcp = flags.allowReciprocal();
    numbers.contract = flags.allowContract();
    numbers.afn = flags.approxFunc();
  }
}

void describeAccess(const Instruction &instruction, const DataLayout &layout, InstructionNumbers &numbers) {
  numbers.reads_memory = instruction.mayReadFromMemory();
  numbers.writes_memory = instruction.mayWriteToMemory();
  numbers.is_ordered = instruction.isVolatile() || instruction.isAtomic();
  auto access = [&](Align alignment, Type *type) {
    numbers.log2_alignment = Log2(alignment);
    numbers.access_size = storeSize(*type, layout);
  };
  if (auto *load = dyn_cast<LoadInst>(&instruction))
    access(load->getAlign(), load->getType());
  else if (auto *store = dyn_cast<StoreInst>(&instruction))
    access(store->getAlign(), store->getValueOperand()->getType());
  else if (auto *update = dyn_cast<AtomicRMWInst>(&instruction))
    access(update->getAlign(), update->getType());
  else if (auto *exchange = dyn_cast<AtomicCmpXchgInst>(&instruction))
    access(exchange->getAlign(), exchange->getNewValOperand()->getType());
  else if (auto *slot = dyn_cast<AllocaInst>(&instruction))
    numbers.log2_alignment = Log2(slot->getAlign());
}

// sign(x) * log2(1 + |x|), within the range of double; 0 for NaN.
float magnitude(double x) {
  if (std::isnan(x))
    return 0;
  double size = std::isinf(x) ? 1024 : std::log2(1 + std::fabs(x));
  return static_cast<float>(std::copysign(size, x));
}

float magnitude(APFloat x) {
  bool exact;
  x.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &exact);
  return magnitude(x.convertToDouble());
}

int32_t kindOf(const Value &value) {
  if (isa<llvm::Argument>(value))
    return ArgumentValue;
  if (isa<InlineAsm>(value))
    return AssemblyText;
  if (isa<Function>(value))
    return FunctionValue;
  if (isa<GlobalValue>(value))
    return Variable;
  if (isa<ConstantExpr>(value))
    return Expression;
  if (isa<UndefValue>(value))
    return Undefined;
  if (isa<ConstantInt>(value))
    return IntegerConstant;
  if (isa<ConstantFP>(value))
    return FloatConstant;
  if (isa<ConstantPointerNull, ConstantAggregateZero>(value))
    return Zero;
  return isa<ConstantAggregate, ConstantDataSequential>(value) ? Aggregate : OtherValue;
}

} // namespace

void describe(const Instruction &instruction, const TargetLibraryInfo &library, const DataLayout &layout,
              InstructionCategories &categories, InstructionNumbers &numbers) {
  const Type *type = instruction.getType();
  if (auto *store = dyn_cast<StoreInst>(&instruction))
    type = store->getValueOperand()->getType();
  categories.opcode = instruction.getOpcode();
  categories.type = typeId(*type->getScalarType());
  numbers.log2_lanes = log2Lanes(*type);
  if (auto *compare = dyn_cast<CmpInst>(&instruction))
    categories.predicate = predicateId(*compare);
  if (auto *call = dyn_cast<CallBase>(&instruction))
    categories.callee = calleeId(*call, library);
  describeFlags(instruction, numbers);
  describeAccess(instruction, layout, numbers);
}

void describe(const Value &value, const DataLayout &layout, ValueCategories &categories,
              ValueNumbers &numbers) {
  Type *type = value.getType();
  categories.kind = kindOf(value);
  categories.type = typeId(*type->getScalarType());
  numbers.log2_lanes = log2Lanes(*type);
  if (auto *argument = dyn_cast<llvm::Argument>(&value)) {
    numbers.noalias = argument->hasNoAliasAttr();
    numbers.readonly = argument->onlyReadsMemory();
    numbers.writeonly = argument->hasAttribute(Attribute::WriteOnly);
  } else if (auto *variable = dyn_cast<GlobalVariable>(&value)) {
    numbers.constant_memory = variable->isConstant();
    numbers.log2_bytes = std::log2(1 + storeSize(*variable->getValueType(), layout));
  } else if (auto *constant = dyn_cast<Constant>(&value)) {
    if (type->isVectorTy() && constant->getSplatValue())
      constant = constant->getSplatValue();
    if (auto *integer = dyn_cast<ConstantInt>(constant))
      // i1 true is 1, not -1.
      numbers.magnitude = magnitude(integer->getValue().roundToDouble(integer->getBitWidth() > 1));
    else if (auto *real = dyn_cast<ConstantFP>(constant))
      numbers.magnitude = magnitude(real->getValueAPF());
  }
}

std::map<std::string, std::vector<std::string>> graphVocabulary() {
  std::vector<std::string> opcodes = {"none"}, predicates = {"none"};
  for (unsigned opcode = 1; opcode < Instruction::OtherOpsEnd; ++opcode)
    opcodes.push_back(Instruction::getOpcodeName(opcode));
  for (unsigned p = CmpInst::FIRST_FCMP_PREDICATE; p <= CmpInst::LAST_FCMP_PREDICATE; ++p)
    predicates.push_back("fcmp " + CmpInst::getPredicateName(CmpInst::Predicate(p)).str());
  for (unsigned p = CmpInst::FIRST_ICMP_PREDICATE; p <= CmpInst::LAST_ICMP_PREDICATE; ++p)
    predicates.push_back("icmp " + CmpInst::getPredicateName(CmpInst::Predicate(p)).str());
  return {{"opcode", opcodes},       {"predicate", predicates},
          {"type", {TYPES(TEXT)}},   {"callee", {CALLEES(TEXT)}},
          {"value", {VALUES(TEXT)}}, {"stride", {"none", "invariant", "constant", "symbolic", "irregular"}}};
}

} // namespace passwright
