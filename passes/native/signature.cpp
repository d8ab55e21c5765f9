// C signatures from debug info: each IR argument with the parameter it carries and that parameter's type
// tree.
#include "module.h"
#include "uses.h"

#include <llvm/ADT/DenseMap.h>
#include <llvm/ADT/MapVector.h>
#include <llvm/ADT/SetVector.h>
#include <llvm/ADT/SmallPtrSet.h>
#include <llvm/Analysis/ValueTracking.h>
#include <llvm/BinaryFormat/Dwarf.h>
#include <llvm/Demangle/Demangle.h>
#include <llvm/IR/DebugInfoMetadata.h>
#include <llvm/IR/DebugProgramInstruction.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/Support/raw_ostream.h>

using namespace llvm;

namespace passwright {
namespace {

std::string typeText(const Type *type) {
  std::string text;
  raw_string_ostream(text) << *type;
  return text;
}

// Builds the nested C type of a DIType.  Typedefs disappear but for their name; qualifiers become flags.
class TypeTree {
public:
  json::Value build(const DIType *type) {
    Flags flags;
    StringRef alias;
    type = strip(type, flags, alias);
    json::Object tree = type ? node(type) : json::Object{{"kind", "void"}, {"name", "void"}, {"size", 0}};
    if (!alias.empty())
      tree["name"] = alias.str();
    if (flags.isConst)
      tree["const"] = true;
    if (flags.isVolatile)
      tree["volatile"] = true;
    if (flags.isRestrict)
      tree["restrict"] = true;
    return tree;
  }

private:
  struct Flags {
    bool isConst = false, isVolatile = false, isRestrict = false;
  };

  static const DIType *strip(const DIType *type, Flags &flags, StringRef &alias) {
    while (auto *derived = dyn_cast_or_null<DIDerivedType>(type)) {
      switch (derived->getTag()) {
      case dwarf::DW_TAG_const_type:
        flags.isConst = true;
        break;
      case dwarf::DW_TAG_volatile_type:
        flags.isVolatile = true;
        break;
      case dwarf::DW_TAG_restrict_type:
        flags.isRestrict = true;
        break;
      case dwarf::DW_TAG_typedef:
        if (alias.empty())
          alias = derived->getName();
        break;
      case dwarf::DW_TAG_atomic_type:
        break;
      default:
        return type;
      }
      type = derived->getBaseType();
    }
    return type;
  }

  static int64_t bytes(const DIType *type) { return static_cast<int64_t>(type->getSizeInBits() / 8); }

  json::Object node(const DIType *type) {
    if (auto *basic = dyn_cast<DIBasicType>(type))
      return base(basic);
    if (auto *derived = dyn_cast<DIDerivedType>(type))
      return pointer(derived);
    if (auto *composite = dyn_cast<DICompositeType>(type)) {
      switch (composite->getTag()) {
      case dwarf::DW_TAG_array_type:
        return array(composite);
      case dwarf::DW_TAG_enumeration_type: {
        bool isSigned = false;
        if (auto *under = dyn_cast_or_null<DIBasicType>(composite->getBaseType()))
          isSigned = under->getEncoding() == dwarf::DW_ATE_signed;
        return json::Object{{"kind", "int"},
                            {"name", ("enum " + composite->getName()).str()},
                            {"size", bytes(composite)},
                            {"signed", isSigned}};
      }
      case dwarf::DW_TAG_structure_type:
      case dwarf::DW_TAG_class_type:
        return record(composite, "struct");
      case dwarf::DW_TAG_union_type:
        return record(composite, "union");
      }
    }
    return json::Object{{"kind", "other"}, {"name", type->getName().str()}, {"size", bytes(type)}};
  }

  static json::Object base(const DIBasicType *type) {
    json::Object tree{{"name", type->getName().str()}, {"size", bytes(type)}};
    switch (type->getEncoding()) {
    case dwarf::DW_ATE_boolean:
      tree["kind"] = "bool";
      break;
    case dwarf::DW_ATE_float:
      tree["kind"] = "float";
      break;
    case dwarf::DW_ATE_signed:
    case dwarf::DW_ATE_signed_char:
      tree["kind"] = "int";
      tree["signed"] = true;
      break;
    case dwarf::DW_ATE_unsigned:
    case dwarf::DW_ATE_unsigned_char:
    case dwarf::DW_ATE_UTF:
      tree["kind"] = "int";
      tree["signed"] = false;
      break;
    case dwarf::DW_ATE_complex_float: {
      int64_t half = bytes(type) / 2;
      StringRef name = half == 4 ? "float" : half == 8 ? "double" : "long double";
      auto part = [&](StringRef field, int64_t offset) {
        return json::Object{{"name", field},
                            {"offset", offset},
                            {"type", json::Object{{"kind", "float"}, {"name", name}, {"size", half}}}};
      };
      tree["kind"] = "struct";
      tree["fields"] = json::Array{part("re", 0), part("im", half)};
      break;
    }
    default:
      tree["kind"] = "other";
    }
    return tree;
  }

