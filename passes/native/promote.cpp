// Promotion of local symbols across a split and back.
#include "promote.h"

using namespace llvm;

namespace passwright {

// Value: the linkage's name, a space, the symbol's name before.
static constexpr StringLiteral recordKey = "passwright-was";

static void setRecord(GlobalObject &object, const std::string &record) {
  if (auto *function = dyn_cast<Function>(&object))
    function->addFnAttr(recordKey, record);
  else
    cast<GlobalVariable>(object).addAttribute(recordKey, record);
}

static StringRef getRecord(const GlobalObject &object) {
  if (auto *function = dyn_cast<Function>(&object))
    return function->getFnAttribute(recordKey).getValueAsString();
  if (auto *variable = dyn_cast<GlobalVariable>(&object))
    return variable->getAttribute(recordKey).getValueAsString();
  return {};
}

static void clearRecord(GlobalObject &object) {
  if (auto *function = dyn_cast<Function>(&object)) {
    function->removeFnAttr(recordKey);
    return;
  }
  auto &variable = cast<GlobalVariable>(object);
  variable.setAttributes(variable.getAttributes().removeAttribute(variable.getContext(), recordKey));
}

void promote(GlobalObject &object) {
  std::string name = object.getName().str();
  if (object.hasLocalLinkage()) {
    setRecord(object, (object.hasPrivateLinkage() ? "private " : "internal ") + name);
    object.setName(name + ".passwright");
    object.setLinkage(GlobalValue::ExternalLinkage);
    object.setVisibility(GlobalValue::HiddenVisibility);
    object.setDSOLocal(true);
  } else if (object.hasLinkOnceLinkage()) {
    setRecord(object, (object.hasLinkOnceODRLinkage() ? "linkonce_odr " : "linkonce ") + name);
    object.setLinkage(object.hasLinkOnceODRLinkage() ? GlobalValue::WeakODRLinkage
                                                     : GlobalValue::WeakAnyLinkage);
  }
}

static void demote(GlobalObject &object, StringRef linkage, const std::string &name) {
  clearRecord(object);
  if (linkage == "linkonce_odr" || linkage == "linkonce") {
    object.setLinkage(linkage == "linkonce" ? GlobalValue::LinkOnceAnyLinkage
                                            : GlobalValue::LinkOnceODRLinkage);
    return;
  }
  object.setVisibility(GlobalValue::DefaultVisibility); // local linkage allows no other
  object.setLinkage(linkage == "private" ? GlobalValue::PrivateLinkage : GlobalValue::InternalLinkage);
  object.setName(name);
}

void demoteAll(Module &module) {
  for (GlobalObject &object : module.global_objects()) {
    StringRef record = getRecord(object);
    if (record.empty() || object.isDeclarationForLinker())
      continue;
    auto [linkage, name] = record.split(' ');
    demote(object, linkage, name.str());
  }
}

void promoteCounterparts(Module &into, const Module &from) {
  for (const GlobalObject &object : from.global_objects()) {
    StringRef record = getRecord(object);
    if (record.empty() || into.getNamedValue(object.getName()))
      continue;
    GlobalValue *counterpart = into.getNamedValue(record.split(' ').second);
    if (counterpart && counterpart->hasLocalLinkage() && isa<GlobalObject>(counterpart))
      promote(*cast<GlobalObject>(counterpart));
  }
}

} // namespace passwright
