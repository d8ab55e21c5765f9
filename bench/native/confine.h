//===- confine.h - Files, privileges and limits of a process --------------===//

#pragma once

#include <cstdint>
#include <sys/resource.h>

namespace pw {

/// Lowers a limit, soft and hard, to a value; a lower one stays as it is.
void limit(int Resource, rlim_t Value);

/// Gives up every capability for good, also what root would get back by starting a program. The user stays
/// the same: what it may do as the owner of files is for Landlock and for seccomp to stop.
void dropCapabilities();

/// What Landlock (Linux 5.13 and later) lets a process open, starting from nothing.
class Landlock {
public:
  /// The kernel's version of Landlock; 0 where there is none.
  static int version();

  Landlock();
  ~Landlock();
  Landlock(const Landlock &) = delete;
  Landlock &operator=(const Landlock &) = delete;

  /// Allows reading and starting what lies at or below a path. False where it does not exist.
  bool read(const char *Path);
  /// Allows writing a device file as well.
  bool device(const char *Path);
  /// Allows everything but devices and sockets below a folder.
  bool write(const char *Path);

  /// Puts it into force for this process, TCP ports, signals to others and abstract sockets included where
  /// the version knows them. False where the kernel refuses.
  bool enforce();

private:
  bool allow(const char *Path, uint64_t Rights);

  int Version;
  int Rules = -1;
};

} // namespace pw
