// Taking functions out of a module, with what they call, and putting them back.
//
// Both halves see the same symbols. A local function or variable that only the extracted functions use goes
// with them and stays local. One that both halves use is promoted (promote.h) and stays with the rest, unless
// a second copy cannot be told from the first: functions that are only ever called, and constants without an
// address of their own, are copied. Bodies that stay behind come along as `available_externally` where that
// is allowed, so that they can be inlined and folded as in the whole module.
#include "split.h"
#include "promote.h"

#include <llvm/ADT/MapVector.h>
#include <llvm/ADT/SetVector.h>
#include <llvm/Bitcode/BitcodeReader.h>
#include <llvm/IR/Constants.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Instructions.h>
#include <llvm/Linker/Linker.h>

using namespace llvm;

namespace passwright {
namespace {

// What the new module gets of a symbol. What it does not name, it does not get.
enum class Share {
  Move,    // the definition; the old module keeps at most a declaration
  Copy,    // a local copy of the definition
  Both,    // the definition as it is, to be merged when the halves are linked
  Inline,  // the body as available_externally
  Declare, // a declaration
};

// The symbols that `value` leads to through constants. Initialisers of variables are not followed.
void collectGlobals(const Value *value, SmallPtrSetImpl<const Constant *> &seen,
                    SetVector<GlobalValue *> &found) {
  if (auto *global = dyn_cast<GlobalValue>(value)) {
    found.insert(const_cast<GlobalValue *>(global));
  } else if (auto *constant = dyn_cast<Constant>(value); constant && seen.insert(constant).second) {
    for (const Use &operand : constant->operands())
      collectGlobals(operand.get(), seen, found);
  }
}

SetVector<GlobalValue *> referencesOf(const GlobalValue &value) {
  SetVector<GlobalValue *> found;
  SmallPtrSet<const Constant *, 16> seen;
  for (const Use &operand : value.operands()) // initialiser, aliasee, personality, prefix
    collectGlobals(operand.get(), seen, found);
  if (auto *function = dyn_cast<Function>(&value))
    for (const Instruction &instruction : instructions(*function))
      for (const Use &operand : instruction.operands())
        collectGlobals(operand.get(), seen, found);
  return found;
}

// The functions, variables and aliases that mention `value`.
void collectOwners(const Value &value, SmallPtrSetImpl<const GlobalValue *> &owners) {
  for (const User *user : value.users()) {
    if (auto *instruction = dyn_cast<Instruction>(user))
      owners.insert(instruction->getFunction());
    else if (auto *global = dyn_cast<GlobalValue>(user))
      owners.insert(global);
    else
      collectOwners(*user, owners);
  }
}

bool hasBlockAddress(const Function &function) {
  return any_of(function, [](const BasicBlock &block) { return block.hasAddressTaken(); });
}

class Plan {
public:
  Plan(Module &module, ArrayRef<Function *> functions) : named(functions.begin(), functions.end()) {
    SmallVector<GlobalValue *, 8> roots(functions.begin(), functions.end());
    for (GlobalAlias &alias : module.aliases())
      if (named.contains(alias.getAliaseeObject())) {
        named.insert(&alias);
        roots.push_back(&alias);
      }
    findMoved(roots);
    SetVector<GlobalValue *> pending(roots.begin(), roots.end());
    for (size_t i = 0; i < pending.size(); ++i) {
      GlobalValue *value = pending[i];
      Share share = shares[value] = shareOf(*value);
      if (share == Share::Declare)
        continue;
      for (GlobalValue *reference : referencesOf(*value))
        pending.insert(reference);
    }
  }

  const MapVector<GlobalValue *, Share> &all() const { return shares; }
  bool isNamed(const GlobalValue *value) const { return named.contains(value); }

private:
  // Local symbols that can be reached from the named functions and are used nowhere else: all reachable ones,
  // less those with an owner outside, until nothing changes.
  void findMoved(ArrayRef<GlobalValue *> roots) {
    SetVector<GlobalValue *> reachable(roots.begin(), roots.end());
    for (size_t i = 0; i < reachable.size(); ++i)
      for (GlobalValue *reference : referencesOf(*reachable[i]))
        if (reference->hasLocalLinkage() && isa<GlobalObject>(reference) && !reference->isDeclaration())
          reachable.insert(reference);
    moved.insert(reachable.begin(), reachable.end());
    for (bool changed = true; changed;) {
      changed = false;
      for (GlobalValue *value : reachable) {
        if (named.contains(value) || !moved.contains(value))
          continue;
        SmallPtrSet<const GlobalValue *, 8> owners;
        collectOwners(*value, owners);
        if (any_of(owners, [&](const GlobalValue *owner) { return !moved.contains(owner); })) {
          moved.erase(value);
          changed = true;
        }
      }
    }
  }

