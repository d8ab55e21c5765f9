// The one native noun: an LLVM module together with the context it lives in.
#pragma once

#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>
#include <nanobind/nanobind.h>

#include <memory>

namespace passwright {

// A module owns its context, so nothing that LLVM hands out can outlive it wrongly, and two modules never share
// state: each may be used from its own thread. Python sees the class `Module`.
struct ModuleHandle {
  std::shared_ptr<llvm::LLVMContext> context;
  std::unique_ptr<llvm::Module> module;
};

// One populate function per file; native.cpp calls them all.
void populate_module(nanobind::module_ &m);    // parse, print, clone, hash, extract, link
void populate_pipeline(nanobind::module_ &m);  // pass pipelines, knobs, remarks
void populate_hints(nanobind::module_ &m);     // loops, loop hints, function attributes
void populate_codegen(nanobind::module_ &m);   // object, assembly, section sizes, host description
void populate_mca(nanobind::module_ &m);       // static cost of loop bodies
void populate_observe(nanobind::module_ &m);   // instruction, opcode and AutoPhase counts
void populate_signature(nanobind::module_ &m); // signatures from debug info, what arguments are used for
void populate_harness(nanobind::module_ &m);   // call shims and memory-access instrumentation

} // namespace passwright
