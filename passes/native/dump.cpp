// A function as plain data, for tools that give IR a meaning of their own: blocks in reverse post-order with
// their loops, instructions with everything that decides what they compute or when they are undefined,
// address computations lowered to bytes.
//
// An operand is a list: its kind, the index of its type, and what the kind needs.
//   ["v", t, id]          an instruction's or argument's value
//   ["i", t, "decimal"]   an integer         ["f", t, "decimal"]  the bits of a floating-point number
//   ["null", t]           ["undef", t]       ["poison", t]        ["zero", t]
//   ["g", t, name, n]     the address of a global, plus n bytes   ["fn", t, name]
//   ["agg", t, [operand]] a vector, array or structure of constants
//   ["?", t, text]        anything else
#include "module.h"

#include <llvm/ADT/DenseMap.h>
#include <llvm/ADT/PostOrderIterator.h>
#include <llvm/ADT/StringExtras.h>
#include <llvm/Analysis/LoopInfo.h>
#include <llvm/IR/ConstantRange.h>
#include <llvm/IR/Constants.h>
#include <llvm/IR/Dominators.h>
#include <llvm/IR/GetElementPtrTypeIterator.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/InstrTypes.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/Operator.h>
#include <llvm/Support/JSON.h>
#include <llvm/Support/raw_ostream.h>
#include <nanobind/stl/string.h>

using namespace llvm;
namespace nb = nanobind;

namespace passwright {
namespace {

constexpr uint64_t LargestInitializer = 1 << 16; // bytes of a constant table that are written out

std::string decimal(const APInt &value) {
  SmallString<40> text;
  value.toStringUnsigned(text);
  return text.str().str();
}

template <class Thing> std::string printed(const Thing &thing) {
  std::string text;
  raw_string_ostream(text) << thing;
  return text;
}

class Dumper {
public:
  explicit Dumper(Function &function)
      : function_(function), layout_(function.getParent()->getDataLayout()), dominators_(function),
        loops_(dominators_) {}

  json::Value describe() {
    json::Array arguments, blocks;
    for (Argument &argument : function_.args())
      ids_[&argument] = static_cast<int64_t>(ids_.size());
    ReversePostOrderTraversal<Function *> order(&function_);
    for (BasicBlock *block : order) {
      numbers_[block] = static_cast<int64_t>(numbers_.size());
      for (Instruction &instruction : *block)
        ids_[&instruction] = static_cast<int64_t>(ids_.size());
    }
    for (Argument &argument : function_.args())
      arguments.push_back(json::Object{{"id", ids_[&argument]},
                                       {"type", type(argument.getType())},
                                       {"name", argument.getName().str()},
                                       {"attributes", argumentAttributes(argument)}});
    for (BasicBlock *block : order)
      blocks.push_back(describe(*block));
    AttributeSet returned = function_.getAttributes().getRetAttrs();
    return json::Object{{"name", function_.getName().str()},
                        {"arguments", std::move(arguments)},
                        {"returns", type(function_.getReturnType())},
                        {"return_attributes", attributes(returned)},
                        {"variadic", function_.isVarArg()},
                        {"blocks", std::move(blocks)},
                        {"globals", std::move(globals_)},
                        {"types", std::move(types_)}};
  }

private:
  // ---- types

  int64_t type(Type *type) {
    auto [place, fresh] = typeIds_.try_emplace(type, 0);
    if (!fresh)
      return place->second;
    json::Object object = describeType(type); // numbers the types that it is made of
    object["text"] = printed(*type);
    if (type->isSized() && !type->isScalableTy()) {
      object["size"] = static_cast<int64_t>(layout_.getTypeStoreSize(type).getFixedValue());
      object["allocated"] = static_cast<int64_t>(layout_.getTypeAllocSize(type).getFixedValue());
    }
    auto id = static_cast<int64_t>(types_.size());
    typeIds_[type] = id;
    types_.push_back(std::move(object));
    return id;
  }

