// Running pass pipelines: clang's set-up, knobs, limits, remarks, times.
#include "pipeline.h"
#include "interleave_guard.h"
#include "polly_guard.h"
#include "target.h"

#include <llvm/ADT/StringExtras.h>
#include <llvm/Analysis/LazyCallGraph.h>
#include <llvm/Analysis/LoopInfo.h>
#include <llvm/IR/PassManager.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Support/raw_ostream.h>
#include <polly/RegisterPasses.h>

#include <chrono>

using namespace llvm;

namespace passwright {
namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

size_t sizeOf(const Function &function) {
  size_t size = 0;
  for (const BasicBlock &block : function)
    size += block.size();
  return size;
}

size_t sizeOf(const Module &module) {
  size_t size = 0;
  for (const Function &function : module)
    size += sizeOf(function);
  return size;
}

// Follows a pipeline pass by pass. A pass cannot be left in the middle (LLVM is built without exceptions), so
// what goes wrong is noted, the optional passes that remain are skipped, and the run raises at its end.
class Observer {
public:
  Observer(Module &module, const RunOptions &options) : module(module), options(options) {}

  void attach(PassInstrumentationCallbacks &callbacks) {
    names = &callbacks;
    if (options.maxInstructions || options.verifyEach) {
      callbacks.registerShouldRunOptionalPassCallback([this](StringRef, Any) { return failedPass.empty(); });
      callbacks.registerAfterPassCallback(
          [this](StringRef pass, Any unit, const PreservedAnalyses &preserved) {
            if (failedPass.empty() && !preserved.areAllPreserved())
              check(pass, unit);
          });
    }
    if (options.timings)
      attachClock(callbacks);
  }

  // Throws what was noted.
  void finish() {
    if (failedPass.empty() && options.maxInstructions && sizeOf(module) > options.maxInstructions)
      failedPass = "the pipeline";
    if (failedPass.empty())
      return;
    if (!brokenBy.empty())
      throw CoreError(ErrorKind::IR, failedPass + " broke the module:\n" + brokenBy);
    throw CoreError(ErrorKind::SizeLimit,
                    failedPass + " grew the module beyond " + std::to_string(options.maxInstructions) +
                        " instructions",
                    "use smaller unroll or tile factors, or raise the limit");
  }

