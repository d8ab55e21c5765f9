//===- filter.cpp - Seccomp filters, written rule by rule -----------------===//

#include "filter.h"

#include <cstddef>
#include <linux/audit.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace pw {

Filter::Filter() {
  load(offsetof(seccomp_data, arch));
  jump(AUDIT_ARCH_X86_64, 1, 0);
  ret(SECCOMP_RET_KILL_PROCESS);
}

void Filter::always(long Call, uint32_t Verdict) {
  load(offsetof(seccomp_data, nr));
  jump(static_cast<uint32_t>(Call), 0, 1);
  ret(Verdict);
}

void Filter::always(std::initializer_list<long> Calls, uint32_t Verdict) {
  for (long Call : Calls)
    always(Call, Verdict);
}

void Filter::where(long Call, unsigned Argument, uint32_t Value, uint32_t Mask, uint32_t Verdict) {
  load(offsetof(seccomp_data, nr));
  jump(static_cast<uint32_t>(Call), 0, 4);
  load(offsetof(seccomp_data, args) + 8 * Argument);
  Code.push_back(BPF_STMT(BPF_ALU | BPF_AND | BPF_K, Mask));
  jump(Value, 0, 1);
  ret(Verdict);
}

void Filter::onlyFrom(long Call, uint32_t First, const void *Return) {
  auto Address = reinterpret_cast<uintptr_t>(Return);
  load(offsetof(seccomp_data, nr));
  jump(static_cast<uint32_t>(Call), 0, 7);
  load(offsetof(seccomp_data, args));
  jump(First, 0, 5);
  load(offsetof(seccomp_data, instruction_pointer));
  jump(static_cast<uint32_t>(Address), 0, 3);
  load(offsetof(seccomp_data, instruction_pointer) + 4);
  jump(static_cast<uint32_t>(Address >> 32), 0, 1);
  ret(SECCOMP_RET_ALLOW);
}

int Filter::install(uint32_t Otherwise, unsigned Flags) {
  ret(Otherwise);
  sock_fprog Program = {static_cast<unsigned short>(Code.size()), Code.data()};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return -1;
  return static_cast<int>(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, Flags, &Program));
}

void Filter::load(size_t Offset) {
  Code.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<uint32_t>(Offset)));
}

void Filter::jump(uint32_t Value, uint8_t True, uint8_t False) {
  Code.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, Value, True, False));
}

void Filter::ret(uint32_t Verdict) { Code.push_back(BPF_STMT(BPF_RET | BPF_K, Verdict)); }

} // namespace pw