  json::Object describeType(Type *type) {
    if (auto *integer = dyn_cast<IntegerType>(type))
      return json::Object{{"kind", "int"}, {"bits", static_cast<int64_t>(integer->getBitWidth())}};
    if (type->isPointerTy())
      return json::Object{{"kind", type->getPointerAddressSpace() == 0 ? "ptr" : "other"}};
    if (type->isFloatingPointTy())
      return json::Object{{"kind", "float"},
                          {"bits", static_cast<int64_t>(type->getPrimitiveSizeInBits().getFixedValue())}};
    if (auto *vector = dyn_cast<FixedVectorType>(type))
      return json::Object{{"kind", "vector"},
                          {"count", static_cast<int64_t>(vector->getNumElements())},
                          {"of", this->type(vector->getElementType())}};
    if (auto *array = dyn_cast<ArrayType>(type))
      return json::Object{{"kind", "array"},
                          {"count", static_cast<int64_t>(array->getNumElements())},
                          {"of", this->type(array->getElementType())},
                          {"stride", static_cast<int64_t>(
                                         layout_.getTypeAllocSize(array->getElementType()).getFixedValue())}};
    if (auto *structure = dyn_cast<StructType>(type);
        structure && structure->isSized() && !type->isScalableTy()) {
      json::Array fields, offsets;
      const StructLayout *places = layout_.getStructLayout(structure);
      for (unsigned i = 0; i < structure->getNumElements(); ++i) {
        fields.push_back(this->type(structure->getElementType(i)));
        offsets.push_back(static_cast<int64_t>(places->getElementOffset(i).getFixedValue()));
      }
      return json::Object{{"kind", "struct"}, {"fields", std::move(fields)}, {"offsets", std::move(offsets)}};
    }
    return json::Object{{"kind", type->isVoidTy() ? "void" : "other"}};
  }

  // ---- operands

  json::Value operand(Value *value) {
    int64_t kind = type(value->getType());
    if (auto known = ids_.find(value); known != ids_.end())
      return json::Array{"v", kind, known->second};
    if (auto *integer = dyn_cast<ConstantInt>(value); integer && !value->getType()->isVectorTy())
      return json::Array{"i", kind, decimal(integer->getValue())};
    if (auto *number = dyn_cast<ConstantFP>(value); number && !value->getType()->isVectorTy())
      return json::Array{"f", kind, decimal(number->getValueAPF().bitcastToAPInt())};
    if (isa<ConstantPointerNull>(value))
      return json::Array{"null", kind};
    if (isa<PoisonValue>(value))
      return json::Array{"poison", kind};
    if (isa<UndefValue>(value))
      return json::Array{"undef", kind};
    if (isa<ConstantAggregateZero>(value))
      return json::Array{"zero", kind};
    if (auto *function = dyn_cast<Function>(value))
      return json::Array{"fn", kind, function->getName().str()};
    if (auto *constant = dyn_cast<Constant>(value)) {
      if (value->getType()->isPointerTy())
        return address(constant, kind);
      if (isa<ConstantAggregate, ConstantDataSequential>(constant) || value->getType()->isVectorTy())
        if (auto parts = elements(constant))
          return json::Array{"agg", kind, std::move(*parts)};
    }
    return json::Array{"?", kind, isa<InlineAsm>(value) ? "inline assembly" : printed(*value)};
  }

  json::Value address(Constant *constant, int64_t kind) {
    APInt offset(layout_.getIndexTypeSizeInBits(constant->getType()), 0);
    Value *base = constant->stripAndAccumulateConstantOffsets(layout_, offset, /*AllowNonInbounds=*/true);
    auto *global = dyn_cast<GlobalVariable>(base);
    if (!global)
      return json::Array{"?", kind, printed(*constant)};
    if (!globals_.get(global->getName()))
      globals_[global->getName()] = describe(*global);
    return json::Array{"g", kind, global->getName().str(), offset.getSExtValue()};
  }

