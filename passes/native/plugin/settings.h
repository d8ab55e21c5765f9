// What a compile says of Passwright: the variable PASSWRIGHT, the option -passwright-lock, the lock that lies
// near.
#pragma once

#include "../errors.h"

#include <llvm/ADT/StringRef.h>

#include <string>

namespace passwright {

struct Settings {
  bool off = false, strict = false, accepted = false; // accepted: only what a review has accepted
  std::string lock;                                   // empty: look for one
};

// Reads the words of a value such as "strict,lock=other.lock" into `settings`; false when one has no meaning.
bool readWords(llvm::StringRef words, Settings &settings);

// The lock file nearest to a source: in its folder or the next one above that has one. Empty: there is none.
std::string nearestLock(const std::string &source);

// A source's name in a lock file: relative to its folder, with `/`.
std::string nameIn(const std::string &lock, const std::string &source);

} // namespace passwright
