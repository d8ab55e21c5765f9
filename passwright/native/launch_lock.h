// A first look at the lock file: whether Python needs to be started for a source at all.
#pragma once

#include "launch_text.h"

namespace launch {

struct Lock {
  std::string path;      // "": there is none
  bool concerns = false; // it has an entry for the source, or cannot be judged here
  Strings flags;         // compile flags of the source's first entry, as `passwright apply` uses them
  bool plain = false;    // `flags` are right: they were read without doubt
  Strings cpus;          // those that the source's entries are for, where `plain`
};

// The nearest passwright.lock in the source's folder or above it, "" for none. One that belongs to somebody
// else than the source, this user or root is left alone, as in a folder that everybody may write to.
std::string nearestLock(const std::string &source);

// What a lock file says of a source. A file that does not exist says nothing.
Lock look(const std::string &path, const std::string &source);

} // namespace launch