  std::optional<json::Array> elements(Constant *constant) {
    json::Array parts;
    Type *type = constant->getType();
    unsigned count = type->isStructTy()  ? type->getStructNumElements()
                     : type->isArrayTy() ? static_cast<unsigned>(type->getArrayNumElements())
                                         : cast<FixedVectorType>(type)->getNumElements();
    for (unsigned i = 0; i < count; ++i) {
      Constant *part = constant->getAggregateElement(i);
      if (!part)
        return std::nullopt;
      parts.push_back(operand(part));
    }
    return parts;
  }

  json::Object describe(GlobalVariable &global) {
    json::Object object{
        {"size", static_cast<int64_t>(layout_.getTypeAllocSize(global.getValueType()).getFixedValue())},
        {"align", static_cast<int64_t>(global.getPointerAlignment(layout_).value())},
        {"constant", global.isConstant()},
        {"local", global.hasLocalLinkage()},
        {"thread_local", global.isThreadLocal()}};
    uint64_t size = layout_.getTypeAllocSize(global.getValueType()).getFixedValue();
    if (global.hasDefinitiveInitializer() && size <= LargestInitializer) {
      std::string bytes(size, '\0');
      if (flatten(global.getInitializer(), 0, bytes))
        object["bytes"] = toHex(bytes, /*LowerCase=*/true);
    }
    return object;
  }

  // Writes the bytes of a constant; false for what has none (addresses, undefined bits).
  bool flatten(Constant *constant, uint64_t at, std::string &bytes) {
    if (isa<ConstantAggregateZero>(constant))
      return true;
    APInt value;
    if (auto *integer = dyn_cast<ConstantInt>(constant); integer && !constant->getType()->isVectorTy())
      value = integer->getValue();
    else if (auto *number = dyn_cast<ConstantFP>(constant); number && !constant->getType()->isVectorTy())
      value = number->getValueAPF().bitcastToAPInt();
    else {
      Type *type = constant->getType();
      auto *structure = dyn_cast<StructType>(type);
      if (!structure && !type->isArrayTy() && !isa<FixedVectorType>(type))
        return false;
      uint64_t count = structure           ? structure->getNumElements()
                       : type->isArrayTy() ? type->getArrayNumElements()
                                           : cast<FixedVectorType>(type)->getNumElements();
      for (uint64_t i = 0; i < count; ++i) {
        Constant *part = constant->getAggregateElement(static_cast<unsigned>(i));
        if (!part)
          return false;
        uint64_t offset = structure ? layout_.getStructLayout(structure)->getElementOffset(i).getFixedValue()
                                    : i * layout_.getTypeAllocSize(part->getType()).getFixedValue();
        if (!flatten(part, at + offset, bytes))
          return false;
      }
      return true;
    }
    for (unsigned i = 0; i * 8 < value.getBitWidth(); ++i)
      bytes[at + i] =
          static_cast<char>(value.extractBitsAsZExtValue(std::min(8u, value.getBitWidth() - i * 8), i * 8));
    return true;
  }

  // ---- attributes

  json::Object attributes(AttributeSet set) {
    json::Object object;
    for (auto kind : {Attribute::NoUndef, Attribute::NonNull, Attribute::NoAlias, Attribute::ReadOnly,
                      Attribute::ReadNone, Attribute::WriteOnly, Attribute::NoCapture, Attribute::Returned,
                      Attribute::ZExt, Attribute::SExt})
      if (set.hasAttribute(kind))
        object[Attribute::getNameFromAttrKind(kind)] = true;
    if (uint64_t bytes = set.getDereferenceableBytes())
      object["dereferenceable"] = static_cast<int64_t>(bytes);
    if (MaybeAlign align = set.getAlignment())
      object["align"] = static_cast<int64_t>(align->value());
    if (set.hasAttribute(Attribute::Range)) {
      const ConstantRange &range = set.getAttribute(Attribute::Range).getRange();
      object["range"] = json::Array{json::Array{decimal(range.getLower()), decimal(range.getUpper())}};
    }
    return object;
  }

