// Programs: where they are, and how the launcher starts them or becomes them.
#pragma once

#include "launch_text.h"

namespace launch {

// Where this program is, links resolved.
std::string ownPath();

// The file that a command names: on PATH, or itself if it has a slash. "" when there is none that can be
// executed. With `compiler`, ccache and sccache under a compiler's name, and this program, are not taken.
std::string findProgram(const std::string &name, bool compiler = false);

// Whether a file is clang by its name, or by that of what it links to, and by that not another version
// than 19.
bool isClang(const std::string &path);

// Whether a command runs the compiler that follows it.
bool isCache(const std::string &command);

// The clang 19 that `passwright-cc` and `passwright-c++` stand for, with its first arguments: what
// irgen/clang.py would find. Empty, and `error` set, when there is none.
Strings findCompiler(bool cxx, std::string &error);

// A compiler under way in a session of its own, which ends with this process. Its output is collected in
// memory, in descriptors that stay open when this process becomes another program.
struct Started {
  int process = 0, output = -1, errors = -1;
};

// Starts a compiler within the limits of irgen/clang.py. `process` is 0 when it could not be started.
Started start(const Strings &command);

// Ends what was started.
void end(Started &started);

// Becomes another program, which is looked for on PATH as a shell would; returns only if that fails.
void become(const Strings &command);

// Becomes Python running `code`, which finds `arguments` in sys.argv; returns only if that fails. `light`:
// the code needs no package but ours, so that Python may start without looking for them.
void becomePython(const std::string &code, const Strings &arguments, bool light);

// Becomes Python's part of the command line, or ends with exit code 4.
[[noreturn]] void becomePasswright(const Strings &arguments);

} // namespace launch
