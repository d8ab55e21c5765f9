// Module.loops, Module.hint, Module.set_attribute.
#include "hints.h"
#include "module.h"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

using namespace llvm;
namespace nb = nanobind;

namespace passwright {

void populate_hints(nb::module_ &m) {
  nb::class_<LoopEntry>(m, "Loop", "A natural loop of a module, as it was when it was listed.")
      .def_ro("id", &LoopEntry::id,
              "\"function#index\", the index counting the function's loops in preorder.")
      .def_ro("function", &LoopEntry::function, "Symbol of the function.")
      .def_ro("depth", &LoopEntry::depth, "1 for an outermost loop.")
      .def_ro("parent", &LoopEntry::parent, "Id of the loop around it, empty when outermost.")
      .def_ro("line", &LoopEntry::line, "From debug info, else 0.")
      .def_ro("column", &LoopEntry::column, "From debug info, else 0.")
      .def_ro("trip_count", &LoopEntry::tripCount, "Constant trip count if LLVM knows it, else 0.")
      .def_ro("innermost", &LoopEntry::innermost, "It holds no other loop.")
      .def("__repr__", [](const LoopEntry &self) { return "<Loop " + self.id + ">"; });
  moduleClass(m)
      .def(
          "loops",
          [](ModuleHandle &self, const std::string &name) {
            return withModule(self, [&](Module &module) {
              if (!name.empty())
                return listLoops(definition(module, name));
              std::vector<LoopEntry> all;
              for (Function &function : module)
                if (!function.isDeclaration())
                  for (LoopEntry &entry : listLoops(function))
                    all.push_back(std::move(entry));
              return all;
            });
          },
          nb::arg("function") = "",
          "The loops of one function or of all, in preorder. Raises errors.RecipeError when there is no such "
          "function.")
      .def(
          "hint",
          [](ModuleHandle &self, const std::string &loop, const std::string &key, const std::string &value) {
            withModule(self, [&](Module &module) { applyHint(module, loop, key, value); });
          },
          nb::arg("loop"), nb::arg("key"), nb::arg("value") = "",
          "Write a hint into a loop's metadata, in place of one with the same key.\n\n"
          "Keys: unroll.count=N, unroll.full, unroll.enable, unroll.disable, unroll.runtime.disable, "
          "unroll_and_jam.count=N, unroll_and_jam.enable, unroll_and_jam.disable, vectorize.width=N, "
          "vectorize.enable=true|false, vectorize.predicate.enable=true|false, interleave.count=N, "
          "distribute.enable=true|false, licm_versioning.disable, pipeline.disable, "
          "pipeline.initiationinterval=N. "
          "Raises errors.RecipeError for an unknown loop, key or value.")
      .def(
          "set_attribute",
          [](ModuleHandle &self, const std::string &key, const std::optional<std::string> &value,
             const std::string &function) {
            withModule(self, [&](Module &module) { setAttribute(module, key, value, function); });
          },
          nb::arg("key"), nb::arg("value").none(), nb::arg("function") = "",
          "Set a function attribute on one function or on all that are defined here; None removes it.\n\n"
          "LLVM's own attributes without a value (noinline, alwaysinline, …) are set by any text, others "
          "(prefer-vector-width, target-cpu, …) to the text. Raises errors.RecipeError.");
}

} // namespace passwright
