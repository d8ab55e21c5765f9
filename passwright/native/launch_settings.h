// What the launcher is to do: the variable PASSWRIGHT, and the launcher's own options, which win over it.
#pragma once

#include "launch_text.h"

#include <string>

namespace launch {

enum class Mode { Apply, Learned, Record, Off };

struct Settings {
  Mode mode = Mode::Apply;
  bool accepted = false; // of the lock only what a review has accepted
  bool strict = false;   // a failure of ours is an error, not a plain compile
  bool explain = false;  // print what would be done as JSON, and stop
  std::string lock;      // "": the nearest passwright.lock in the source's folder or above it
  std::string record;    // where compiles that could be tuned are written down, in any mode but `off`
  Strings entries;       // of the lock only these functions; empty: all
};

const char *nameOf(Mode mode);

// Reads PASSWRIGHT. Returns "" or what is wrong with it.
std::string readVariable(Settings &settings);

// Reads options from arguments[1] on; `next` is then the first argument that is none. Returns "" or what is
// wrong.
std::string readOptions(int count, char **arguments, Settings &settings, int &next);

// Returns "" or which settings do not go together.
std::string check(const Settings &settings);

} // namespace launch
