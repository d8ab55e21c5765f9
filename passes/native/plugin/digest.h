// The digest that lock files carry.
#pragma once

#include <llvm/ADT/StringRef.h>

#include <string>

namespace passwright {

// BLAKE2b with a digest of 8 bytes and without a key (RFC 7693), as 16 hex digits.
std::string digestOf(llvm::StringRef text);

} // namespace passwright
