// Work in a forked process: LLVM may crash on a recipe, or never end, and knobs are global to a process.
#pragma once

#include "../errors.h"

#include <llvm/ADT/STLFunctionalExtras.h>

#include <string>

namespace passwright {

// What `work` returns in a copy of this process. Throws InputError when it crashes or takes longer than
// `seconds`, and what it throws.
std::string inChild(llvm::function_ref<std::string()> work, unsigned seconds);

} // namespace passwright
