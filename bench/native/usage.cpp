//===- usage.cpp - What a program uses ------------------------------------===//

#include "usage.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

namespace pw {
namespace {

constexpr unsigned Deepest = 64; ///< Each level takes a descriptor and stack.

struct Closer {
  void operator()(DIR *D) const { closedir(D); }
};
using Folder = std::unique_ptr<DIR, Closer>;

Folder openFolder(int At, const char *Name) {
  int Descriptor = openat(At, Name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  DIR *D = Descriptor < 0 ? nullptr : fdopendir(Descriptor);
  if (!D && Descriptor >= 0)
    close(Descriptor);
  return Folder(D);
}

class Tally {
public:
  explicit Tally(const LaunchOptions &O) : O(O) {}

  /// False when a limit is passed.
  bool walk(const Folder &D, unsigned Depth) {
    while (dirent *Entry = readdir(D.get())) {
      if (!strcmp(Entry->d_name, ".") || !strcmp(Entry->d_name, ".."))
        continue;
      struct stat Status;
      if (fstatat(dirfd(D.get()), Entry->d_name, &Status, AT_SYMLINK_NOFOLLOW) != 0)
        continue; // Gone in the meantime.
      if (!add(Status))
        return false;
      if (!S_ISDIR(Status.st_mode))
        continue;
      Folder Below = openFolder(dirfd(D.get()), Entry->d_name);
      if (!Below && faccessat(dirfd(D.get()), Entry->d_name, F_OK, AT_SYMLINK_NOFOLLOW) != 0)
        continue;
      if (!Below || Depth == Deepest)
        return pass("files");
      if (!walk(Below, Depth + 1))
        return false;
    }
    return true;
  }

  bool add(const struct stat &Status) {
    Bytes += static_cast<uint64_t>(Status.st_blocks) * 512;
    if (O.FolderFiles && ++Files > O.FolderFiles)
      return pass("files");
    if (O.FolderSize && Bytes > O.FolderSize)
      return pass("disk");
    return true;
  }

  const char *Passed = nullptr;

private:
  bool pass(const char *Limit) {
    Passed = Limit;
    return false;
  }

  const LaunchOptions &O;
  uint64_t Bytes = 0, Files = 0;
};

} // namespace

Usage usageOf(pid_t Process) {
  Usage U;
  char Path[64], Line[256];
  snprintf(Path, sizeof(Path), "/proc/%d/status", Process);
  if (FILE *F = fopen(Path, "re")) {
    unsigned long Value;
    while (fgets(Line, sizeof(Line), F)) {
      if (sscanf(Line, "VmRSS: %lu", &Value) == 1)
        U.Resident = Value * 1024;
      else if (sscanf(Line, "Threads: %lu", &Value) == 1)
        U.Threads = Value;
    }
    fclose(F);
  }
  return U;
}

const char *folderLimit(pid_t Process, const LaunchOptions &Options) {
  if (!Options.FolderSize && !Options.FolderFiles)
    return nullptr;
  Tally T(Options);
  Folder Top = openFolder(AT_FDCWD, Options.Folder.c_str());
  if (!Top)
    return "files";
  if (!T.walk(Top, 0) || !Process)
    return T.Passed;
  char Path[64];
  snprintf(Path, sizeof(Path), "/proc/%d/fd", Process);
  if (Folder Open = openFolder(AT_FDCWD, Path))
    while (dirent *Entry = readdir(Open.get())) {
      struct stat Status;
      if (fstatat(dirfd(Open.get()), Entry->d_name, &Status, 0) == 0 && S_ISREG(Status.st_mode) &&
          Status.st_nlink == 0 && atoi(Entry->d_name) > 2 && !T.add(Status))
        break;
    }
  return T.Passed;
}

} // namespace pw
