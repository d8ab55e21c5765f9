// Recipes as lock files spell them (passes/recipe.py), and running them.
#pragma once

#include "../ir.h"
#include "../knobs.h"

#include <set>
#include <string>
#include <vector>

namespace passwright {

using Recipe = std::vector<std::string>; // one step per text

struct Step {
  enum Kind { Passes, Hint, Attribute } kind = Passes;
  std::string text;       // a pipeline, or the loop or function (empty: all) that is named
  std::string key, value; // of a hint or an attribute
  Knobs knobs;            // of a pipeline
};

// The step that a canonical text describes. Throws RecipeError.
Step parseStep(llvm::StringRef text);

// Throws RecipeError when a step holds what could change what the program computes (passes/exact.py).
void requireExact(const Step &step, bool fastMath);

// Runs the steps on a module, in place, as passes/build.py does. Throws RecipeError, SizeLimitError, IRError.
void runRecipe(llvm::Module &module, const Recipe &recipe, bool fastMath);

// What the rest of a file is built by, where its kernels are for these objectives. Throws RecipeError.
Recipe restOf(const std::set<std::string> &objectives);

} // namespace passwright
