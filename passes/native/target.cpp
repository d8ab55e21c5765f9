// Target machines, the host's description, target attributes.
#include "target.h"
#include "errors.h"

#include <llvm/ADT/StringMap.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/TargetParser/Host.h>
#include <llvm/TargetParser/Triple.h>

#include <algorithm>
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

std::unique_ptr<TargetMachine> makeTargetMachine(const Module &module, unsigned level, const std::string &cpu,
                                                 const std::string &features) {
  const std::string &triple =
      module.getTargetTriple().empty() ? hostDescription().triple : module.getTargetTriple();
  std::string message;
  const Target *target = TargetRegistry::lookupTarget(triple, message);
  if (!target)
    throw CoreError(ErrorKind::Input, "no code generator for the module's target '" + triple + "'",
                    "this build generates x86-64 code; compile with --target=x86_64-linux-gnu");
  // What clang 19 sets at -O3 for Linux where it differs from TargetOptions' own defaults (BackendUtil.cpp,
  // initTargetOptions, with the driver's defaults).
  TargetOptions options;
  options.AllowFPOpFusion = FPOpFusion::Standard;
  options.UseInitArray = true;
  options.DebuggerTuning = DebuggerKind::GDB;
  options.EmitAddrsig = true;
  options.MCOptions.X86RelaxRelocations = true;
  std::unique_ptr<TargetMachine> machine(target->createTargetMachine(
      triple, cpu, features, options, Reloc::PIC_, std::nullopt, codeGenLevel(level)));
  const DataLayout &layout = module.getDataLayout();
  if (!module.getDataLayoutStr().empty() && layout != machine->createDataLayout())
    throw CoreError(ErrorKind::Input,
                    "the module's data layout '" + layout.getStringRepresentation() +
                        "' is not that of its target '" + triple + "'",
                    "compile it for this target, or leave `target datalayout` out");
  return machine;
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
  if (module.getTargetTriple().empty())
    module.setTargetTriple(hostDescription().triple);
  if (module.getDataLayoutStr().empty())
    module.setDataLayout(makeTargetMachine(module, 3)->createDataLayout());
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
