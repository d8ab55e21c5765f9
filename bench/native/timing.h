//===- timing.h - Clocks and interleaved measurements ---------------------===//

#pragma once

#include "memory.h"
#include "variant.h"

#include <llvm/ADT/ArrayRef.h>

namespace pw {

/// CLOCK_MONOTONIC_RAW in seconds.
double clockSeconds();

/// Remembers the processors that this process may use. Must come before the sandbox.
void rememberProcessors();

/// Times the variants round by round, in random order within a round, and answers the samples in seconds per
/// call.
///
/// A sample is the mean over as many calls as `min_sample` seconds take. What a call changes is put back
/// before it, outside of the timed part; where nothing needs that, the calls of a sample are timed as one
/// stretch. The cost of reading the clock and of the call itself stays in the samples.
llvm::Error timeCalls(llvm::ArrayRef<Variant *> Variants, const CallSpec &Spec,
                      const llvm::json::Object &Header);

} // namespace pw
