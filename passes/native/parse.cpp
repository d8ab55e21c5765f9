// Reading modules from .ll text and bitcode that nobody has checked.
#include "module.h"

#include <llvm/Bitcode/BitcodeReader.h>
#include <llvm/IR/Verifier.h>
#include <llvm/IRReader/IRReader.h>
#include <llvm/Support/CrashRecoveryContext.h>
#include <llvm/Support/JSON.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/raw_ostream.h>

using namespace llvm;

namespace passwright {
namespace {

// What reading came to. Nothing is thrown while crashes are caught, since LLVM's code has no unwinding.
struct Outcome {
  std::unique_ptr<Module> module;
  std::string problem, broken; // the reader's message, the verifier's message
};

void read(MemoryBufferRef buffer, LLVMContext &context, Outcome &outcome) {
  Expected<std::unique_ptr<Module>> module = parseBitcodeFile(buffer, context);
  if (!module) {
    outcome.problem = toString(module.takeError());
    return;
  }
  outcome.module = std::move(*module);
  raw_string_ostream stream(outcome.broken);
  verifyModule(*outcome.module, &stream);
}

// LLVM's bitcode reader checks what it reads, but not everything: damaged files can make it abort or fault.
// Such a crash becomes an error, and what the reader held at that moment is never freed.
std::unique_ptr<Module> parseBitcode(MemoryBufferRef buffer, std::shared_ptr<LLVMContext> &context) {
  auto outcome = std::make_unique<Outcome>();
  CrashRecoveryContext::Enable();
  CrashRecoveryContext recovery;
  bool finished = recovery.RunSafely([&] { read(buffer, *context, *outcome); });
  CrashRecoveryContext::Disable();
  if (!finished) {
    outcome.release();
    new std::shared_ptr<LLVMContext>(context);
    outcome = std::make_unique<Outcome>();
    outcome->problem = "LLVM's reader crashed on it";
  }
  StringRef name = buffer.getBufferIdentifier();
  if (!outcome->problem.empty()) {
    CoreError error(ErrorKind::Parse, "unreadable bitcode: " + outcome->problem,
                    "write it again with an LLVM of version 19 or older");
    error.path = name.str();
    throw error;
  }
  if (!outcome->broken.empty())
    throw CoreError(ErrorKind::IR, "the module is not valid (" + name.str() + "):\n" + outcome->broken);
  return std::move(outcome->module);
}

// Names become text in Python, in lock files and reports.
void requireTextualNames(const Module &module, const std::string &where) {
  for (const GlobalValue &value : module.global_values())
    if (!json::isUTF8(value.getName()))
      throw CoreError(ErrorKind::Input,
                      where + ": a symbol whose name is not UTF-8: " + json::fixUTF8(value.getName()),
                      "rename it");
}

} // namespace

ModuleHandle parseModule(MemoryBufferRef buffer) {
  ModuleHandle handle(freshContext());
  std::string name = buffer.getBufferIdentifier().str();
  if (isBitcode(reinterpret_cast<const unsigned char *>(buffer.getBufferStart()),
                reinterpret_cast<const unsigned char *>(buffer.getBufferEnd()))) {
    handle.module = parseBitcode(buffer, handle.context);
  } else {
    SMDiagnostic diagnostic;
    handle.module = parseIR(buffer, diagnostic, *handle.context);
    if (!handle.module)
      throw parseError(diagnostic);
    verifyOrThrow(*handle.module, " (" + name + ")");
  }
  const std::vector<std::string> &errors = Diagnostics::of(*handle.context).errors;
  if (!errors.empty())
    throw CoreError(ErrorKind::IR, name + ": " + errors.front());
  requireTextualNames(*handle.module, name);
  return handle;
}

} // namespace passwright
