// Collects LLVM's diagnostics as data.
#include "diagnostics.h"

#include <llvm/IR/DiagnosticInfo.h>
#include <llvm/IR/DiagnosticPrinter.h>
#include <llvm/IR/Function.h>
#include <llvm/Support/raw_ostream.h>

using namespace llvm;

namespace passwright {

static Remark recordOf(const DiagnosticInfoOptimizationBase &info) {
  Remark remark;
  switch (info.getKind()) {
  case DK_OptimizationRemark:
  case DK_MachineOptimizationRemark:
    remark.kind = "passed";
    break;
  case DK_OptimizationRemarkMissed:
  case DK_MachineOptimizationRemarkMissed:
    remark.kind = "missed";
    break;
  case DK_OptimizationFailure:
    remark.kind = "failure";
    break;
  default:
    remark.kind = "analysis";
  }
  remark.pass_name = info.getPassName();
  remark.name = info.getRemarkName();
  remark.function = info.getFunction().getName();
  remark.message = info.getMsg();
  if (info.isLocationAvailable()) {
    remark.file = info.getLocation().getRelativePath().str();
    remark.line = info.getLocation().getLine();
    remark.column = info.getLocation().getColumn();
  }
  for (const auto &argument : info.getArgs())
    remark.args.emplace_back(argument.Key, argument.Val);
  return remark;
}

bool Diagnostics::handleDiagnostics(const DiagnosticInfo &info) {
  if (auto *remark = dyn_cast<DiagnosticInfoOptimizationBase>(&info)) {
    if (wantRemarks)
      remarks.push_back(recordOf(*remark));
  } else if (info.getSeverity() == DS_Error) {
    std::string text;
    raw_string_ostream stream(text);
    DiagnosticPrinterRawOStream printer(stream);
    info.print(printer);
    errors.push_back(text);
  }
  return true; // handled: nothing is printed and the process goes on
}

Diagnostics &Diagnostics::of(LLVMContext &context) {
  auto *existing = dynamic_cast<Diagnostics *>(const_cast<DiagnosticHandler *>(context.getDiagHandlerPtr()));
  if (existing)
    return *existing;
  context.setDiagnosticHandler(std::make_unique<Diagnostics>());
  return *static_cast<Diagnostics *>(const_cast<DiagnosticHandler *>(context.getDiagHandlerPtr()));
}

void Diagnostics::start(bool withRemarks) {
  wantRemarks = withRemarks;
  remarks.clear();
  errors.clear();
}

} // namespace passwright
