//===- usage.h - What a program uses --------------------------------------===//

#pragma once

#include "launch.h"

#include <sys/types.h>

namespace pw {

struct Usage {
  uint64_t Resident = 0; ///< Bytes in memory.
  uint64_t Threads = 0;
};

/// What /proc says about a process; zeros where it says nothing.
Usage usageOf(pid_t Process);

/// The limit on the program's folder that is passed, "disk" or "files"; null for none. Files that have been
/// deleted count as long as the process (unless 0) holds them open. A folder that cannot be read or lies too
/// deep counts as too many files.
const char *folderLimit(pid_t Process, const LaunchOptions &Options);

} // namespace pw
