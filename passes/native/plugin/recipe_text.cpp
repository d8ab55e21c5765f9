// Canonical recipe text only: the nesting of passes is as Python left it.
#include "recipe_text.h"
#include "../hints.h"
#include "../pipeline.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/StringExtras.h>
#include <llvm/Support/Regex.h>

#include <algorithm>
#include <map>

using namespace llvm;

namespace passwright {
namespace {

// A pattern of names that recipes may not use. `fastMath` admits it, and so does the value `harmless`.
struct Denied {
  StringRef pattern, reason;
  bool fastMath;
  StringRef harmless;
};

#include "refusal_tables.inc"

[[noreturn]] void malformed(StringRef text, const char *what) {
  throw CoreError(ErrorKind::Recipe, "step `" + text.str() + "`: " + what);
}

Knobs parseKnobs(StringRef text, StringRef step) {
  SmallVector<StringRef, 8> words;
  text.split(words, ' ');
  Knobs knobs;
  for (StringRef word : words) {
    auto [name, value] = word.split('=');
    if (name.empty() || value.empty() || !knobs.emplace(name.str(), value.str()).second)
      malformed(step, "knobs are name=value, each once");
  }
  return knobs;
}

const Denied *denied(ArrayRef<Denied> table, StringRef name) {
  auto matches = [&](const Denied &entry) { return Regex("^(" + entry.pattern.str() + ")$").match(name); };
  auto found = find_if(table, matches);
  return found == table.end() ? nullptr : found;
}

std::string refusal(const Step &step, bool fastMath) {
  auto applies = [&](const Denied *found) { return found && !(found->fastMath && fastMath); };
  if (step.kind == Step::Hint)
    return "";
  if (step.kind == Step::Attribute)
    return is_contained(attributes, step.key) ? "" : "the attribute " + step.key + " is none for recipes";
  SmallVector<StringRef, 16> names;
  SplitString(step.text, names, "(),");
  for (StringRef name : names)
    if (const Denied *found = denied(deniedPasses, name.split('<').first); applies(found))
      return "the pass " + name.str() + " is refused: " + found->reason.str();
  auto has = [&step](StringRef knob) {
    auto [name, value] = knob.split('=');
    auto found = step.knobs.find(name.str());
    return found != step.knobs.end() && (value.empty() || found->second == value);
  };
  for (const auto &[one, other] : conflicts)
    if (has(one) && has(other))
      return "LLVM does not take " + one.str() + " and " + other.str() + " together";
  for (const auto &[knob, value] : step.knobs)
    if (const Denied *found = denied(deniedKnobs, knob); applies(found) && value != found->harmless)
      return "the knob " + knob + "=" + value + " is refused: " + found->reason.str();
  return "";
}

} // namespace

Step parseStep(StringRef text) {
  if (text.contains('|') || text.empty())
    malformed(text, "expected one step");
  Step step;
  StringRef rest = text;
  if (rest.consume_front("hint ") || rest.consume_front("attr ")) {
    step.kind = text.starts_with("hint") ? Step::Hint : Step::Attribute;
    auto [subject, what] = rest.rsplit(' ');
    if (what.empty()) // rsplit of one word
      std::swap(subject, what);
    auto [key, value] = what.split('=');
    if (key.empty() || subject.contains(' ') || (step.kind == Step::Hint && subject.empty()))
      malformed(text, "expected what it is for, and key=value");
    step.text = subject.str();
    step.key = key.str();
    step.value = value.str();
    return step;
  }
  auto [pipeline, knobs] = rest.split(" [");
  if (pipeline.size() != rest.size()) {
    if (!knobs.consume_back("]"))
      malformed(text, "the knobs' '[' is not closed");
    step.knobs = parseKnobs(knobs, text);
  }
  if (pipeline.find_first_of(" []") != StringRef::npos)
    malformed(text, "expected a pipeline");
  step.text = pipeline.str();
  return step;
}

void requireExact(const Step &step, bool fastMath) {
  std::string reason = refusal(step, fastMath);
  if (!reason.empty())
    throw CoreError(ErrorKind::Recipe, reason);
}

void runRecipe(Module &module, const Recipe &recipe, bool fastMath) {
  std::vector<Step> steps;
  for (const std::string &text : recipe) {
    steps.push_back(parseStep(text));
    requireExact(steps.back(), fastMath);
  }
  RunOptions options;
  options.maxInstructions = std::max(growthFloor, size_t(growthLimit * instructionCount(module)));
  for (const Step &step : steps) {
    if (step.kind == Step::Hint)
      applyHint(module, step.text, step.key, step.value);
    else if (step.kind == Step::Attribute)
      setAttribute(module, step.key, step.value, step.text);
    else
      runPipeline(module, withoutAborts(step.text), step.knobs, options);
  }
}

Recipe restOf(const std::set<std::string> &objectives) {
  std::set<Recipe> found;
  for (const std::string &objective : objectives) {
    auto reference = references.find(objective);
    if (reference == references.end())
      throw CoreError(ErrorKind::Recipe, "there is no objective '" + objective + "'");
    found.insert(reference->second);
  }
  return found.size() == 1 ? *found.begin() : references.at("time");
}

} // namespace passwright
