// What `record` mode leaves: a line of JSON for each compile that could be tuned.
#pragma once

#include "launch_command.h"

namespace launch {

// Appends a compile to the file, whole or not at all, whoever else writes to it. The line is an entry of a
// compilation database (clang's "JSON Compilation Database Format"): directory, file, output, arguments.
// Returns "" or what went wrong.
std::string record(const std::string &path, const Command &command, const std::string &compiler);

} // namespace launch