  std::vector<std::pair<std::string, double>> takeTimes() {
    std::vector<std::pair<std::string, double>> list;
    for (auto &entry : times)
      list.emplace_back(nameOf(entry.first()), entry.second);
    std::sort(list.begin(), list.end(), [](const auto &a, const auto &b) {
      return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
    return list;
  }

private:
  static const Function *functionOf(const Any &unit) {
    if (auto *function = any_cast<const Function *>(&unit))
      return *function;
    if (auto *loop = any_cast<const Loop *>(&unit))
      return (*loop)->getHeader()->getParent();
    return nullptr;
  }

  // "loop-rotate" for "LoopRotatePass".
  std::string nameOf(StringRef pass) {
    StringRef name = names->getPassNameForClassName(pass);
    return name.empty() ? pass.str() : name.str();
  }

  void check(StringRef pass, const Any &unit) {
    const Function *function = functionOf(unit);
    if (options.maxInstructions && (function ? sizeOf(*function) : sizeOf(module)) > options.maxInstructions)
      failedPass = nameOf(pass);
    // Loop passes leave their function in a state that only the loop pass manager may see.
    if (options.verifyEach && !any_cast<const Loop *>(&unit)) {
      raw_string_ostream stream(brokenBy);
      if (function ? verifyFunction(*function, &stream) : verifyModule(module, &stream))
        failedPass = nameOf(pass);
    }
  }

  void attachClock(PassInstrumentationCallbacks &callbacks) {
    auto enter = [this](StringRef pass, Any) {
      settle();
      running.push_back(pass);
    };
    auto leave = [this](StringRef) {
      settle();
      if (!running.empty())
        running.pop_back();
    };
    callbacks.registerBeforeNonSkippedPassCallback(enter);
    callbacks.registerAfterPassCallback(
        [leave](StringRef pass, Any, const PreservedAnalyses &) { leave(pass); });
    callbacks.registerAfterPassInvalidatedCallback(
        [leave](StringRef pass, const PreservedAnalyses &) { leave(pass); });
  }

  // Books the time since the last event on the pass that was running.
  void settle() {
    Clock::time_point now = Clock::now();
    if (!running.empty())
      times[running.back()] += std::chrono::duration<double>(now - last).count();
    last = now;
  }

  Module &module;
  const RunOptions &options;
  PassInstrumentationCallbacks *names = nullptr;
  std::string failedPass, brokenBy;
  SmallVector<StringRef, 8> running;
  StringMap<double> times;
  Clock::time_point last = Clock::now();
};

// clang's tuning options (BackendUtil.cpp, RunOptimizationPipeline): at -O1 it turns unrolling and the
// vectorizers off, at -Oz the loop vectorizer.
PipelineTuningOptions tuning(StringRef pipeline) {
  bool full = pipeline != "default<O1>";
  PipelineTuningOptions options;
  options.LoopInterleaving = full;
  options.LoopVectorization = full && pipeline != "default<Oz>";
  options.SLPVectorization = full;
  options.LoopUnrolling = full;
  options.MergeFunctions = false;
  options.CallGraphProfile = true;
  return options;
}

} // namespace

std::vector<std::string> passNames() {
  PassInstrumentationCallbacks callbacks;
  PassBuilder builder(nullptr, PipelineTuningOptions(), std::nullopt, &callbacks);
  std::string text;
  raw_string_ostream stream(text);
  builder.printPassNames(stream);
  SmallVector<StringRef, 0> lines;
  StringRef(text).split(lines, '\n', -1, false);
  std::vector<std::string> names;
  for (StringRef line : lines)
    if (line.starts_with("  "))
      names.push_back(line.trim().str());
  return names;
}

// The pass whose name is nearest to what an "unknown pass name 'x'" message quotes.
static std::string suggestion(StringRef message) {
  StringRef wrong = message.split('\'').second.split('\'').first;
  std::string best;
  unsigned distance = std::max<unsigned>(wrong.size() / 3, 1) + 1;
  for (const std::string &name : passNames()) {
    StringRef plain = StringRef(name).split('<').first;
    unsigned d = wrong.edit_distance(plain, true, distance);
    if (d < distance) {
      best = plain.str();
      distance = d;
    }
  }
  return best.empty() ? "the syntax is that of opt -passes=…" : "did you mean '" + best + "'?";
}

std::string withoutAborts(StringRef pipeline) {
  static const StringRef pass = "instcombine";
  std::string result;
  for (size_t at; (at = pipeline.find(pass)) != StringRef::npos;) {
    char before = at ? pipeline[at - 1] : ',';
    result += pipeline.take_front(at + pass.size());
    pipeline = pipeline.drop_front(at + pass.size());
    if (isAlnum(before) || before == '_' || before == '-') // aggressive-instcombine
      continue;
    StringRef given;
    if (pipeline.starts_with("<") && pipeline.contains('>')) {
      given = pipeline.drop_front().split('>').first;
      pipeline = pipeline.drop_front(given.size() + 2);
    }
    bool said = given.contains("verify-fixpoint");
    result += ("<" + given +
               (said            ? ""
                : given.empty() ? "no-verify-fixpoint"
                                : ";no-verify-fixpoint") +
               ">")
                  .str();
  }
  return result + pipeline.str();
}

RunReport runPipeline(Module &module, const std::string &pipeline, const Knobs &knobs,
                      const RunOptions &options) {
  Clock::time_point start = Clock::now();
  Diagnostics &diagnostics = Diagnostics::of(module.getContext());
  diagnostics.start(options.remarks);
  KnobScope scope(knobs);
  // Knobs may change how a target machine is set up.
  std::unique_ptr<TargetMachine> own = knobs.empty() ? nullptr : makeTargetMachine(module, 3);
  TargetMachine &machine = own ? *own : sharedTargetMachine(module);

  // Everything that refers to the module's analyses is gone before the knobs are.
  if (options.maxInstructions && sizeOf(module) > options.maxInstructions)
    throw CoreError(ErrorKind::SizeLimit,
                    module.getModuleIdentifier() + " has " + std::to_string(sizeOf(module)) +
                        " instructions before the first pass, more than the limit of " +
                        std::to_string(options.maxInstructions),
                    "raise the limit");
  RunReport report;
  PassInstrumentationCallbacks callbacks;
  PassBuilder builder(&machine, tuning(StringRef(pipeline).trim()), std::nullopt, &callbacks);
  polly::registerPollyPasses(builder);
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager components;
  ModuleAnalysisManager modules;
  TargetLibraryInfoImpl library((Triple(module.getTargetTriple())));
  functions.registerPass([&] { return TargetLibraryAnalysis(library); });
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);

  ModulePassManager passes;
  if (StringRef(pipeline).trim() == "default<Oz>") { // parsed, it would be opt's, which leaves out SLP
    passes = builder.buildPerModuleDefaultPipeline(OptimizationLevel::Oz);
  } else if (Error error = builder.parsePassPipeline(passes, pipeline)) {
    std::string message = toString(std::move(error));
    throw CoreError(ErrorKind::Recipe, "pipeline '" + pipeline + "': " + message, suggestion(message));
  }
  Observer observer(module, options);
  observer.attach(callbacks);
  PollyGuard polly;
  polly.attach(callbacks);
  InterleaveGuard interleave(functions);
  interleave.attach(callbacks);
  report.changed = !passes.run(module, modules).areAllPreserved();
  diagnostics.wantRemarks = false;
  report.remarks = std::move(diagnostics.remarks);
  report.passes = observer.takeTimes();
  report.seconds = secondsSince(start);
  observer.finish();
  if (!diagnostics.errors.empty())
    throw CoreError(ErrorKind::IR, "pipeline '" + pipeline + "' on " + module.getModuleIdentifier() + ": " +
                                       diagnostics.errors.front());
  return report;
}

} // namespace passwright
