// Setting and restoring cl::opts.
#include "knobs.h"
#include "errors.h"

#include <llvm/Support/CommandLine.h>
#include <llvm/Support/raw_ostream.h>

#include <algorithm>
#include <sys/mman.h>
#include <unistd.h>

using namespace llvm;

namespace passwright {
namespace {

std::shared_mutex optionsMutex;

// Options that always hold, and what another value would do.
struct Standing {
  std::string value, reason;
};
const std::map<std::string, Standing> standing = {
    // Loop hints and forced vector widths count as permission otherwise.
    {"hints-allow-reordering", {"false", "other values would let passes reorder floating-point arithmetic"}},
    // tests/golden/defects/polly_nonaffine_branches
    {"polly-allow-nonaffine-branches", {"false", "with other values Polly makes wrong code"}},
    // Polly would unroll such a loop itself, by listing its iterations, of which there may be any number:
    // tests/golden/defects/polly_pragma_unroll. LLVM's own unroller takes the hint all the same.
    {"polly-pragma-based-opts",
     {"false", "with other values Polly crashes on loops that are to be unrolled"}},
};

// Options that are no knobs: those that print and exit when set, which LLVM keeps in a category of this name,
// and those that act when they are set, so that nothing could undo it.
bool isExcluded(StringRef name, const cl::Option &option) {
  static const StringRef acting[] = {"debug-counter", "load", "load-pass-plugin", "opt-bisect-limit"};
  return name.empty() || is_contained(acting, name) ||
         any_of(option.Categories,
                [](const cl::OptionCategory *category) { return category->getName() == "Generic Options"; });
}

// LLVM's option parser reports a bad value on standard error only. While this lives, file descriptor 2 leads
// to memory.
class StderrCapture {
public:
  StderrCapture() : saved(dup(2)), memory(memfd_create("stderr", MFD_CLOEXEC)) {
    errs().flush();
    if (saved >= 0 && memory >= 0)
      dup2(memory, 2);
  }
  // What was written, and standard error as before.
  std::string finish() {
    errs().flush();
    std::string text;
    if (saved >= 0 && memory >= 0) {
      dup2(saved, 2);
      text.resize(std::max<off_t>(lseek(memory, 0, SEEK_END), 0));
      ssize_t got = pread(memory, text.data(), text.size(), 0);
      text.resize(std::max<ssize_t>(got, 0));
    }
    if (saved >= 0)
      close(saved);
    if (memory >= 0)
      close(memory);
    saved = memory = -1;
    return text;
  }

private:
  int saved, memory;
};

std::string nearest(StringRef name, const StringMap<cl::Option *> &options) {
  std::string best;
  unsigned distance = std::max<unsigned>(name.size() / 3, 2) + 1;
  for (const auto &entry : options) {
    unsigned d = name.edit_distance(entry.first(), true, distance);
    if (d < distance || (d == distance && !best.empty() && entry.first() < best)) {
      best = entry.first().str();
      distance = d;
    }
  }
  return best;
}

void setOption(const std::string &name, const std::string &value) {
  StringMap<cl::Option *> &options = cl::getRegisteredOptions();
  auto found = options.find(name);
  if (found == options.end() || isExcluded(name, *found->second)) {
    std::string close = nearest(name, options);
    throw CoreError(ErrorKind::Recipe, "LLVM has no option '" + name + "'",
                    close.empty() ? "_native.knobs() lists them" : "did you mean '" + close + "'?");
  }
  cl::Option &option = *found->second;
  StderrCapture capture;
  bool refused = option.addOccurrence(0, name, value);
  std::string text = capture.finish();
  if (refused) {
    size_t colon = text.find(": for the "); // drop "<program name>: "
    throw CoreError(
        ErrorKind::Recipe,
        "option '" + name + "' refuses the value '" + value + "'" +
            (text.empty()
                 ? ""
                 : ": " + StringRef(text).substr(colon == std::string::npos ? 0 : colon + 2).rtrim().str()),
        option.HelpStr.empty() ? "" : name + ": " + option.HelpStr.str());
  }
  if (!text.empty()) // another thread's output, or a warning
    errs() << text;
}

} // namespace

void setStandingKnobs() {
  for (const auto &[name, setting] : standing)
    setOption(name, setting.value);
}

// An option may be set through an alias or a callback of another one, so all that were touched go back.
// reset() restores the default and forgets that the option was given, which some passes ask for.
void resetKnobs() {
  for (auto &entry : cl::getRegisteredOptions())
    if (entry.second->getNumOccurrences() > 0)
      entry.second->reset();
  setStandingKnobs();
}

KnobScope::KnobScope(const Knobs &knobs) {
  if (knobs.empty()) {
    shared = std::shared_lock<std::shared_mutex>(optionsMutex);
    return;
  }
  alone = std::unique_lock<std::shared_mutex>(optionsMutex);
  try {
    for (const auto &[name, value] : knobs) {
      auto found = standing.find(name);
      if (found == standing.end())
        setOption(name, value);
      else if (found->second.value != value)
        throw CoreError(ErrorKind::Recipe, "option '" + name + "' always is " + found->second.value,
                        found->second.reason);
    }
  } catch (...) {
    resetKnobs();
    throw;
  }
}

KnobScope::~KnobScope() {
  if (alone)
    resetKnobs();
}

std::vector<std::string> knobNames() {
  std::shared_lock<std::shared_mutex> lock(optionsMutex);
  std::vector<std::string> names;
  for (const auto &entry : cl::getRegisteredOptions())
    if (!isExcluded(entry.first(), *entry.second))
      names.push_back(entry.first().str());
  std::sort(names.begin(), names.end());
  return names;
}

} // namespace passwright
