// passwright-plugin.so: clang builds what a lock file holds recipes for by them, without Python
// (docs/plugin.md).
//
// When clang's first pass is about to run, the module is as `passwright apply` gets it from clang. It is
// built there, in a child process, and clang's passes are left with an empty module; what was built takes its
// place when they are done. Nothing changes a module after that but clang's code generator.
#include "../knobs.h"
#include "child.h"
#include "contents.h"
#include "lock_file.h"
#include "locked_build.h"
#include "settings.h"

#include <llvm-c/Core.h>
#include <llvm/ADT/StringExtras.h>
#include <llvm/Bitcode/BitcodeReader.h>
#include <llvm/IR/DiagnosticInfo.h>
#include <llvm/IR/DiagnosticPrinter.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Passes/PassPlugin.h>
#include <llvm/Support/CommandLine.h>
#include <llvm/Support/FileSystem.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Target/TargetMachine.h>

#include <cstdlib>
#include <set>
#include <utility>

using namespace llvm;

namespace passwright {

// LLVM 19's PassBuilder keeps these to itself. An explicit instantiation may name private members.
TargetMachine *PassBuilder::*machineOf();
std::optional<PGOOptions> PassBuilder::*profileOf();
template <TargetMachine *PassBuilder::*Machine, std::optional<PGOOptions> PassBuilder::*Profile>
struct Members {
  friend TargetMachine *PassBuilder::*machineOf() { return Machine; }
  friend std::optional<PGOOptions> PassBuilder::*profileOf() { return Profile; }
};
template struct Members<&PassBuilder::TM, &PassBuilder::PGOOpt>;

namespace {

constexpr unsigned deadline = 120; // seconds that building one file may take, as for `apply`

cl::opt<std::string>
    lockOption("passwright-lock", cl::value_desc("file"),
               cl::desc("The lock file of Passwright (default: the nearest passwright.lock)"));

// One module on its way through clang.
struct Compile {
  TargetMachine *machine = nullptr;
  bool wanted = false; // until the first pass
  std::unique_ptr<Module> built;
  bool filled = false;
};

void readSettings(Settings &settings) {
  const char *words = std::getenv("PASSWRIGHT");
  if (words && !readWords(words, settings))
    throw CoreError(ErrorKind::Usage, std::string("PASSWRIGHT=") + words + " is not understood",
                    "words are apply, off, strict, lock=FILE, separated by commas");
  if (!lockOption.empty())
    settings.lock = lockOption;
}

// Builds that measure or check the program, or leave code generation to the linker: they are not what was
// verified.
bool isSpecialBuild(const Module &module) {
  if (module.getModuleFlag("ThinLTO") || module.getModuleFlag("EnableSplitLTOUnit") ||
      module.getNamedMetadata("llvm.gcov"))
    return true;
  static const Attribute::AttrKind sanitizers[] = {
      Attribute::SanitizeAddress,   Attribute::SanitizeMemory, Attribute::SanitizeThread,
      Attribute::SanitizeHWAddress, Attribute::SanitizeMemTag, Attribute::SanitizeNumericalStability};
  return any_of(module, [](const Function &function) {
    StringRef name = function.getName();
    return name.starts_with("__ubsan_") || name.starts_with("llvm.ubsantrap") ||
           name.starts_with("llvm.instrprof.") ||
           any_of(sanitizers, [&](Attribute::AttrKind kind) { return function.hasFnAttribute(kind); });
  });
}

std::string llvmVersion() { // of the library that is loaded
  unsigned major, minor, patch;
  LLVMGetVersion(&major, &minor, &patch);
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

// The entries that a build of `source` for `cpu` uses: passwright/locking.py, `locked`. None where the lock
// knows nothing of it.
std::vector<LockEntry> entriesFor(const std::string &source, StringRef cpu, std::string lock, bool accepted) {
  bool awaiting = false;
  bool asked = !lock.empty();
  if (!asked)
    lock = nearestLock(source);
  if (lock.empty())
    return {};
  auto text = MemoryBuffer::getFile(lock);
  if (!text)
    throw CoreError(ErrorKind::Input, "cannot read " + lock + ": " + text.getError().message(),
                    "check the path and its rights");
  std::vector<LockEntry> usable;
  std::set<std::string> cpus;
  std::string name = nameIn(lock, source);
  for (LockEntry &entry : readLock((*text)->getBuffer(), lock)) {
    if (entry.source != name)
      continue;
    cpus.insert(entry.cpu);
    if (entry.cpu != cpu || entry.review == "rejected")
      continue;
    if (accepted && entry.review != "accepted") {
      awaiting = true;
      continue;
    }
    if (entry.llvm != llvmVersion())
      throw CoreError(ErrorKind::Input,
                      entry.where() + ": locked with LLVM " + entry.llvm + ", this is " + llvmVersion(),
                      "run `passwright optimize` again");
    usable.push_back(std::move(entry));
  }
  if (usable.empty() && awaiting)
    throw CoreError(ErrorKind::Input, name + " has entries that nobody has accepted",
                    "passwright review --lock " + lock);
  if (!cpus.empty() && !cpus.count(cpu.str()))
    throw CoreError(ErrorKind::Input,
                    name + " is locked for " + join(cpus, ", ") + ", this build is for " + cpu.str(),
                    "run `passwright optimize` for this CPU, or compile with -march=" + *cpus.begin());
  return usable;
}

// clang prints it as its own, in the group -Wbackend-plugin.
class Report : public DiagnosticInfo {
public:
  Report(std::string text, DiagnosticSeverity severity)
      : DiagnosticInfo(getNextAvailablePluginDiagnosticKind(), severity), text(std::move(text)) {}
  void print(DiagnosticPrinter &printer) const override { printer << text; }

private:
  std::string text;
};

void tell(Module &module, const CoreError &problem, bool strict) {
  std::string text = "passwright: " + problem.message + (strict ? "" : "; compiled without recipes") +
                     (problem.hint.empty() ? "" : " (" + problem.hint + ")");
  module.getContext().diagnose(Report(text, strict ? DS_Error : DS_Warning));
}

std::unique_ptr<Module> build(Module &module, const std::vector<LockEntry> &entries) {
  std::string bitcode = inChild(
      [&] {
        resetKnobs(); // and forget those of this command line, as `apply` does
        // As clang writes it; while passes run, debug info has another form.
        module.setIsNewDbgInfoFormat(false);
        return buildLocked(module, entries);
      },
      deadline);
  return unwrap(parseBitcodeFile(MemoryBufferRef(bitcode, module.getModuleIdentifier()), module.getContext()),
                ErrorKind::IR, "reading what was built");
}

// Builds the module and leaves clang an empty one, if the lock file knows its source.
void take(Module &module, Compile &compile) {
  Settings settings;
  const std::string &source = module.getSourceFileName();
  try {
    readSettings(settings);
    if (settings.off || isSpecialBuild(module) || !sys::fs::is_regular_file(source))
      return;
    std::vector<LockEntry> entries =
        entriesFor(source, compile.machine->getTargetCPU(), settings.lock, settings.accepted);
    if (entries.empty())
      return;
    compile.built = build(module, entries);
  } catch (const CoreError &problem) {
    tell(module, problem, settings.strict);
    return;
  }
  // clang still has pointers to what it made: it stays, in a module that goes with the context.
  moveContents(module, *new Module(module.getModuleIdentifier(), module.getContext()));
}

class PutPass : public PassInfoMixin<PutPass> {
public:
  explicit PutPass(std::shared_ptr<Compile> compile) : compile(std::move(compile)) {}
  static bool isRequired() { return true; }

  PreservedAnalyses run(Module &module, ModuleAnalysisManager &) {
    if (!compile->built)
      return PreservedAnalyses::all();
    moveContents(*compile->built, module);
    compile->built.reset();
    compile->filled = true;
    // What `apply` sets (passes/native/target.cpp) and flags may have set otherwise: -O2, -ffp-contract=fast.
    compile->machine->setOptLevel(CodeGenOptLevel::Aggressive);
    compile->machine->Options.AllowFPOpFusion = FPOpFusion::Standard;
    return PreservedAnalyses::none();
  }

private:
  std::shared_ptr<Compile> compile;
};

void addCallbacks(PassBuilder &builder) {
  auto compile = std::make_shared<Compile>();
  compile->machine = builder.*machineOf();
  PassInstrumentationCallbacks *callbacks = builder.getPassInstrumentationCallbacks();
  if (!compile->machine || !callbacks || (builder.*profileOf()).has_value())
    return;
  builder.registerOptimizerLastEPCallback([compile](ModulePassManager &passes, OptimizationLevel level) {
    compile->wanted = level == OptimizationLevel::O2 || level == OptimizationLevel::O3;
    if (compile->wanted)
      passes.addPass(PutPass(compile));
  });
  // Before the first pass: clang has some that come before the extension point for the start of its pipeline.
  callbacks->registerBeforeNonSkippedPassCallback([compile](StringRef, Any unit) {
    auto *module = any_cast<const Module *>(&unit);
    if (module && std::exchange(compile->wanted, false))
      take(const_cast<Module &>(**module), *compile);
  });
  callbacks->registerShouldRunOptionalPassCallback([compile](StringRef, Any) { return !compile->filled; });
}

} // namespace
} // namespace passwright

extern "C" LLVM_ATTRIBUTE_VISIBILITY_DEFAULT PassPluginLibraryInfo llvmGetPassPluginInfo() {
  return {LLVM_PLUGIN_API_VERSION, "passwright", LLVM_VERSION_STRING, passwright::addCallbacks};
}
