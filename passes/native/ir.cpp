// Modules without Python: contexts, bitcode, checks.
#include "ir.h"

#include <llvm/Bitcode/BitcodeReader.h>
#include <llvm/Bitcode/BitcodeWriter.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Support/raw_ostream.h>

using namespace llvm;

namespace passwright {

OwnedModule freshContext() {
  OwnedModule owned;
  owned.context = std::make_shared<LLVMContext>();
  owned.context->setDiagnosticHandler(std::make_unique<Diagnostics>());
  return owned;
}

OwnedModule readBitcode(StringRef bitcode, StringRef name) {
  OwnedModule copy = freshContext();
  copy.module = unwrap(parseBitcodeFile(MemoryBufferRef(bitcode, name), *copy.context), ErrorKind::IR,
                       "copying a module into a context of its own");
  return copy;
}

std::string bitcodeOf(const Module &module) {
  SmallVector<char, 0> buffer;
  BitcodeWriter writer(buffer);
  // With use lists, so that a module that went through bitcode is compiled to the same code as one that did
  // not.
  writer.writeModule(module, /*ShouldPreserveUseListOrder=*/true);
  writer.writeStrtab(); // no symbol table: linkers make one when they need it
  return std::string(buffer.begin(), buffer.end());
}

size_t instructionCount(const Module &module) {
  size_t count = 0;
  for (const Function &function : module)
    for (const BasicBlock &block : function)
      count += block.sizeWithoutDebug();
  return count;
}

CoreError noSuchFunction(const Module &module, const std::string &name, ErrorKind kind) {
  std::string defined;
  for (const Function &function : module)
    if (!function.isDeclaration())
      defined += (defined.empty() ? "" : ", ") + function.getName().str();
  return CoreError(kind, "no function '" + name + "' is defined in " + module.getModuleIdentifier(),
                   defined.empty() ? "the module defines none" : "it defines: " + defined);
}

void verifyOrThrow(const Module &module, const std::string &after) {
  std::string text;
  raw_string_ostream stream(text);
  if (verifyModule(module, &stream))
    throw CoreError(ErrorKind::IR, "the module is not valid" + after + ":\n" + text);
}

} // namespace passwright
