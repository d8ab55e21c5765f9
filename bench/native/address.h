//===- address.h - The bridge to AddressSanitizer's run-time library ------===//

#pragma once

#include "memory.h"

namespace pw {

/// Whether AddressSanitizer's library is in this process (the client preloads it).
bool addressSanitizerActive();
/// Makes its reports ours.
void followAddressSanitizer();
/// Poisons what lies beside the buffers on their pages (the guards fault anyway).
void poisonMargins(const Arguments &A, bool Poison);

} // namespace pw
