// Modules: reading, printing, copying, checking.
#include "module.h"
#include "errors.h"

#include <llvm/IR/DebugInfo.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/raw_ostream.h>
#include <nanobind/stl/string.h>

using namespace llvm;
namespace nb = nanobind;

namespace passwright {

ModuleHandle::~ModuleHandle() {
  if (!module && !context)
    return;
  // A clone of this module may be at work in another thread, in the same context; that thread may want the
  // GIL.
  PyThreadState *state = PyGILState_Check() ? PyEval_SaveThread() : nullptr;
  {
    std::lock_guard<std::mutex> lock(*mutex);
    module.reset();
    context.reset();
  }
  if (state)
    PyEval_RestoreThread(state);
}

ModuleHandle cloneModule(const ModuleHandle &handle) {
  ModuleHandle copy;
  copy.mutex = handle.mutex;
  copy.context = handle.context;
  copy.module = cloneExactly(*handle.module);
  return copy;
}

ModuleHandle isolateModule(const ModuleHandle &handle) {
  return ModuleHandle(readBitcode(bitcodeOf(*handle.module), handle.module->getName()));
}

static ModuleHandle load(const std::string &path) {
  nb::gil_scoped_release release;
  auto buffer = MemoryBuffer::getFile(path);
  if (!buffer)
    throw CoreError(ErrorKind::Input, "cannot read " + path + ": " + buffer.getError().message(),
                    "give the path of an LLVM IR file (.ll or .bc)");
  return parseModule(**buffer);
}

static ModuleHandle parse(nb::bytes data, const std::string &name) {
  StringRef text(data.c_str(), data.size());
  nb::gil_scoped_release release;
  // LLVM's text parser needs a zero after the end, which a bytes object has.
  return parseModule(MemoryBufferRef(text, name));
}

void populate_module(nb::module_ &m) {
  nb::class_<ModuleHandle>(
      m, "Module",
      "An LLVM module together with its context.\n\n"
      "Methods may be called from any thread; a module and its clones take turns, others run in "
      "parallel.")
      .def_static(
          "parse", &parse, nb::arg("data"), nb::arg("name") = "<memory>",
          "Read a module from .ll text or bitcode and verify it.\n\n"
          "`name` stands for the file in messages. Raises errors.ParseError (with line and column for text) "
          "and errors.IRError (what the verifier says).")
      .def_static(
          "load", &load, nb::arg("path"),
          "Read a module from a .ll or .bc file and verify it; errors as `parse`, errors.InputError when the "
          "file cannot be read.")
      .def(
          "clone",
          [](ModuleHandle &self, bool isolated) {
            nb::gil_scoped_release release;
            std::lock_guard<std::mutex> lock(*self.mutex);
            return isolated ? isolateModule(self) : cloneModule(self);
          },
          nb::arg("isolated") = false,
          "A deep copy. It shares the original's context, so the two take turns when two threads use them "
          "and what "
          "passes intern (types, constants) is freed with the last of them; `isolated=True` gives the copy a "
          "context "
          "of its own, for several times the cost.")
      .def(
          "ir",
          [](ModuleHandle &self) {
            return withModule(self, [](Module &module) {
              std::string text;
              raw_string_ostream(text) << module;
              return text;
            });
          },
          "The module as .ll text.")
      .def(
          "bitcode",
          [](ModuleHandle &self) {
            std::string text = withModule(self, [](Module &module) { return bitcodeOf(module); });
            return nb::bytes(text.data(), text.size());
          },
          "The module as LLVM 19 bitcode; the same module gives the same bytes.")
      .def(
          "verify",
          [](ModuleHandle &self) { withModule(self, [](Module &module) { verifyOrThrow(module, ""); }); },
          "Check the module's invariants. Raises errors.IRError with the verifier's text.")
      .def(
          "structural_hash",
          [](ModuleHandle &self) {
            return withModule(self, [](Module &module) { return structuralHash(module); });
          },
          "32 hex digits over everything that can change the code; names of values, types and local symbols, "
          "debug "
          "info and the order of uses do not count. Stable across processes.")
      .def(
          "strip_debug",
          [](ModuleHandle &self) { withModule(self, [](Module &module) { StripDebugInfo(module); }); },
          "Remove all debug info.")
      .def_prop_ro(
          "instruction_count",
          [](ModuleHandle &self) {
            return withModule(self, [](Module &module) { return instructionCount(module); });
          },
          "Instructions in all functions, debug intrinsics not counted.")
      .def_prop_ro(
          "triple",
          [](ModuleHandle &self) {
            return withModule(self, [](Module &module) { return module.getTargetTriple(); });
          },
          "Target triple, empty when the module has none.")
      .def_prop_ro(
          "name",
          [](ModuleHandle &self) {
            return withModule(self, [](Module &module) { return module.getModuleIdentifier(); });
          },
          "What the module was parsed from.");
}

} // namespace passwright
