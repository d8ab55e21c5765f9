// A fingerprint of a module: everything that can change the code, nothing else.
//
// The module is walked and written as a byte stream that is then hashed. Types, constants, attribute lists
// and metadata are numbered in the order of their first appearance and written out there once. Left out:
// names of values, types, blocks and local symbols, debug info, the producer's ident, the source file's name,
// the order of use lists.
#include "ir.h"

#include <llvm/ADT/DenseMap.h>
#include <llvm/ADT/StringExtras.h>
#include <llvm/IR/Constants.h>
#include <llvm/IR/DebugInfoMetadata.h>
#include <llvm/IR/DerivedTypes.h>
#include <llvm/IR/InlineAsm.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/Operator.h>
#include <llvm/Support/BLAKE3.h>

using namespace llvm;

namespace passwright {
namespace {

class Walker {
public:
  explicit Walker(const Module &module) : module(module) {
    module.getContext().getMDKindNames(kindNames);
    module.getContext().getSyncScopeNames(scopeNames);
  }

  std::string digest() {
    text(module.getTargetTriple());
    text(module.getDataLayoutStr());
    text(module.getModuleInlineAsm());
    numberGlobals();
    for (const GlobalVariable &global : module.globals())
      variable(global);
    for (const Function &function : module)
      if (!skipped(function))
        this->function(function);
    for (const GlobalAlias &alias : module.aliases()) {
      common(alias);
      value(alias.getAliasee());
    }
    for (const GlobalIFunc &ifunc : module.ifuncs()) {
      common(ifunc);
      value(ifunc.getResolver());
    }
    for (const NamedMDNode &named : module.named_metadata())
      namedMetadata(named);
    auto hash =
        BLAKE3::hash<16>(ArrayRef<uint8_t>(reinterpret_cast<const uint8_t *>(out.data()), out.size()));
    return toHex(hash, /*LowerCase=*/true);
  }

private:
  void number(uint64_t value) { // LEB128
    do {
      out.push_back(static_cast<char>((value & 0x7f) | (value > 0x7f ? 0x80 : 0)));
      value >>= 7;
    } while (value);
  }

  void text(StringRef value) {
    number(value.size());
    out.append(value.begin(), value.end());
  }

  void integer(const APInt &value) {
    number(value.getBitWidth());
    for (unsigned i = 0; i < value.getNumWords(); ++i)
      number(value.getRawData()[i]);
  }

  void alignment(MaybeAlign align) { number(align ? Log2(*align) + 1 : 0); }

  // Writes the number of `key` and returns true when it is new, so that the caller describes it.
  template <class Key> bool first(DenseMap<Key, unsigned> &numbers, Key key) {
    auto [it, isNew] = numbers.try_emplace(key, numbers.size());
    number(it->second);
    return isNew;
  }

  // Unused declarations of debug intrinsics come and go with debug info.
  static bool skipped(const Function &function) { return function.getName().starts_with("llvm.dbg."); }

  void numberGlobals() {
    for (const GlobalVariable &global : module.globals())
      globals.try_emplace(&global, globals.size());
    for (const Function &function : module)
      if (!skipped(function))
        globals.try_emplace(&function, globals.size());
    for (const GlobalAlias &alias : module.aliases())
      globals.try_emplace(&alias, globals.size());
    for (const GlobalIFunc &ifunc : module.ifuncs())
      globals.try_emplace(&ifunc, globals.size());
  }

  void type(Type *type) {
    if (!first(types, type))
      return;
    number(type->getTypeID());
    switch (type->getTypeID()) {
    case Type::IntegerTyID:
      number(type->getIntegerBitWidth());
      break;
    case Type::PointerTyID:
      number(type->getPointerAddressSpace());
      break;
    case Type::ArrayTyID:
      number(type->getArrayNumElements());
      break;
    case Type::FixedVectorTyID:
    case Type::ScalableVectorTyID:
      number(cast<VectorType>(type)->getElementCount().getKnownMinValue());
      break;
    case Type::StructTyID:
      number(cast<StructType>(type)->isPacked() | cast<StructType>(type)->isOpaque() << 1);
      break;
    case Type::FunctionTyID:
      number(cast<FunctionType>(type)->isVarArg());
      break;
    case Type::TargetExtTyID: {
      auto *target = cast<TargetExtType>(type);
      text(target->getName());
      number(target->getNumIntParameters());
      for (unsigned parameter : target->int_params())
        number(parameter);
      break;
    }
    default:
      break;
    }
    number(type->getNumContainedTypes());
    for (Type *contained : type->subtypes())
      this->type(contained);
  }