  Share shareOf(const GlobalValue &value) const {
    if (moved.contains(&value))
      return Share::Move;
    if (value.isDeclaration() || isa<GlobalAlias>(value) || isa<GlobalIFunc>(value))
      return Share::Declare;
    if (value.hasAvailableExternallyLinkage())
      return Share::Both;
    if (auto *function = dyn_cast<Function>(&value))
      return shareOf(*function);
    return shareOf(cast<GlobalVariable>(value));
  }

  static Share shareOf(const Function &function) {
    bool pinned = hasBlockAddress(function);
    if (function.hasLocalLinkage() || function.hasLinkOnceODRLinkage())
      if (!pinned && !function.hasAddressTaken())
        return Share::Copy;
    if (function.hasLinkOnceLinkage()) // the old module may discard its own
      return Share::Both;
    return pinned || function.isInterposable() ? Share::Declare : Share::Inline;
  }

  static Share shareOf(const GlobalVariable &variable) {
    if (variable.hasLocalLinkage() && variable.isConstant() && variable.hasGlobalUnnamedAddr())
      return Share::Copy;
    if (variable.hasLinkOnceLinkage())
      return Share::Both;
    bool known = variable.isConstant() && variable.hasDefinitiveInitializer();
    return known ? Share::Inline : Share::Declare;
  }

