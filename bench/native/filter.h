//===- filter.h - Seccomp filters, written rule by rule -------------------===//

#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <vector>

namespace pw {

/// A filter on system calls: the first rule that fits decides, and what no rule names gets the last verdict.
/// Calls of other instruction sets (32-bit, x32) end the process or count as unknown.
class Filter {
public:
  Filter();

  void always(long Call, uint32_t Verdict = SECCOMP_RET_ALLOW);
  void always(std::initializer_list<long> Calls, uint32_t Verdict = SECCOMP_RET_ALLOW);

  /// Decides where the low half of an argument has a value (under a mask).
  void where(long Call, unsigned Argument, uint32_t Value, uint32_t Mask = ~0u,
             uint32_t Verdict = SECCOMP_RET_ALLOW);

  /// Allows the call with that first argument, made by the instruction before `Return` and by no other.
  void onlyFrom(long Call, uint32_t First, const void *Return);

  /// Installs it for this thread and what it starts, with no_new_privs. Returns -1 where the kernel refuses;
  /// with the flag SECCOMP_FILTER_FLAG_NEW_LISTENER a descriptor, else 0.
  int install(uint32_t Otherwise, unsigned Flags = 0);

private:
  void load(size_t Offset);
  void jump(uint32_t Value, uint8_t True, uint8_t False);
  void ret(uint32_t Verdict);

  std::vector<sock_filter> Code;
};

} // namespace pw
