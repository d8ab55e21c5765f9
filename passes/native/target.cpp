// Target machines, the host's description, target attributes.
#include "target.h"
#include "errors.h"

#include <llvm/ADT/DenseSet.h>
#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/StringMap.h>
#include <llvm/IR/DebugInfoMetadata.h>
#include <llvm/MC/MCSubtargetInfo.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/TargetParser/Host.h>
#include <llvm/TargetParser/Triple.h>

#include <algorithm>
#include <map>
#include <vector>

using namespace llvm;

namespace passwright {

static CodeGenOptLevel codeGenLevel(unsigned level) {
  switch (level) {
  case 0:
    return CodeGenOptLevel::None;
  case 1:
    return CodeGenOptLevel::Less;
  case 2:
    return CodeGenOptLevel::Default;
  case 3:
    return CodeGenOptLevel::Aggressive;
  }
  throw CoreError(ErrorKind::Usage, "optimisation level " + std::to_string(level) + " does not exist",
                  "give 0, 1, 2 or 3");
}

static std::string tripleOf(const Module &module) {
  return module.getTargetTriple().empty() ? hostDescription().triple : module.getTargetTriple();
}

static void checkTarget(const MCSubtargetInfo &subtarget, StringRef cpu, StringRef features,
                        const std::string &where) {
  if (!cpu.empty() && !subtarget.isCPUStringValid(cpu))
    throw CoreError(ErrorKind::Input, where + ": LLVM knows no CPU '" + cpu.str() + "'",
                    "give a name such as znver4 or x86-64-v3; _native.host() has this machine's");
  SmallVector<StringRef, 0> list;
  features.split(list, ',', -1, false);
  ArrayRef<SubtargetFeatureKV> known = subtarget.getAllProcessorFeatures();
  for (StringRef feature : list) {
    StringRef name = feature.drop_front();
    bool isSigned = feature.front() == '+' || feature.front() == '-';
    if (!isSigned || none_of(known, [&](const SubtargetFeatureKV &entry) { return name == entry.Key; }))
      throw CoreError(ErrorKind::Input, where + ": LLVM knows no feature '" + feature.str() + "'",
                      "features look like \"+avx2,-fma\"; _native.host() has this machine's");
    if (feature == "-64bit")
      throw CoreError(ErrorKind::Input, where + ": 64-bit code needs the feature '64bit'",
                      "leave '-64bit' out");
  }
}

// Throws for what the functions' own attributes ask for and the target does not have.
static void checkModule(const Module &module, const TargetMachine &machine) {
  const DataLayout &layout = module.getDataLayout();
  if (!module.getDataLayoutStr().empty() && layout != machine.createDataLayout())
    throw CoreError(ErrorKind::Input,
                    "the module's data layout '" + layout.getStringRepresentation() +
                        "' is not that of its target '" + machine.getTargetTriple().str() + "'",
                    "compile it for this target, or leave `target datalayout` out");
  DenseSet<const void *> checked; // attribute sets are interned, and few
  for (const Function &function : module) {
    AttributeSet attributes = function.getAttributes().getFnAttrs();
    if (!attributes.hasAttributes() || !checked.insert(function.getAttributes().getRawPointer()).second)
      continue;
    StringRef cpu = attributes.getAttribute("target-cpu").getValueAsString();
    if (!cpu.empty() && !machine.getMCSubtargetInfo()->isCPUStringValid(cpu))
      checkTarget(*machine.getMCSubtargetInfo(), cpu, "", "function " + function.getName().str());
  }
}

// Whether clang would describe calls to debuggers (CompilerInvocation.cpp, EmitCallSiteInfo).
static bool describesCalls(const Module &module) {
  return any_of(module.debug_compile_units(), [](const DICompileUnit *unit) {
    return unit->getEmissionKind() == DICompileUnit::FullDebug;
  });
}

static std::unique_ptr<TargetMachine> createMachine(const std::string &triple, unsigned level,
                                                    const std::string &cpu, const std::string &features,
                                                    Sections sections = {}, bool callSites = false) {
  std::string message;
  const Target *target = TargetRegistry::lookupTarget(triple, message);
  if (!target)
    throw CoreError(ErrorKind::Input, "no code generator for the module's target '" + triple + "'",
                    "this build generates x86-64 code; compile with --target=x86_64-linux-gnu");
  if (!cpu.empty() || !features.empty()) {
    std::unique_ptr<MCSubtargetInfo> plain(target->createMCSubtargetInfo(triple, "", ""));
    checkTarget(*plain, cpu, features, "target " + triple);
  }
  // What clang 19 sets at -O3 for Linux where it differs from TargetOptions' own defaults (BackendUtil.cpp,
  // initTargetOptions, with the driver's defaults).
  TargetOptions options;
  options.AllowFPOpFusion = FPOpFusion::Standard;
  options.UseInitArray = true;
  options.DebuggerTuning = DebuggerKind::GDB;
  options.EmitAddrsig = true;
  options.EmitCallSiteInfo = callSites;
  options.FunctionSections = sections.functions;
  options.DataSections = sections.data;
  options.MCOptions.X86RelaxRelocations = true;
  return std::unique_ptr<TargetMachine>(target->createTargetMachine(
      triple, cpu, features, options, Reloc::PIC_, std::nullopt, codeGenLevel(level)));
}

std::unique_ptr<TargetMachine> makeTargetMachine(const Module &module, unsigned level, const std::string &cpu,
                                                 const std::string &features, Sections sections) {
  std::unique_ptr<TargetMachine> machine =
      createMachine(tripleOf(module), level, cpu, features, sections, describesCalls(module));
  checkModule(module, *machine);
  return machine;
}

TargetMachine &sharedTargetMachine(const Module &module) {
  thread_local std::map<std::string, std::unique_ptr<TargetMachine>> machines; // by triple
  std::unique_ptr<TargetMachine> &machine = machines[tripleOf(module)];
  if (!machine)
    machine = createMachine(tripleOf(module), 3, "", "");
  checkModule(module, *machine);
  return *machine;
}

const Host &hostDescription() {
  static const Host host = [] {
    Host found;
    found.cpu = sys::getHostCPUName().str();
    found.triple = Triple::normalize(sys::getDefaultTargetTriple());
    std::vector<std::string> features;
    for (const auto &feature : sys::getHostCPUFeatures())
      features.push_back((feature.second ? "+" : "-") + feature.first().str());
    std::sort(features.begin(), features.end(),
              [](const std::string &a, const std::string &b) { return a.substr(1) < b.substr(1); });
    for (const std::string &feature : features)
      found.features += (found.features.empty() ? "" : ",") + feature;
    return found;
  }();
  return host;
}

void setTarget(Module &module, const std::string &cpu, const std::string &features, bool override) {
  if (!cpu.empty() || !features.empty())
    createMachine(tripleOf(module), 3, cpu, features); // throws for what does not exist
  if (module.getTargetTriple().empty())
    module.setTargetTriple(hostDescription().triple);
  if (module.getDataLayoutStr().empty())
    module.setDataLayout(createMachine(tripleOf(module), 3, "", "")->createDataLayout());
  for (Function &function : module) {
    if (function.isIntrinsic() || (function.hasFnAttribute("target-cpu") && !override))
      continue;
    function.removeFnAttr("target-cpu");
    function.removeFnAttr("target-features");
    function.removeFnAttr("tune-cpu");
    if (!cpu.empty())
      function.addFnAttr("target-cpu", cpu);
    if (!features.empty())
      function.addFnAttr("target-features", features);
  }
}

} // namespace passwright