  json::Object pointer(const DIDerivedType *type) {
    StringRef kind;
    switch (type->getTag()) {
    case dwarf::DW_TAG_pointer_type:
      kind = "pointer";
      break;
    case dwarf::DW_TAG_reference_type:
    case dwarf::DW_TAG_rvalue_reference_type:
      kind = "reference";
      break;
    default:
      return json::Object{{"kind", "other"}, {"name", type->getName().str()}, {"size", bytes(type)}};
    }
    const DIType *target = type->getBaseType();
    json::Value to = isa_and_nonnull<DISubroutineType>(target)
                         ? json::Value(json::Object{{"kind", "other"}, {"name", "function"}, {"size", 0}})
                         : build(target);
    StringRef of = to.getAsObject()->getString("name").value_or("");
    return json::Object{{"kind", kind},
                        {"name", (of + (kind == "pointer" ? " *" : " &")).str()},
                        {"size", bytes(type)},
                        {"to", std::move(to)}};
  }

  json::Object array(const DICompositeType *type) {
    json::Value element = build(type->getBaseType());
    std::string name = element.getAsObject()->getString("name").value_or("").str();
    json::Array counts;
    for (const DINode *item : type->getElements()) {
      int64_t count = 0;
      if (auto *range = dyn_cast<DISubrange>(item))
        if (auto *constant = dyn_cast_if_present<ConstantInt *>(range->getCount()))
          count = std::max<int64_t>(constant->getSExtValue(), 0);
      name += count ? "[" + std::to_string(count) + "]" : "[]";
      counts.push_back(count);
    }
    return json::Object{{"kind", "array"},
                        {"name", name},
                        {"size", bytes(type)},
                        {"to", std::move(element)},
                        {"counts", std::move(counts)}};
  }

  json::Object record(const DICompositeType *type, StringRef kind) {
    json::Object tree{{"kind", kind}, {"name", type->getName().str()}, {"size", bytes(type)}};
    if (type->isForwardDecl() || !open_.insert(type).second) // a list node points at its own type
      tree["incomplete"] = true;
    else {
      json::Array fields;
      for (const DINode *item : type->getElements()) {
        auto *member = dyn_cast<DIDerivedType>(item);
        if (!member || member->isStaticMember())
          continue;
        if (member->getTag() != dwarf::DW_TAG_member && member->getTag() != dwarf::DW_TAG_inheritance)
          continue;
        json::Object field{{"name", member->getName().str()},
                           {"offset", static_cast<int64_t>(member->getOffsetInBits() / 8)},
                           {"type", build(member->getBaseType())}};
        if (member->isBitField())
          field["bits"] = static_cast<int64_t>(member->getSizeInBits());
        fields.push_back(std::move(field));
      }
      tree["fields"] = std::move(fields);
      open_.erase(type);
    }
    return tree;
  }

  SmallPtrSet<const DIType *, 8> open_; // the records being built, outermost first
};

// Where a parameter lives: the storage that its debug record names, or a temporary that is copied there.
struct Home {
  const DILocalVariable *variable = nullptr;
  int64_t offset = 0;
};

class Homes {
public:
  explicit Homes(Function &function) : layout_(function.getParent()->getDataLayout()) {
    for (Instruction &instruction : instructions(function)) {
      for (DbgVariableRecord &record : filterDbgVars(instruction.getDbgRecordRange()))
        note(record.getVariableLocationOp(0), record.getVariable());
      if (auto *intrinsic = dyn_cast<DbgVariableIntrinsic>(&instruction))
        note(intrinsic->getVariableLocationOp(0), intrinsic->getVariable());
    }
    // A coerced struct is stored into a temporary of the coerced type and copied into the parameter's
    // storage.
    for (Instruction &instruction : instructions(function))
      if (auto *copy = dyn_cast<MemCpyInst>(&instruction)) {
        auto home = homes_.find(copy->getDest()->stripPointerCasts());
        if (home != homes_.end())
          homes_.try_emplace(copy->getSource()->stripPointerCasts(), home->second);
      }
  }

