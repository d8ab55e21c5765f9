//===- supervise.h - Watching over a program ------------------------------===//

#pragma once

#include "launch.h"

#include <functional>
#include <sys/types.h>

namespace pw {

/// How the layers turned out, for the report.
struct Layers {
  int Landlock = 0;      ///< Its version, 0 without.
  bool Notified = false; ///< Whether refused system calls are known by name.
};

/// Waits for the end of a program, or brings it about when a limit is passed, and writes the report unless
/// `Failed` has written one. `Process` is its pidfd; `Listener` tells of system calls that the filter refuses
/// (-1: unknown); `Started` is its start in monotonicSeconds.
void supervise(pid_t Program, int Process, int Listener, double Started, const LaunchOptions &Options,
               const Layers &Active, const std::function<bool()> &Failed);

/// CLOCK_MONOTONIC in seconds.
double monotonicSeconds();

} // namespace pw
