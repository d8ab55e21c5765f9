// Local symbols that two halves of a split module share: made visible to each other, and made local again.
#pragma once

#include <llvm/IR/GlobalObject.h>
#include <llvm/IR/Module.h>

namespace passwright {

// Gives a function or variable a linkage under which its definition stays and others can refer to it: local
// ones become hidden, with ".passwright" after the name so that no library function is mistaken for them;
// discardable ones become weak. What it was is kept in an attribute. Does nothing to symbols that are visible
// anyway.
void promote(llvm::GlobalObject &object);

// Puts back what promote() changed in every definition of the module.
void demoteAll(llvm::Module &module);

// Promotes again in `into` what the promoted symbols of `from` stand for: a third part may have been linked,
// and its symbols demoted, before.
void promoteCounterparts(llvm::Module &into, const llvm::Module &from);

} // namespace passwright
