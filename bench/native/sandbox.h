//===- sandbox.h - What foreign code may do to the system -----------------===//
//
// Not covered: a kernel that means harm and knows this program can overwrite its memory, the answer included.
// The sandbox keeps accidents and generated code from files, the network, other processes and the machine's
// memory.
//
//===----------------------------------------------------------------------===//

#pragma once

#include <cstdint>

namespace pw {

/// Memory that may be written, in bytes; no core files, no files, an 8 MiB stack.
/// AddressSanitizer's shadow is larger than any sensible limit, so that it goes without one.
void limitResources(uint64_t Memory, bool AddressSanitizer);

/// Ends the process when the client does, even in the middle of a call.
void followClient();

/// From here on a system call outside of a short list ends in a report. False where the kernel has no
/// seccomp.
bool restrictSystemCalls(bool AddressSanitizer);

} // namespace pw