  void attributes(AttributeList list) {
    if (!first(attributeLists, static_cast<const void *>(list.getRawPointer())))
      return;
    number(list.getNumAttrSets());
    for (unsigned index : list.indexes()) {
      AttributeSet set = list.getAttributes(index);
      number(set.getNumAttributes());
      for (Attribute attribute : set)
        this->attribute(attribute);
    }
  }

  void attribute(Attribute attribute) {
    if (attribute.isTypeAttribute()) { // its text would hold the type's name
      text(Attribute::getNameFromAttrKind(attribute.getKindAsEnum()));
      number(attribute.getValueAsType() != nullptr);
      if (Type *type = attribute.getValueAsType())
        this->type(type);
    } else {
      text(attribute.getAsString());
    }
  }

  // What every kind of global has.
  void common(const GlobalValue &global) {
    text(global.hasLocalLinkage() ? StringRef() : global.getName());
    number(global.getLinkage());
    number(global.getVisibility() << 8 | global.getDLLStorageClass() << 6 | global.getThreadLocalMode() << 3 |
           static_cast<unsigned>(global.getUnnamedAddr()) << 1 | global.isDSOLocal());
    type(global.getValueType());
    number(global.getAddressSpace());
    text(global.getPartition());
    if (auto *object = dyn_cast<GlobalObject>(&global)) {
      alignment(object->getAlign());
      text(object->getSection());
      const Comdat *comdat = object->getComdat();
      number(comdat ? 1 + comdat->getSelectionKind() : 0);
      if (comdat)
        text(comdat->getName());
      attachments(object);
    }
  }

  void variable(const GlobalVariable &global) {
    common(global);
    number(global.isConstant() | global.isExternallyInitialized() << 1 | global.hasInitializer() << 2);
    number(static_cast<unsigned>(global.getCodeModel().value_or(static_cast<CodeModel::Model>(15))));
    attributes(AttributeList::get(module.getContext(), AttributeList::FunctionIndex,
                                  AttrBuilder(module.getContext(), global.getAttributes())));
    if (global.hasInitializer())
      value(global.getInitializer());
  }

  void function(const Function &function) {
    common(function);
    if (!function.isIntrinsic()) // those of intrinsics follow from the name, and readers set them anew
      attributes(function.getAttributes());
    number(function.getCallingConv());
    text(function.hasGC() ? StringRef(function.getGC()) : StringRef());
    number(function.hasPersonalityFn() | function.hasPrefixData() << 1 | function.hasPrologueData() << 2);
    for (const Use &operand : function.operands())
      value(operand.get());
    number(function.size());
    locals.clear();
    for (const Argument &argument : function.args())
      locals.try_emplace(&argument, locals.size());
    for (const BasicBlock &block : function) {
      locals.try_emplace(&block, locals.size());
      for (const Instruction &instruction : block)
        if (!isa<DbgInfoIntrinsic>(instruction))
          locals.try_emplace(&instruction, locals.size());
    }
    for (const BasicBlock &block : function) {
      number(block.sizeWithoutDebug());
      for (const Instruction &instruction : block)
        if (!isa<DbgInfoIntrinsic>(instruction))
          this->instruction(instruction);
    }
  }

  void instruction(const Instruction &instruction) {
    number(instruction.getOpcode());
    type(instruction.getType());
    number(instruction
               .getRawSubclassOptionalData()); // nuw, nsw, exact, inbounds, disjoint, nneg, fast-math flags
    number(instruction.getNumOperands());
    for (const Use &operand : instruction.operands())
      value(operand.get());
    if (auto *phi = dyn_cast<PHINode>(&instruction))
      for (const BasicBlock *block : phi->blocks())
        value(block);
    special(instruction);
    attachments(&instruction);
  }

