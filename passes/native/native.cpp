// Entry of `passwright._native`: one populate function per subject.
#include "module.h"

#include <llvm/Support/TargetSelect.h>

NB_MODULE(_native, m) {
  LLVMInitializeX86TargetInfo();
  LLVMInitializeX86Target();
  LLVMInitializeX86TargetMC();
  LLVMInitializeX86AsmPrinter();
  LLVMInitializeX86AsmParser();
  LLVMInitializeX86Disassembler();
  LLVMInitializeX86TargetMCA();

  m.doc() = "LLVM modules, pass pipelines, code generation and observations.";
  passwright::populate_errors();
  passwright::populate_module(m);
  passwright::populate_listing(m);
  passwright::populate_split(m);
  passwright::populate_pipeline(m);
  passwright::populate_hints(m);
  passwright::populate_codegen(m);
  passwright::populate_mca(m);
  passwright::populate_observe(m);
  passwright::populate_signature(m);
  passwright::populate_harness(m);
  passwright::populate_coverage(m);
  passwright::populate_estimate(m);
  passwright::populate_graph(m);
  passwright::populate_faults(m);
  passwright::populate_dump(m);
}
