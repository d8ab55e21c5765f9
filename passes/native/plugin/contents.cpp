// Symbols are moved, not linked: linking would reorder them, and the object with them.
#include "contents.h"

#include <llvm/ADT/STLExtras.h>

using namespace llvm;

namespace passwright {

void moveContents(Module &from, Module &to) {
  from.setIsNewDbgInfoFormat(to.IsNewDbgInfoFormat);
  while (!from.global_empty()) {
    GlobalVariable *variable = &*from.global_begin();
    from.removeGlobalVariable(variable);
    to.insertGlobalVariable(variable);
  }
  to.getFunctionList().splice(to.end(), from.getFunctionList());
  while (!from.alias_empty()) {
    GlobalAlias *alias = &*from.alias_begin();
    from.removeAlias(alias);
    to.insertAlias(alias);
  }
  while (!from.ifunc_empty()) {
    GlobalIFunc *resolver = &*from.ifunc_begin();
    from.removeIFunc(resolver);
    to.insertIFunc(resolver);
  }
  for (GlobalObject &object : to.global_objects())
    if (const Comdat *group = object.getComdat()) { // a module owns its groups
      Comdat *own = to.getOrInsertComdat(group->getName());
      own->setSelectionKind(group->getSelectionKind());
      object.setComdat(own);
    }
  for (NamedMDNode &list : make_early_inc_range(to.named_metadata()))
    to.eraseNamedMetadata(&list);
  for (NamedMDNode &list : make_early_inc_range(from.named_metadata())) {
    NamedMDNode *own = to.getOrInsertNamedMetadata(list.getName());
    for (MDNode *node : list.operands())
      own->addOperand(node);
    from.eraseNamedMetadata(&list);
  }
  to.setModuleInlineAsm(from.getModuleInlineAsm());
  from.setModuleInlineAsm("");
}

} // namespace passwright
