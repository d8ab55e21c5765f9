// Module.run, and the names of knobs and passes.
#include "module.h"
#include "pipeline.h"

#include <nanobind/stl/map.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

using namespace llvm;
namespace nb = nanobind;

namespace passwright {

void populate_pipeline(nb::module_ &m) {
  setStandingKnobs();
  nb::class_<Remark>(m, "Remark", "One optimisation remark.")
      .def_ro("kind", &Remark::kind,
              "\"passed\", \"missed\", \"analysis\" or \"failure\" (a hint not followed).")
      .def_ro("pass_name", &Remark::pass_name, "Such as \"loop-vectorize\".")
      .def_ro("name", &Remark::name, "Identifier within the pass, such as \"Vectorized\".")
      .def_ro("function", &Remark::function, "Symbol of the function.")
      .def_ro("file", &Remark::file, "From debug info, else empty.")
      .def_ro("line", &Remark::line, "From 1; 0 without debug info.")
      .def_ro("column", &Remark::column, "From 1; 0 without debug info.")
      .def_ro("message", &Remark::message, "The whole text.")
      .def_ro("args", &Remark::args,
              "The text's parts as (key, value), such as (\"VectorizationFactor\", \"4\").")
      .def("__repr__", [](const Remark &self) {
        return "<Remark " + self.kind + " " + self.pass_name + " " + self.function + ":" +
               std::to_string(self.line) + ": " + self.message + ">";
      });
  nb::class_<RunReport>(m, "RunReport", "What a pipeline did.")
      .def_ro("seconds", &RunReport::seconds, "Wall time, set-up included.")
      .def_ro("changed", &RunReport::changed,
              "Some pass said that it changed something. A pass may say so without need; compare "
              "structural_hash for "
              "certainty.")
      .def_ro("remarks", &RunReport::remarks, "In the order they came; empty unless asked for.")
      .def_ro("passes", &RunReport::passes,
              "(pass, seconds) without the passes inside it, longest first; empty unless `timings`.");
  moduleClass(m).def(
      "run",
      [](ModuleHandle &self, const std::string &pipeline, const Knobs &knobs, bool remarks,
         size_t maxInstructions, bool verifyEach, bool timings) {
        RunOptions options{remarks, verifyEach, timings, maxInstructions};
        return withModule(self,
                          [&](Module &module) { return runPipeline(module, pipeline, knobs, options); });
      },
      nb::arg("pipeline"), nb::arg("knobs") = Knobs(), nb::kw_only(), nb::arg("remarks") = false,
      nb::arg("max_instructions") = 0, nb::arg("verify_each") = false, nb::arg("timings") = false,
      "Run a pipeline in the syntax of `opt -passes=…` on the module, in place.\n\n"
      "The set-up is clang's, so `default<O3>` is what clang -O3 does; Polly's passes and options are known. "
      "`knobs` "
      "are LLVM options by name, set for this run only: a run with knobs waits for other runs of the process "
      "and they "
      "for it. `max_instructions` stops soon after the pass that exceeds it, `verify_each` after the pass "
      "that breaks "
      "the module; the module is then left half-way. Raises errors.RecipeError (unknown pass or knob), "
      "errors.SizeLimitError, errors.IRError.");
  m.def(
      "without_aborts", [](const std::string &pipeline) { return withoutAborts(pipeline); },
      nb::arg("pipeline"),
      "The pipeline with instcombine told not to abort where it would have more to do, as clang's own is.");
  m.def(
      "knobs",
      [] {
        nb::gil_scoped_release release;
        return knobNames();
      },
      "Names of the LLVM options that `Module.run` takes as knobs, sorted.");
  m.def(
      "passes",
      [] {
        nb::gil_scoped_release release;
        return passNames();
      },
      "LLVM's passes as `opt -print-passes` lists them, analyses and printers included, Polly's left out.");
}

} // namespace passwright
