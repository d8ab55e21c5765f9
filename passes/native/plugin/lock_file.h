// Reading `passwright.lock` (passes/lock.py writes it).
#pragma once

#include "../errors.h"

#include <llvm/ADT/StringRef.h>

#include <string>
#include <vector>

namespace passwright {

// What a lock file says of one kernel on one CPU, as far as a build needs it. `recipe` has one step per text.
struct LockEntry {
  std::string source, entry, cpu;
  std::string fingerprint, llvm, objective = "time", review;
  std::vector<std::string> flags, recipe;

  std::string where() const { return source + ": " + entry; }
};

// The entries of a lock file, which is called `path` in messages. The text must be the canonical one that
// Passwright writes, and the digest of each table right; only reviews may have been edited. Throws
// InputError: anything that is not understood makes the whole file unusable.
std::vector<LockEntry> readLock(llvm::StringRef text, const std::string &path);

} // namespace passwright