  json::Object argumentAttributes(Argument &argument) {
    json::Object object = attributes(function_.getAttributes().getParamAttrs(argument.getArgNo()));
    if (argument.hasPassPointeeByValueCopyAttr())
      object["copy"] = static_cast<int64_t>(argument.getPassPointeeByValueCopySize(layout_));
    for (auto kind : {Attribute::InAlloca, Attribute::Preallocated, Attribute::SwiftError})
      if (argument.hasAttribute(kind))
        object["unsupported"] = Attribute::getNameFromAttrKind(kind);
    return object;
  }

  // ---- instructions

  json::Value describe(BasicBlock &block) {
    json::Array instructions, nest;
    for (Loop *loop = loops_.getLoopFor(&block); loop; loop = loop->getParentLoop())
      nest.insert(nest.begin(), numbers_[loop->getHeader()]);
    for (Instruction &instruction : block)
      instructions.push_back(describe(instruction));
    return json::Object{
        {"name", block.hasName() ? block.getName().str() : "block " + std::to_string(numbers_[&block])},
        {"loops", std::move(nest)},
        {"instructions", std::move(instructions)}};
  }

  json::Value describe(Instruction &instruction) {
    json::Object object{{"id", ids_[&instruction]},
                        {"op", instruction.getOpcodeName()},
                        {"type", type(instruction.getType())}};
    json::Array flags = flagsOf(instruction);
    if (!flags.empty())
      object["flags"] = std::move(flags);
    metadata(instruction, object);
    if (auto *phi = dyn_cast<PHINode>(&instruction)) {
      json::Array incoming;
      for (unsigned i = 0; i < phi->getNumIncomingValues(); ++i)
        if (auto known = numbers_.find(phi->getIncomingBlock(i)); known != numbers_.end())
          incoming.push_back(json::Array{known->second, operand(phi->getIncomingValue(i))});
      object["incoming"] = std::move(incoming);
      return object;
    }
    if (auto *element = dyn_cast<GetElementPtrInst>(&instruction)) {
      describeAddress(*element, object);
      return object;
    }
    if (auto *call = dyn_cast<CallBase>(&instruction)) {
      describeCall(*call, object);
      return object;
    }
    if (auto *choice = dyn_cast<SwitchInst>(&instruction)) {
      json::Array cases;
      for (auto &one : choice->cases())
        cases.push_back(
            json::Array{decimal(one.getCaseValue()->getValue()), numbers_[one.getCaseSuccessor()]});
      object["operands"] = json::Array{operand(choice->getCondition())};
      object["cases"] = std::move(cases);
      object["targets"] = json::Array{numbers_[choice->getDefaultDest()]};
      return object;
    }
    json::Array operands, targets;
    if (auto *branch = dyn_cast<BranchInst>(&instruction)) {
      if (branch->isConditional())
        operands.push_back(operand(branch->getCondition()));
      for (unsigned i = 0; i < branch->getNumSuccessors(); ++i) // taken first; successors() goes by operands
        targets.push_back(numbers_[branch->getSuccessor(i)]);
      object["targets"] = std::move(targets);
    } else {
      for (Value *value : instruction.operands())
        operands.push_back(isa<BasicBlock>(value) ? json::Value(json::Array{"?", 0, "block"})
                                                  : operand(value));
    }
    object["operands"] = std::move(operands);
    if (auto *compare = dyn_cast<CmpInst>(&instruction))
      object["predicate"] = CmpInst::getPredicateName(compare->getPredicate()).str();
    if (auto *load = dyn_cast<LoadInst>(&instruction)) {
      object["align"] = static_cast<int64_t>(load->getAlign().value());
      object["simple"] = load->isSimple();
    }
    if (auto *store = dyn_cast<StoreInst>(&instruction)) {
      object["align"] = static_cast<int64_t>(store->getAlign().value());
      object["simple"] = store->isSimple();
    }
    if (auto *local = dyn_cast<AllocaInst>(&instruction)) {
      object["align"] = static_cast<int64_t>(local->getAlign().value());
      object["element"] = type(local->getAllocatedType());
    }
    if (auto *shuffle = dyn_cast<ShuffleVectorInst>(&instruction)) {
      json::Array mask;
      for (int lane : shuffle->getShuffleMask())
        mask.push_back(lane);
      object["mask"] = std::move(mask);
    }
    if (auto *extract = dyn_cast<ExtractValueInst>(&instruction))
      object["indices"] = json::Array(extract->getIndices());
    if (auto *insert = dyn_cast<InsertValueInst>(&instruction))
      object["indices"] = json::Array(insert->getIndices());
    return object;
  }