  Home find(Argument &argument) const {
    if (auto direct = homes_.find(&argument); direct != homes_.end())
      return {direct->second, 0};
    SmallVector<Value *, 8> work{&argument};
    while (!work.empty()) {
      Value *value = work.pop_back_val();
      for (User *user : value->users()) {
        if (isa<CastInst>(user))
          work.push_back(user);
        auto *store = dyn_cast<StoreInst>(user);
        if (!store || store->getValueOperand() != value)
          continue;
        APInt offset(layout_.getIndexTypeSizeInBits(store->getPointerOperandType()), 0);
        Value *base = store->getPointerOperand()->stripAndAccumulateConstantOffsets(layout_, offset, true);
        if (auto home = homes_.find(base); home != homes_.end())
          return {home->second, offset.getSExtValue()};
      }
    }
    return {};
  }

private:
  void note(Value *storage, const DILocalVariable *variable) {
    if (storage && variable && variable->getArg())
      homes_.try_emplace(storage, variable);
  }

  const DataLayout &layout_;
  DenseMap<const Value *, const DILocalVariable *> homes_;
};

// One IR argument's share of a struct passed by value: named and typed after the field it carries where that
// is one.
void describePart(const json::Object &record, int64_t offset, int64_t size, const std::string &parameter,
                  json::Value &type, json::Object &entry) {
  entry["struct"] = record.getString("name").value_or("").str();
  std::string name = parameter + "_" + std::to_string(offset);
  json::Value single = nullptr;
  const json::Array *fields = record.getArray("fields");
  for (const json::Value &item : fields ? *fields : json::Array()) {
    const json::Object &field = *item.getAsObject();
    if (field.getInteger("offset") != offset || !field.getObject("type"))
      continue;
    StringRef kind = field.getObject("type")->getString("kind").value_or("");
    bool isScalar = kind == "int" || kind == "float" || kind == "bool";
    if (isScalar && field.getObject("type")->getInteger("size") == size) {
      name = parameter + "_" + field.getString("name").value_or("").str();
      single = *field.get("type");
    }
  }
  entry["name"] = name;
  type = std::move(single);
}

json::Array attributeNames(AttributeSet attributes) {
  json::Array names;
  for (Attribute attribute : attributes)
    names.push_back(attribute.getAsString());
  return names;
}

// The subroutine type's parameters, without the return type; empty where there is no debug info.
SmallVector<const DIType *, 8> parameterTypes(const DISubprogram *subprogram) {
  SmallVector<const DIType *, 8> types;
  if (subprogram && subprogram->getType())
    for (DIType *type : drop_begin(subprogram->getType()->getTypeArray()))
      types.push_back(type);
  return types;
}

// Whether anything in the module may write to the global; an address that leaves it counts.
bool isWritten(GlobalVariable &global) {
  SmallVector<const Value *, 16> work{&global};
  SmallPtrSet<const Value *, 16> seen{&global};
  while (!work.empty())
    for (const Use &use : work.pop_back_val()->uses()) {
      const User *user = use.getUser();
      if (isa<LoadInst>(user) || isa<ICmpInst>(user))
        continue;
      if (!isa<GEPOperator>(user) && !isa<PHINode>(user) && !isa<SelectInst>(user) &&
          !isa<BitCastOperator>(user))
        return true;
      if (seen.insert(user).second)
        work.push_back(user);
    }
  return false;
}

json::Object describeGlobal(GlobalVariable &global) {
  const DataLayout &layout = global.getParent()->getDataLayout();
  SmallVector<DIGlobalVariableExpression *, 1> records;
  global.getDebugInfo(records);
  json::Value type = nullptr;
  int64_t line = 0;
  if (!records.empty()) {
    type = TypeTree().build(records.front()->getVariable()->getType());
    line = records.front()->getVariable()->getLine();
  }
  int64_t size =
      global.getValueType()->isSized() ? layout.getTypeAllocSize(global.getValueType()).getFixedValue() : 0;
  return json::Object{{"name", global.getName().str()},
                      {"ir_type", typeText(global.getValueType())},
                      {"type", std::move(type)},
                      {"size", size},
                      {"line", line},
                      {"constant", global.isConstant()},
                      {"local", global.hasLocalLinkage()},
                      {"defined", !global.isDeclaration()},
                      {"written", isWritten(global)},
                      {"zero", global.hasInitializer() && global.getInitializer()->isNullValue()},
                      {"thread_local", global.isThreadLocal()}};
}

} // namespace

std::vector<Function *> reachedFunctions(Function &function) {
  SetVector<Function *> reached;
  reached.insert(&function);
  for (size_t i = 0; i < reached.size(); ++i)
    for (Instruction &instruction : instructions(*reached[i]))
      for (Value *operand : instruction.operands())
        if (auto *callee = dyn_cast<Function>(operand->stripPointerCastsAndAliases()))
          if (!callee->isDeclaration())
            reached.insert(callee);
  return {reached.begin(), reached.end()};
}

std::vector<GlobalVariable *> reachedGlobals(Function &function) {
  SmallPtrSet<const Value *, 16> seen;
  SmallVector<const Value *, 16> work;
  for (Function *reached : reachedFunctions(function))
    for (Instruction &instruction : instructions(*reached))
      for (Value *operand : instruction.operands())
        if (isa<Constant>(operand) && seen.insert(operand).second)
          work.push_back(operand);
  while (!work.empty()) { // constants nest: addresses inside expressions and, for tables of pointers,
                          // initialisers
    const Value *value = work.pop_back_val();
    if (isa<Function>(value))
      continue;
    for (const Value *operand : cast<User>(value)->operand_values())
      if (isa<Constant>(operand) && seen.insert(operand).second)
        work.push_back(operand);
  }
  std::vector<GlobalVariable *> globals;
  for (GlobalVariable &global : function.getParent()->globals())
    if (seen.contains(&global))
      globals.push_back(&global);
  return globals;
}

json::Value describeSignature(Function &function) {
  const DataLayout &layout = function.getParent()->getDataLayout();
  const DISubprogram *subprogram = function.getSubprogram();
  SmallVector<const DIType *, 8> types = parameterTypes(subprogram);
  size_t hidden = function.hasStructRetAttr() ? 1 : 0;
  bool inOrder = types.size() == function.arg_size() - hidden;
  Homes homes(function);

  // Which parameter (counted from 1) each IR argument carries, and how many arguments share one.
  SmallVector<Home, 8> home;
  SmallVector<unsigned, 8> parameter;
  DenseMap<unsigned, unsigned> shares;
  for (Argument &argument : function.args()) {
    home.push_back(homes.find(argument));
    unsigned number = home.back().variable ? home.back().variable->getArg() : 0;
    if (!number && inOrder && argument.getArgNo() >= hidden)
      number = argument.getArgNo() - hidden + 1;
    parameter.push_back(number);
    if (number)
      ++shares[number];
  }

  json::Array arguments;
  for (Argument &argument : function.args()) {
    unsigned index = argument.getArgNo();
    std::string name =
        home[index].variable ? home[index].variable->getName().str() : argument.getName().str();
    json::Value type = nullptr;
    StringRef pass = argument.hasStructRetAttr() ? "sret" : argument.hasByValAttr() ? "byval" : "value";
    if (argument.hasStructRetAttr()) {
      name = "return";
      if (subprogram && subprogram->getType() && subprogram->getType()->getTypeArray().size())
        type = TypeTree().build(subprogram->getType()->getTypeArray()[0]);
    } else if (home[index].variable)
      type = TypeTree().build(home[index].variable->getType());
    else if (parameter[index] && parameter[index] <= types.size())
      type = TypeTree().build(types[parameter[index] - 1]);
    if (name.empty())
      name = "arg" + std::to_string(index);

    int64_t size = layout.getTypeStoreSize(argument.getType()).getFixedValue();
    if (Type *pointee = argument.hasStructRetAttr() ? argument.getParamStructRetType()
                        : argument.hasByValAttr()   ? argument.getParamByValType()
                                                    : nullptr)
      size = layout.getTypeAllocSize(pointee).getFixedValue();
    json::Object entry{{"index", index},
                       {"name", name},
                       {"ir_type", typeText(argument.getType())},
                       {"size", size},
                       {"parameter", parameter[index]},
                       {"attributes", attributeNames(function.getAttributes().getParamAttrs(index))}};
    const json::Object *tree = type.getAsObject();
    bool isRecord = tree && (tree->getString("kind") == "struct" || tree->getString("kind") == "union");
    if (pass == "value" && isRecord && !argument.getType()->isPointerTy()) {
      pass = "part";
      entry["offset"] = home[index].offset;
      describePart(*tree, home[index].offset, size, name, type, entry);
    } else if (pass == "value" && isRecord && argument.getType()->isPointerTy() &&
               shares[parameter[index]] == 1 && tree->getInteger("size").value_or(0) != size)
      pass = "byval"; // a class that is not trivially copied is passed by the address of a temporary
    entry["type"] = std::move(type);
    entry["pass"] = pass;
    arguments.push_back(std::move(entry));
  }

  json::Value returned = nullptr;
  if (subprogram && subprogram->getType() && subprogram->getType()->getTypeArray().size())
    returned = TypeTree().build(subprogram->getType()->getTypeArray()[0]);
  json::Array globals;
  for (GlobalVariable *global : reachedGlobals(function))
    globals.push_back(describeGlobal(*global));
  return json::Object{{"function", function.getName().str()},
                      {"demangled", demangle(function.getName())},
                      {"file", subprogram ? subprogram->getFilename().str() : ""},
                      {"line", subprogram ? static_cast<int64_t>(subprogram->getLine()) : 0},
                      {"variadic", function.isVarArg()},
                      {"returns", typeText(function.getReturnType())},
                      {"return_type", std::move(returned)},
                      {"arguments", std::move(arguments)},
                      {"globals", std::move(globals)}};
}

} // namespace passwright
