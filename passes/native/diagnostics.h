// What LLVM reports while it works on the modules of one context: errors, and optimisation remarks when
// wanted.
#pragma once

#include <llvm/IR/DiagnosticHandler.h>
#include <llvm/IR/LLVMContext.h>

#include <string>
#include <utility>
#include <vector>

namespace passwright {

struct Remark {
  std::string kind;      // "passed" | "missed" | "analysis" | "failure"
  std::string pass_name; // such as "loop-vectorize"
  std::string name;      // identifier within the pass, such as "Vectorized"
  std::string function, file;
  unsigned line = 0, column = 0; // from 1; 0: unknown
  std::string message;
  std::vector<std::pair<std::string, std::string>> args;
};

// Takes the place of LLVM's default handler, which prints and exits the process on an error.
class Diagnostics : public llvm::DiagnosticHandler {
public:
  bool wantRemarks = false;
  std::vector<Remark> remarks;
  std::vector<std::string> errors;

  bool handleDiagnostics(const llvm::DiagnosticInfo &info) override;
  bool isAnalysisRemarkEnabled(llvm::StringRef) const override { return wantRemarks; }
  bool isMissedOptRemarkEnabled(llvm::StringRef) const override { return wantRemarks; }
  bool isPassedOptRemarkEnabled(llvm::StringRef) const override { return wantRemarks; }
  bool isAnyRemarkEnabled() const override { return wantRemarks; }

  // The handler of a context; contexts made elsewhere get one.
  static Diagnostics &of(llvm::LLVMContext &context);

  // Drops what an earlier piece of work reported and says whether remarks are wanted from now on.
  void start(bool withRemarks);
};

} // namespace passwright
