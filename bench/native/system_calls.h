//===- system_calls.h - The names of system calls -------------------------===//

#pragma once

namespace pw {

/// The name of a system call, or "number N" put together in `Scratch`. Usable inside a signal handler.
const char *systemCallName(int Number, char (&Scratch)[32]);

} // namespace pw