  SmallPtrSet<const GlobalValue *, 8> named; // the functions asked for and their aliases
  SmallPtrSet<const GlobalValue *, 16> moved;
  MapVector<GlobalValue *, Share> shares;
};

// Turns a definition into a declaration. Returns what stands in its place.
GlobalValue *strip(GlobalValue &value) {
  if (auto *function = dyn_cast<Function>(&value)) {
    function->deleteBody();
    function->setComdat(nullptr);
    return function;
  }
  if (auto *variable = dyn_cast<GlobalVariable>(&value)) {
    variable->setInitializer(nullptr);
    variable->setLinkage(GlobalValue::ExternalLinkage);
    variable->setComdat(nullptr);
    variable->clearMetadata();
    return variable;
  }
  Module &module = *value.getParent();
  GlobalObject *stand = nullptr;
  if (auto *type = dyn_cast<FunctionType>(value.getValueType()))
    stand = Function::Create(type, GlobalValue::ExternalLinkage, value.getAddressSpace(), "", &module);
  else
    stand = new GlobalVariable(module, value.getValueType(), false, GlobalValue::ExternalLinkage, nullptr, "",
                               nullptr, value.getThreadLocalMode(), value.getAddressSpace());
  stand->setVisibility(value.getVisibility());
  stand->setDSOLocal(value.isDSOLocal());
  stand->takeName(&value);
  value.replaceAllUsesWith(stand);
  value.eraseFromParent();
  return stand;
}

std::vector<GlobalValue *> allGlobals(Module &module) {
  std::vector<GlobalValue *> list;
  for (GlobalValue &value : module.global_values())
    list.push_back(&value);
  return list;
}

void eraseUnused(const std::vector<GlobalValue *> &candidates) {
  for (GlobalValue *value : candidates) {
    value->removeDeadConstantUsers();
    if (value->use_empty())
      value->eraseFromParent();
  }
}

// Forgets comdats without members. The linker would take one for a definition that wins over the other
// module's.
void dropEmptyComdats(Module &module) {
  SmallVector<StringRef, 8> empty;
  for (auto &entry : module.getComdatSymbolTable())
    if (entry.second.getUsers().empty())
      empty.push_back(entry.first());
  for (StringRef name : empty)
    module.getComdatSymbolTable().erase(name);
}

// Cuts a copy of the whole module down to the extracted half.
void carve(Module &module, const StringMap<Share> &shares) {
  module.setModuleInlineAsm("");
  for (StringRef name : {"llvm.global_ctors", "llvm.global_dtors", "llvm.used", "llvm.compiler.used"})
    if (GlobalVariable *list = module.getGlobalVariable(name))
      list->eraseFromParent();
  for (StringRef name : {"llvm.ident", "llvm.commandline", "llvm.linker.options", "llvm.dependent-libraries"})
    if (NamedMDNode *list = module.getNamedMetadata(name)) // linking would append it once more
      list->eraseFromParent();
  std::vector<GlobalValue *> unused;
  for (GlobalValue *value : allGlobals(module)) {
    auto share = shares.find(value->getName());
    if (share == shares.end() || share->second == Share::Declare) {
      if (!value->isDeclaration())
        value = strip(*value);
      unused.push_back(value);
    } else if (share->second == Share::Copy || share->second == Share::Inline) {
      if (auto *object = dyn_cast<GlobalObject>(value))
        object->setComdat(nullptr);
      if (share->second == Share::Inline) {
        value->setLinkage(GlobalValue::AvailableExternallyLinkage);
      } else if (!value->hasLocalLinkage()) {
        value->setVisibility(GlobalValue::DefaultVisibility);
        value->setLinkage(GlobalValue::InternalLinkage);
      }
    }
  }
  eraseUnused(unused);
}

Function &namedFunction(Module &module, const std::string &name) {
  GlobalValue *value = module.getNamedValue(name);
  if (auto *alias = dyn_cast_or_null<GlobalAlias>(value))
    value = const_cast<GlobalObject *>(alias->getAliaseeObject());
  auto *function = dyn_cast_or_null<Function>(value);
  if (!function || function->isDeclarationForLinker())
    throw noSuchFunction(module, name, ErrorKind::Input);
  return *function;
}

} // namespace

OwnedModule extract(Module &module, const std::vector<std::string> &names) {
  SmallVector<Function *, 4> functions;
  for (const std::string &name : names)
    functions.push_back(&namedFunction(module, name));
  // The halves know each other by name, and a local alias by what it stands for.
  for (GlobalValue *value : allGlobals(module)) {
    if (!value->hasName())
      value->setName("unnamed");
    if (auto *alias = dyn_cast<GlobalAlias>(value); alias && alias->hasLocalLinkage()) {
      alias->replaceAllUsesWith(alias->getAliasee());
      alias->eraseFromParent();
    }
  }
  Plan plan(module, functions);
  StringMap<Share> shares;
  for (const auto &[value, share] : plan.all()) {
    bool shared = share == Share::Inline || share == Share::Declare;
    if (auto *object = dyn_cast<GlobalObject>(value); object && !object->isDeclaration())
      if (plan.isNamed(value) || (shared && object->hasLocalLinkage()))
        promote(*object);
    shares[value->getName()] = share;
  }

  OwnedModule part = readBitcode(bitcodeOf(module), module.getModuleIdentifier());
  carve(*part.module, shares);

  std::vector<GlobalValue *> left;
  for (const auto &[value, share] : plan.all())
    if (share == Share::Move) {
      bool keep = plan.isNamed(value);
      GlobalValue *declaration = strip(*value);
      if (!keep)
        left.push_back(declaration);
    }
  eraseUnused(left);
  dropEmptyComdats(module);
  for (Function &function :
       *part.module) // of a group that stays here, only the rest's members would be linked
    if (Comdat *group = function.getComdat(); group && plan.isNamed(module.getNamedValue(function.getName())))
      if (module.getComdatSymbolTable().count(group->getName()))
        function.setComdat(nullptr);
  return part;
}

void link(Module &into, StringRef bitcode, StringRef name) {
  Diagnostics &diagnostics = Diagnostics::of(into.getContext());
  diagnostics.start(false);
  std::unique_ptr<Module> part = unwrap(parseBitcodeFile(MemoryBufferRef(bitcode, name), into.getContext()),
                                        ErrorKind::IR, "copying a module to link it");
  dropEmptyComdats(into);
  promoteCounterparts(into, *part);
  if (Linker::linkModules(into, std::move(part)))
    throw CoreError(ErrorKind::IR, "linking " + name.str() + " into " + into.getModuleIdentifier() + ": " +
                                       (diagnostics.errors.empty() ? "failed" : diagnostics.errors.front()));
  demoteAll(into);
}

} // namespace passwright
