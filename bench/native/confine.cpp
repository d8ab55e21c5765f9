//===- confine.cpp - Files, privileges and limits of a process ------------===//

#include "confine.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace pw {
namespace {

// linux/landlock.h of the build machine may be older than the kernel that we run on.
constexpr long CreateRuleset = 444, AddRule = 445, RestrictSelf = 446;
constexpr unsigned VersionFlag = 1, PathBeneath = 1;

enum : uint64_t {
  Execute = 1 << 0,
  WriteFile = 1 << 1,
  ReadFile = 1 << 2,
  ReadDir = 1 << 3,
  RemoveDir = 1 << 4,
  RemoveFile = 1 << 5,
  MakeDir = 1 << 7,
  MakeReg = 1 << 8,
  MakeFifo = 1 << 10,
  MakeSym = 1 << 12,
  Refer = 1 << 13,    // version 2
  Truncate = 1 << 14, // version 3
  IoctlDev = 1 << 15, // version 5
};
constexpr uint64_t OfFiles = Execute | WriteFile | ReadFile | Truncate | IoctlDev;

struct RulesetAttribute {
  uint64_t Files, Net, Scoped;
};

struct __attribute__((packed)) PathAttribute {
  uint64_t Rights;
  int32_t Parent;
};

uint64_t knownRights(int Version) {
  return Version >= 5   ? (1u << 16) - 1
         : Version >= 3 ? (1u << 15) - 1
         : Version == 2 ? (1u << 14) - 1
                        : (1u << 13) - 1;
}

} // namespace

void limit(int Resource, rlim_t Value) {
  rlimit Limit;
  if (getrlimit(static_cast<__rlimit_resource_t>(Resource), &Limit) != 0)
    return;
  if (Limit.rlim_max != RLIM_INFINITY && Value > Limit.rlim_max)
    Value = Limit.rlim_max;
  Limit.rlim_cur = Limit.rlim_max = Value;
  setrlimit(static_cast<__rlimit_resource_t>(Resource), &Limit);
}

void dropCapabilities() {
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  // Each step may fail where there was nothing to give up.
  prctl(PR_SET_SECUREBITS, SECURE_ALL_BITS | SECURE_ALL_LOCKS, 0, 0, 0);
  for (int Capability = 0; prctl(PR_CAPBSET_DROP, Capability, 0, 0, 0) == 0; ++Capability) {
  }
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  __user_cap_header_struct Header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct None[2] = {};
  syscall(SYS_capset, &Header, None);
}

int Landlock::version() {
  long Version = syscall(CreateRuleset, nullptr, 0, VersionFlag);
  return Version > 0 ? static_cast<int>(Version) : 0;
}

Landlock::Landlock() : Version(version()) {
  // TCP: bind and connect (version 4). Abstract UNIX sockets and signals (version 6).
  RulesetAttribute Attribute = {knownRights(Version), 3, 3};
  size_t Size = Version >= 6 ? 24 : Version >= 4 ? 16 : 8;
  if (Version)
    Rules = static_cast<int>(syscall(CreateRuleset, &Attribute, Size, 0));
}

Landlock::~Landlock() {
  if (Rules >= 0)
    close(Rules);
}

bool Landlock::allow(const char *Path, uint64_t Rights) {
  int File = open(Path, O_PATH | O_CLOEXEC);
  if (File < 0)
    return false;
  struct stat Status;
  if (fstat(File, &Status) == 0 && !S_ISDIR(Status.st_mode))
    Rights &= OfFiles;
  PathAttribute Attribute = {Rights & knownRights(Version), File};
  bool Done = Rules < 0 || syscall(AddRule, Rules, PathBeneath, &Attribute, 0) == 0;
  close(File);
  return Done;
}

bool Landlock::read(const char *Path) { return allow(Path, Execute | ReadFile | ReadDir); }

bool Landlock::device(const char *Path) { return allow(Path, ReadFile | WriteFile | Truncate); }

bool Landlock::write(const char *Path) {
  return allow(Path, Execute | WriteFile | ReadFile | ReadDir | RemoveDir | RemoveFile | MakeDir | MakeReg |
                         MakeFifo | MakeSym | Refer | Truncate);
}

bool Landlock::enforce() {
  return Rules >= 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && syscall(RestrictSelf, Rules, 0) == 0;
}

} // namespace pw
