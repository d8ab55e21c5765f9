//===- execute.h - One checked call ---------------------------------------===//

#pragma once

#include "memory.h"
#include "variant.h"

namespace pw {

/// Writes the call's globals into the variant. An error where the variant has no such symbol or it is too
/// small.
llvm::Error fillGlobals(Variant &V, const CallSpec &Spec);

/// Calls the variant once, between guards, and answers the result and everything the call may have written.
llvm::Error runCall(Variant &V, const CallSpec &Spec, const llvm::json::Object &Header);

} // namespace pw
