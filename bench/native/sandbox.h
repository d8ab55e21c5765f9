//===- sandbox.h - What kernels may do to the system ----------------------===//
//
// The runner opens nothing and starts nothing once it has begun; it reads requests, writes answers and uses
// memory. The filter allows that and no more: reading and writing from one instruction each of ours, memory
// that the limits count, time without waiting.
//
// Not covered: a kernel that means harm and knows this program can overwrite its memory, and so falsify what
// the process answers while that kernel is loaded: its own results and times. It cannot answer for a
// process that has not loaded it, nor answer a request before it was made (protocol.h).
//
//===----------------------------------------------------------------------===//

#pragma once

#include <cstdint>

namespace pw {

/// Memory that may be written, in bytes beyond what is in use; no core files, no files, an 8 MiB stack.
void limitResources(uint64_t Memory);

/// Ends the process when the client does, even in the middle of a call.
void followClient();

/// From here on a system call outside of a short list ends in a report, no file can be opened and no
/// capability is left. False where the kernel has no seccomp.
bool restrictSystemCalls(bool AddressSanitizer);

} // namespace pw