  static json::Array flagsOf(Instruction &instruction) {
    json::Array flags;
    auto add = [&](bool present, const char *name) {
      if (present)
        flags.push_back(name);
    };
    if (auto *wrapping = dyn_cast<OverflowingBinaryOperator>(&instruction)) {
      add(wrapping->hasNoUnsignedWrap(), "nuw");
      add(wrapping->hasNoSignedWrap(), "nsw");
    }
    if (auto *truncation = dyn_cast<TruncInst>(&instruction)) {
      add(truncation->hasNoUnsignedWrap(), "nuw");
      add(truncation->hasNoSignedWrap(), "nsw");
    }
    if (auto *exact = dyn_cast<PossiblyExactOperator>(&instruction))
      add(exact->isExact(), "exact");
    if (auto *either = dyn_cast<PossiblyDisjointInst>(&instruction))
      add(either->isDisjoint(), "disjoint");
    if (auto *widening = dyn_cast<PossiblyNonNegInst>(&instruction))
      add(widening->hasNonNeg(), "nneg");
    if (auto *element = dyn_cast<GetElementPtrInst>(&instruction)) {
      add(element->isInBounds(), "inbounds");
      add(element->hasNoUnsignedSignedWrap(), "nusw");
      add(element->hasNoUnsignedWrap(), "nuw");
    }
    if (isa<FPMathOperator>(instruction)) {
      FastMathFlags fast = instruction.getFastMathFlags();
      add(fast.allowReassoc(), "reassoc");
      add(fast.noNaNs(), "nnan");
      add(fast.noInfs(), "ninf");
      add(fast.noSignedZeros(), "nsz");
      add(fast.allowReciprocal(), "arcp");
      add(fast.allowContract(), "contract");
      add(fast.approxFunc(), "afn");
    }
    return flags;
  }

  void metadata(Instruction &instruction, json::Object &object) {
    if (instruction.hasMetadata(LLVMContext::MD_nonnull))
      object["nonnull"] = true;
    if (instruction.hasMetadata(LLVMContext::MD_noundef))
      object["noundef"] = true;
    if (MDNode *node = instruction.getMetadata(LLVMContext::MD_align))
      object["aligned"] =
          static_cast<int64_t>(mdconst::extract<ConstantInt>(node->getOperand(0))->getZExtValue());
    if (MDNode *node = instruction.getMetadata(LLVMContext::MD_range)) {
      json::Array ranges;
      for (unsigned i = 0; i + 1 < node->getNumOperands(); i += 2)
        ranges.push_back(
            json::Array{decimal(mdconst::extract<ConstantInt>(node->getOperand(i))->getValue()),
                        decimal(mdconst::extract<ConstantInt>(node->getOperand(i + 1))->getValue())});
      object["range"] = std::move(ranges);
    }
  }

