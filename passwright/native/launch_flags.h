// Compile options by what becomes of them in an object that is built from the IR.
#pragma once

#include <string>

namespace launch {

enum class Option {
  Unknown,   // not known to be in the IR, or known not to be: the compile is passed through
  Flag,      // stands alone
  WithValue, // the next argument belongs to it
};

// Options of clang that reach the object through the IR (or that irgen/flags.py honours), and such that have
// nothing to do with the object. What decides between kinds of compiler run (-c, -o, -O, -x, -M…) is not
// asked here.
Option classify(const std::string &option);

} // namespace launch
