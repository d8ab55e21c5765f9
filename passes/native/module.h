// The one native noun: an LLVM module together with the context it lives in.
#pragma once

#include "ir.h"

#include <llvm/Support/MemoryBufferRef.h>
#include <nanobind/nanobind.h>

#include <memory>
#include <mutex>
#include <utility>

namespace passwright {

// A module keeps its context alive, so nothing that LLVM hands out can outlive it wrongly. A clone shares the
// context of its original (that is what makes it cheap), so every use of a module holds `mutex`, which
// belongs to the context: modules of different contexts run in parallel, modules of one context take turns.
// Python sees the class `Module`.
struct ModuleHandle : OwnedModule {
  std::shared_ptr<std::mutex> mutex = std::make_shared<std::mutex>();

  ModuleHandle() = default;
  explicit ModuleHandle(OwnedModule owned) : OwnedModule(std::move(owned)) {}
  ModuleHandle(ModuleHandle &&) = default;
  ModuleHandle &operator=(ModuleHandle &&) = default;
  ~ModuleHandle();
};

// Runs `work(llvm::Module &)` with the GIL released and the module's context locked. Exceptions pass through.
template <class Work> auto withModule(ModuleHandle &handle, Work &&work) {
  nanobind::gil_scoped_release release;
  std::lock_guard<std::mutex> lock(*handle.mutex);
  return std::forward<Work>(work)(*handle.module);
}

// The module read from .ll text or bitcode, verified. Throws ParseError or IRError. Needs no GIL.
ModuleHandle parseModule(llvm::MemoryBufferRef buffer);

// A handle on a deep copy (cloneExactly). The caller holds the context's mutex; it must not when the copy is
// destroyed.
ModuleHandle cloneModule(const ModuleHandle &handle);

// A deep copy in a context of its own. The caller holds the mutex of `handle`.
ModuleHandle isolateModule(const ModuleHandle &handle);

// Assembly at level 3 with comments that say which block belongs to which loop. Rewrites the module.
std::string emitVerboseAssembly(llvm::Module &module);

// One populate function per file; native.cpp calls them all.
void populate_errors();                        // C++ errors become the classes of passwright.passes.errors
void populate_module(nanobind::module_ &m);    // parse, print, clone, hash
void populate_listing(nanobind::module_ &m);   // functions, globals
void populate_split(nanobind::module_ &m);     // extract, link
void populate_pipeline(nanobind::module_ &m);  // pass pipelines, knobs, remarks
void populate_hints(nanobind::module_ &m);     // loops, loop hints, function attributes
void populate_codegen(nanobind::module_ &m);   // object, assembly, section sizes, host description
void populate_mca(nanobind::module_ &m);       // static cost of loop bodies
void populate_observe(nanobind::module_ &m);   // instruction, opcode and AutoPhase counts
void populate_signature(nanobind::module_ &m); // signatures from debug info, what arguments are used for
void populate_harness(nanobind::module_ &m);   // call shims and memory-access instrumentation
void populate_coverage(nanobind::module_ &m);  // branches taken, constants compared with
void populate_estimate(nanobind::module_ &m);  // work and memory traffic on nominal arguments
void populate_graph(nanobind::module_ &m);     // modules as graphs
void populate_faults(nanobind::module_ &m);    // single-bit faults in values
void populate_dump(nanobind::module_ &m);      // functions as plain data

// The class made by populate_module, for the files that add methods to it.
inline nanobind::class_<ModuleHandle> moduleClass(nanobind::module_ &m) {
  return nanobind::borrow<nanobind::class_<ModuleHandle>>(m.attr("Module"));
}

} // namespace passwright
