// What is done to LLVM modules here, without Python: the extension binds it, the clang plugin calls it.
#pragma once

#include "diagnostics.h"
#include "errors.h"

#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>

#include <memory>
#include <string>

namespace passwright {

// A module with the context it lives in, which goes last.
struct OwnedModule {
  std::shared_ptr<llvm::LLVMContext> context;
  std::unique_ptr<llvm::Module> module;

  OwnedModule() = default;
  OwnedModule(OwnedModule &&) = default;
  OwnedModule &operator=(OwnedModule &&other) {
    module = std::move(other.module);
    context = std::move(other.context);
    return *this;
  }
};

// A context without a module, new, that reports diagnostics to a Diagnostics of its own.
OwnedModule freshContext();

// A module read from bitcode that this process wrote, in a context of its own. Throws IRError.
OwnedModule readBitcode(llvm::StringRef bitcode, llvm::StringRef name);

// A deep copy in the same context, use lists in the order of the original: passes and code generation follow
// them, and what is done to a copy has to come out as on the original.
std::unique_ptr<llvm::Module> cloneExactly(const llvm::Module &module);

// Use lists included.
std::string bitcodeOf(const llvm::Module &module);

// 128 bits in hex over everything that can change behaviour; names of local things and debug info do not
// count.
std::string structuralHash(const llvm::Module &module);

// Instructions in all functions, debug intrinsics not counted.
size_t instructionCount(const llvm::Module &module);

// The error for a function that `module` does not define; its hint lists those that it does.
CoreError noSuchFunction(const llvm::Module &module, const std::string &name, ErrorKind kind);

// Throws IRError with the verifier's text when the module is broken. `after` says what was done to it.
void verifyOrThrow(const llvm::Module &module, const std::string &after);

} // namespace passwright