  void describeAddress(GetElementPtrInst &element, json::Object &object) {
    int64_t offset = 0;
    json::Array scaled;
    for (auto part = gep_type_begin(element), end = gep_type_end(element); part != end; ++part) {
      Value *index = part.getOperand();
      if (StructType *structure = part.getStructTypeOrNull()) {
        auto *field = cast<Constant>(index);
        if (Constant *splat = field->getType()->isVectorTy() ? field->getSplatValue() : field)
          offset += static_cast<int64_t>(layout_.getStructLayout(structure)->getElementOffset(
              static_cast<unsigned>(cast<ConstantInt>(splat)->getZExtValue())));
        continue;
      }
      TypeSize stride = part.getSequentialElementStride(layout_);
      if (stride.isScalable()) {
        object["unsupported"] = "scalable vectors";
        return;
      }
      auto size = static_cast<int64_t>(stride.getFixedValue());
      if (auto *constant = dyn_cast<ConstantInt>(index); constant && constant->getBitWidth() <= 64)
        offset += constant->getSExtValue() * size;
      else
        scaled.push_back(json::Array{operand(index), size});
    }
    object["operands"] = json::Array{operand(element.getPointerOperand())};
    object["offset"] = offset;
    object["scaled"] = std::move(scaled);
  }

  void describeCall(CallBase &call, json::Object &object) {
    json::Array operands, sets;
    for (unsigned i = 0; i < call.arg_size(); ++i) {
      Value *value = call.getArgOperand(i);
      operands.push_back(value->getType()->isMetadataTy() || value->getType()->isTokenTy()
                             ? json::Value(json::Array{"?", type(value->getType()), "metadata"})
                             : operand(value));
      sets.push_back(attributes(call.getAttributes().getParamAttrs(i)));
    }
    object["operands"] = std::move(operands);
    object["attributes"] = std::move(sets);
    object["return_attributes"] = attributes(call.getAttributes().getRetAttrs());
    Function *callee = call.getCalledFunction();
    object["callee"] = callee ? callee->getName().str() : "";
    if (auto *intrinsic = dyn_cast<IntrinsicInst>(&call)) {
      object["intrinsic"] = Intrinsic::getBaseName(intrinsic->getIntrinsicID()).str();
      if (auto *memory = dyn_cast<MemIntrinsic>(&call))
        object["volatile"] = memory->isVolatile();
    } else {
      object["defined"] = callee && !callee->isDeclaration() && !callee->isInterposable();
    }
    if (call.getNumOperandBundles()) {
      json::Array bundles;
      for (unsigned i = 0; i < call.getNumOperandBundles(); ++i)
        bundles.push_back(call.getOperandBundleAt(i).getTagName().str());
      object["bundles"] = std::move(bundles);
    }
  }

  Function &function_;
  const DataLayout &layout_;
  DominatorTree dominators_;
  LoopInfo loops_;
  DenseMap<Value *, int64_t> ids_;
  DenseMap<BasicBlock *, int64_t> numbers_;
  DenseMap<Type *, int64_t> typeIds_;
  json::Array types_;
  json::Object globals_;
};

} // namespace

void populate_dump(nb::module_ &m) {
  m.def(
      "dump_function",
      [](ModuleHandle &handle, const std::string &name) {
        std::string text = withModule(handle, [&](Module &module) {
          Function *function = module.getFunction(name);
          if (!function || function->isDeclaration())
            throw noSuchFunction(module, name, ErrorKind::Input);
          return printed(Dumper(*function).describe());
        });
        return nb::cast<nb::dict>(nb::module_::import_("json").attr("loads")(text));
      },
      nb::arg("module"), nb::arg("function"),
      "The function as plain data: types, arguments, globals, and blocks in reverse post-order with their "
      "loops "
      "(headers, outermost first) and instructions (docs/translation-validation.md). Blocks that are never "
      "reached "
      "are left out. Raises errors.InputError when it is not defined.");
}

} // namespace passwright
