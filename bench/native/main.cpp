#include <llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h>
#include <llvm/ExecutionEngine/Orc/ExecutorProcessControl.h>
#include <llvm/ExecutionEngine/Orc/ExecutionUtils.h>
int main() {
  auto EPC = llvm::cantFail(llvm::orc::SelfExecutorProcessControl::Create());
  llvm::orc::ExecutionSession ES(std::move(EPC));
  llvm::orc::ObjectLinkingLayer OLL(ES);
  return 0;
}
