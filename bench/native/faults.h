//===- faults.h - Signals, deadlines and what they meant ------------------===//
//
// Foreign code runs between `activate` and `activate(nullptr, nullptr)`. Whatever stops it there - a signal,
// the deadline, a forbidden function or system call - becomes a report that names the variant's function and,
// for a bad address, the argument and the offset; then the process ends, since its memory can no longer be
// trusted.
//
//===----------------------------------------------------------------------===//

#pragma once

#include "memory.h"
#include "variant.h"

namespace pw {

/// Installs the handlers on a stack of their own. Must come before the sandbox.
void installFaultHandlers();

/// What runs now, so that a report can name it.
void activate(const Variant *V, const Arguments *A);
const Variant *activeVariant();
const Arguments *activeArguments();

/// Stops the process with status "timed-out" after that many seconds of processor time. Time that other
/// processes take does not count, so that a busy machine makes nothing look endless; the client watches the
/// clock on the wall.
void armDeadline(double Seconds);
void disarmDeadline();

/// Reports the call as "crashed": `Kind` for programs, `Detail` for people.
[[noreturn]] void crash(const char *Kind, const char *Detail);
/// Reports the call as "crashed" because of a write outside of a buffer, noticed after the call.
[[noreturn]] void crash(const Arguments::Place &P);
/// Reports the call as "forbidden": it used `What`, a function or system call.
[[noreturn]] void forbid(const char *What, const char *Why);

/// Calls the shim; a C++ exception that leaves the kernel is a crash.
void invoke(const Variant &V, Arguments &A);

} // namespace pw
