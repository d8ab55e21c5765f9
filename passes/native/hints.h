// Loops by id, loop hints as metadata, function attributes.
#pragma once

#include "ir.h"

#include <optional>
#include <string>
#include <vector>

namespace passwright {

struct LoopEntry {
  std::string id, function;
  unsigned depth = 1;
  std::string parent;
  unsigned line = 0, column = 0, tripCount = 0;
  bool innermost = true;
};

// The loops of a function in preorder.
std::vector<LoopEntry> listLoops(llvm::Function &function);

// The definition of a function. Throws RecipeError.
llvm::Function &definition(llvm::Module &module, const std::string &name);

// Writes a hint into a loop's metadata, in place of one with the same key. Throws RecipeError.
void applyHint(llvm::Module &module, const std::string &id, const std::string &key, const std::string &value);

// Sets a function attribute on the function `name`, or on all that are defined when that is empty; nullopt
// removes it. Throws RecipeError.
void setAttribute(llvm::Module &module, const std::string &key, const std::optional<std::string> &value,
                  const std::string &name);

} // namespace passwright
