// LLVM's command-line options by name, set for a scope.
#pragma once

#include <map>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

namespace passwright {

using Knobs = std::map<std::string, std::string>;

// LLVM's options are global to the process. While a scope lives, options do not change under it: a scope
// without knobs shares the options with its like, one with knobs has them alone. Leaving puts every option
// back to what it was, also after an error. Throws RecipeError for an unknown option or a value that the
// option refuses.
class KnobScope {
public:
  explicit KnobScope(const Knobs &knobs);
  ~KnobScope();
  KnobScope(const KnobScope &) = delete;

private:
  std::shared_lock<std::shared_mutex> shared;
  std::unique_lock<std::shared_mutex> alone;
};

// Sets the options that always hold in this process (see knobs.cpp). Called once, when the extension loads.
void setStandingKnobs();

// Puts every option back to its default, but for those that always hold.
void resetKnobs();

// Every option that can be a knob, sorted.
std::vector<std::string> knobNames();

} // namespace passwright
