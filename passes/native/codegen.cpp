// Object code and assembly, section sizes, the host's description.
#include "errors.h"
#include "knobs.h"
#include "module.h"
#include "target.h"

#include <llvm/Analysis/TargetLibraryInfo.h>
#include <llvm/Analysis/TargetTransformInfo.h>
#include <llvm/Config/llvm-config.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/Object/ObjectFile.h>
#include <llvm/Support/raw_ostream.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/string.h>

using namespace llvm;
namespace nb = nanobind;

namespace passwright {

// Generates code for `module`, which is rewritten on the way.
static std::string generate(Module &module, CodeGenFileType type, unsigned level, bool verbose,
                            const std::string &cpu, const std::string &features, Sections sections = {}) {
  Diagnostics &diagnostics = Diagnostics::of(module.getContext());
  diagnostics.start(false);
  KnobScope options({});
  std::unique_ptr<TargetMachine> machine = makeTargetMachine(module, level, cpu, features, sections);
  machine->Options.MCOptions.AsmVerbose = verbose;
  SmallVector<char, 0> buffer;
  raw_svector_ostream stream(buffer);
  legacy::PassManager passes;
  passes.add(createTargetTransformInfoWrapperPass(machine->getTargetIRAnalysis()));
  passes.add(new TargetLibraryInfoWrapperPass(TargetLibraryInfoImpl(Triple(module.getTargetTriple()))));
  if (machine->addPassesToEmitFile(passes, stream, nullptr, type))
    throw CoreError(ErrorKind::Input,
                    "the target '" + module.getTargetTriple() + "' cannot emit such a file");
  passes.run(module);
  if (!diagnostics.errors.empty())
    throw CoreError(ErrorKind::IR, "code generation for " + module.getModuleIdentifier() +
                                       " failed: " + diagnostics.errors.front());
  return std::string(buffer.begin(), buffer.end());
}

std::string emitVerboseAssembly(Module &module) {
  return generate(module, CodeGenFileType::AssemblyFile, 3, /*verbose=*/true, "", "");
}

static std::string emitModule(const Module &original, const std::string &kind, const std::string &cpu,
                              const std::string &features, unsigned level, Sections sections) {
  if (kind != "obj" && kind != "asm")
    throw CoreError(ErrorKind::Usage, "cannot emit '" + kind + "'", "give \"obj\" or \"asm\"");
  std::unique_ptr<Module> copy = cloneExactly(original);
  setTarget(*copy, cpu, features, !cpu.empty() || !features.empty());
  auto type = kind == "obj" ? CodeGenFileType::ObjectFile : CodeGenFileType::AssemblyFile;
  return generate(*copy, type, level, /*verbose=*/false, cpu, features, sections);
}

static std::unique_ptr<object::ObjectFile> openObject(StringRef data) {
  return unwrap(object::ObjectFile::createObjectFile(MemoryBufferRef(data, "<object>")), ErrorKind::Input,
                "not an object file");
}

static std::map<std::string, uint64_t> sectionSizes(StringRef data) {
  std::unique_ptr<object::ObjectFile> file = openObject(data);
  std::map<std::string, uint64_t> sizes;
  for (const object::SectionRef &section : file->sections()) {
    StringRef name = unwrap(section.getName(), ErrorKind::Input, "a section's name");
    if (!name.empty())
      sizes[name.str()] += section.getSize();
  }
  return sizes;
}

static std::string sectionData(StringRef data, const std::string &wanted) {
  std::unique_ptr<object::ObjectFile> file = openObject(data);
  std::string bytes;
  bool found = false;
  for (const object::SectionRef &section : file->sections()) {
    if (unwrap(section.getName(), ErrorKind::Input, "a section's name") != wanted)
      continue;
    found = true;
    bytes += unwrap(section.getContents(), ErrorKind::Input, "section " + wanted).str();
  }
  if (!found)
    throw CoreError(ErrorKind::Input, "the object has no section '" + wanted + "'",
                    "object_sections lists them");
  return bytes;
}

static std::string emit(ModuleHandle &self, const std::string &kind, const std::string &cpu,
                        const std::string &features, unsigned level, Sections sections = {}) {
  return withModule(self,
                    [&](Module &module) { return emitModule(module, kind, cpu, features, level, sections); });
}

void populate_codegen(nb::module_ &m) {
  moduleClass(m)
      .def(
          "emit",
          [](ModuleHandle &self, const std::string &kind, const std::string &cpu, const std::string &features,
             unsigned level, bool functionSections, bool dataSections) {
            std::string data = emit(self, kind, cpu, features, level, {functionSections, dataSections});
            return nb::bytes(data.data(), data.size());
          },
          nb::arg("kind") = "obj", nb::kw_only(), nb::arg("cpu") = "", nb::arg("features") = "",
          nb::arg("opt_level") = 3, nb::arg("function_sections") = false, nb::arg("data_sections") = false,
          "The module as a relocatable object (\"obj\") or assembly (\"asm\"), by clang's code generator at "
          "`opt_level` 0 to 3. The module stays as it is.\n\n"
          "`cpu` and `features` (\"+avx2,-fma\") replace the functions' own target attributes; the sections "
          "are those of -ffunction-sections and -fdata-sections. The same module and "
          "arguments give the same bytes. Raises errors.IRError for what the code generator refuses, such as "
          "bad "
          "inline assembly.")
      .def(
          "section_sizes",
          [](ModuleHandle &self, const std::string &cpu, const std::string &features, unsigned level) {
            std::string data = emit(self, "obj", cpu, features, level);
            return sectionSizes(data);
          },
          nb::kw_only(), nb::arg("cpu") = "", nb::arg("features") = "", nb::arg("opt_level") = 3,
          "Bytes per section of the object that `emit` would make.")
      .def(
          "set_target",
          [](ModuleHandle &self, const std::string &cpu, const std::string &features, bool override) {
            withModule(self, [&](Module &module) { setTarget(module, cpu, features, override); });
          },
          nb::arg("cpu"), nb::arg("features"), nb::kw_only(), nb::arg("override") = false,
          "Give every function that has no target CPU (with `override`: every function) this one, and the "
          "module a "
          "triple and data layout if it has none.");
  m.def(
      "object_sections",
      [](nb::bytes data) {
        StringRef view(data.c_str(), data.size());
        nb::gil_scoped_release release;
        return sectionSizes(view);
      },
      nb::arg("obj"),
      "Bytes per section of an object file, sections of one name added up. Raises errors.InputError.");
  m.def(
      "section_data",
      [](nb::bytes data, const std::string &name) {
        std::string bytes;
        {
          StringRef view(data.c_str(), data.size());
          nb::gil_scoped_release release;
          bytes = sectionData(view, name);
        }
        return nb::bytes(bytes.data(), bytes.size());
      },
      nb::arg("obj"), nb::arg("section"),
      "The content of an object's sections of this name, in file order. Raises errors.InputError.");
  m.def(
      "host",
      [] {
        const Host &host = hostDescription();
        return std::map<std::string, std::string>{
            {"cpu", host.cpu}, {"features", host.features}, {"triple", host.triple}};
      },
      "This machine's processor: \"cpu\", \"features\" (as in the attribute target-features) and "
      "\"triple\".");
  m.def(
      "llvm_version", [] { return std::string(LLVM_VERSION_STRING); },
      "Version of the LLVM inside, such as 19.1.7.");
}

} // namespace passwright