  // What instructions hold besides type, flags and operands.
  void special(const Instruction &instruction) {
    if (auto *load = dyn_cast<LoadInst>(&instruction)) {
      memory(load->isVolatile(), load->getAlign(), load->getOrdering(), load->getSyncScopeID());
    } else if (auto *store = dyn_cast<StoreInst>(&instruction)) {
      memory(store->isVolatile(), store->getAlign(), store->getOrdering(), store->getSyncScopeID());
    } else if (auto *update = dyn_cast<AtomicRMWInst>(&instruction)) {
      memory(update->isVolatile(), update->getAlign(), update->getOrdering(), update->getSyncScopeID());
      number(update->getOperation());
    } else if (auto *exchange = dyn_cast<AtomicCmpXchgInst>(&instruction)) {
      memory(exchange->isVolatile(), exchange->getAlign(), exchange->getSuccessOrdering(),
             exchange->getSyncScopeID());
      number(static_cast<unsigned>(exchange->getFailureOrdering()) << 1 | exchange->isWeak());
    } else if (auto *fence = dyn_cast<FenceInst>(&instruction)) {
      memory(false, MaybeAlign(), fence->getOrdering(), fence->getSyncScopeID());
    } else if (auto *slot = dyn_cast<AllocaInst>(&instruction)) {
      type(slot->getAllocatedType());
      alignment(slot->getAlign());
      number(slot->isUsedWithInAlloca() | slot->isSwiftError() << 1);
    } else if (auto *compare = dyn_cast<CmpInst>(&instruction)) {
      number(compare->getPredicate());
    } else if (auto *address = dyn_cast<GetElementPtrInst>(&instruction)) {
      type(address->getSourceElementType());
    } else if (auto *call = dyn_cast<CallBase>(&instruction)) {
      this->call(*call);
    } else if (auto *extract = dyn_cast<ExtractValueInst>(&instruction)) {
      for (unsigned index : extract->indices())
        number(index);
    } else if (auto *insert = dyn_cast<InsertValueInst>(&instruction)) {
      for (unsigned index : insert->indices())
        number(index);
    } else if (auto *shuffle = dyn_cast<ShuffleVectorInst>(&instruction)) {
      number(shuffle->getShuffleMask().size());
      for (int index : shuffle->getShuffleMask())
        number(static_cast<unsigned>(index + 1));
    } else if (auto *pad = dyn_cast<LandingPadInst>(&instruction)) {
      number(pad->isCleanup());
      for (unsigned i = 0; i < pad->getNumClauses(); ++i)
        number(pad->isCatch(i));
    }
  }

  void memory(bool isVolatile, MaybeAlign align, AtomicOrdering ordering, SyncScope::ID scope) {
    number(isVolatile | static_cast<unsigned>(ordering) << 1);
    alignment(align);
    text(scopeNames[scope]); // the number depends on the context's history
  }

  void call(const CallBase &call) {
    type(call.getFunctionType());
    attributes(call.getAttributes());
    number(call.getCallingConv());
    if (auto *plain = dyn_cast<CallInst>(&call))
      number(plain->getTailCallKind());
    number(call.getNumOperandBundles());
    for (unsigned i = 0; i < call.getNumOperandBundles(); ++i) {
      OperandBundleUse bundle = call.getOperandBundleAt(i);
      text(bundle.getTagName());
      number(bundle.Inputs.size());
    }
  }

  // An operand: each kind has its own prefix, so that numbers of different kinds cannot be mistaken for one
  // another.
  void value(const Value *value) {
    if (!value) {
      out.push_back('0');
    } else if (auto it = globals.find(value); it != globals.end()) {
      out.push_back('G');
      number(it->second);
    } else if (auto it = locals.find(value); it != locals.end()) {
      out.push_back('L');
      number(it->second);
    } else if (auto *wrapped = dyn_cast<MetadataAsValue>(value)) {
      out.push_back('M');
      metadata(wrapped->getMetadata());
    } else if (auto *code = dyn_cast<InlineAsm>(value)) {
      out.push_back('A');
      text(code->getAsmString());
      text(code->getConstraintString());
      number(code->hasSideEffects() | code->isAlignStack() << 1 | code->getDialect() << 2 |
             code->canThrow() << 3);
    } else if (auto *address = dyn_cast<BlockAddress>(value)) {
      out.push_back('B');
      this->value(address->getFunction());
      number(std::distance(address->getFunction()->begin(), address->getBasicBlock()->getIterator()));
    } else if (auto *constant = dyn_cast<Constant>(value)) {
      out.push_back('C');
      this->constant(*constant);
    } else {
      out.push_back('?'); // a forward reference to a value of no function; verified modules have none
    }
  }

