// Which compiler command lines are acted on, and how such a compile is made to give IR instead of an object.
#pragma once

#include "launch_text.h"

namespace launch {

// A compiler's command line. It is acted on when `reason` is empty; otherwise that says why it is passed
// through.
struct Command {
  std::string reason;
  Strings arguments; // without the compiler, response files expanded
  std::string cpu;   // that the compile is for, "native" included
  std::string source,
      output;       // as the command line names them, the output by the driver's rule where it does not
  Strings lowering; // arguments that make the same compile write unoptimised bitcode to standard output
};

// Whether a file is C or C++ by its name.
bool isCompilable(const std::string &path);

// Reads the arguments of clang or clang++ (without the program).
Command readCommand(const Strings &arguments);

} // namespace launch