  void constant(const Constant &constant) {
    if (!first(constants, &constant))
      return;
    number(constant.getValueID());
    type(constant.getType());
    if (auto *whole = dyn_cast<ConstantInt>(&constant)) {
      integer(whole->getValue());
    } else if (auto *real = dyn_cast<ConstantFP>(&constant)) {
      integer(real->getValueAPF().bitcastToAPInt());
    } else if (auto *data = dyn_cast<ConstantDataSequential>(&constant)) {
      text(data->getRawDataValues());
    } else {
      if (auto *expression = dyn_cast<ConstantExpr>(&constant)) {
        number(expression->getOpcode());
        number(expression->getRawSubclassOptionalData());
        if (auto *address = dyn_cast<GEPOperator>(expression)) {
          type(address->getSourceElementType());
          std::optional<ConstantRange> range = address->getInRange();
          number(range.has_value());
          if (range) {
            integer(range->getLower());
            integer(range->getUpper());
          }
        }
      }
      number(constant.getNumOperands());
      for (const Use &operand : constant.operands())
        value(operand.get());
    }
  }

  template <class Holder> void attachments(const Holder *holder) {
    SmallVector<std::pair<unsigned, MDNode *>, 4> list;
    if constexpr (std::is_same_v<Holder, Instruction>)
      holder->getAllMetadataOtherThanDebugLoc(list);
    else
      holder->getAllMetadata(list);
    llvm::erase_if(list, [](const auto &entry) {
      return entry.first == LLVMContext::MD_dbg || isDebug(entry.second) ||
             (entry.first == LLVMContext::MD_loop &&
              all_of(drop_begin(entry.second->operands()), [](Metadata *part) {
                return isDebug(part);
              })); // a loop without properties has metadata only for its source range
    });
    // By name: numbers of custom kinds depend on the context's history.
    llvm::stable_sort(list,
                      [&](const auto &a, const auto &b) { return kindNames[a.first] < kindNames[b.first]; });
    number(list.size());
    for (const auto &[kind, node] : list) {
      text(kindNames[kind]);
      metadata(node);
    }
  }

  static bool isDebug(const Metadata *node) {
    return node && (isa<DINode>(node) || isa<DILocation>(node) || isa<DIExpression>(node) ||
                    isa<DIGlobalVariableExpression>(node));
  }

  void metadata(const Metadata *node) {
    if (!node || isDebug(node)) {
      number(0);
    } else if (auto *string = dyn_cast<MDString>(node)) {
      number(1);
      text(string->getString());
    } else if (auto *wrapped = dyn_cast<ValueAsMetadata>(node)) {
      number(2);
      value(wrapped->getValue());
    } else if (auto *tuple = dyn_cast<MDNode>(node)) {
      number(3);
      if (!first(nodes, static_cast<const Metadata *>(node)))
        return;
      number(tuple->isDistinct());
      for (const MDOperand &operand : tuple->operands())
        if (!isDebug(operand)) // loop metadata holds the loop's source range
          metadata(operand);
      number(4);
    } else {
      number(5);
    }
  }

  void namedMetadata(const NamedMDNode &named) {
    StringRef name = named.getName();
    if (name == "llvm.ident" || name == "llvm.commandline" || name.starts_with("llvm.dbg."))
      return;
    text(name);
    for (const MDNode *node : named.operands()) {
      if (name == "llvm.module.flags" && node->getNumOperands() == 3)
        if (auto *key = dyn_cast_or_null<MDString>(node->getOperand(1)))
          if (key->getString() == "Debug Info Version" || key->getString() == "Dwarf Version")
            continue;
      metadata(node);
    }
    number(4);
  }

  const Module &module;
  SmallVector<StringRef, 64> kindNames, scopeNames;
  DenseMap<const Value *, unsigned> globals, locals;
  DenseMap<Type *, unsigned> types;
  DenseMap<const void *, unsigned> attributeLists;
  DenseMap<const Constant *, unsigned> constants;
  DenseMap<const Metadata *, unsigned> nodes;
  std::string out;
};

} // namespace

std::string structuralHash(const Module &module) { return Walker(module).digest(); }

} // namespace passwright
