//===- allocations.h - What a kernel asks of the heap ---------------------===//

#pragma once

#include <llvm/ADT/StringRef.h>

#include <cstdint>

namespace pw {

/// What happened on the heap since `clearHeap`, through the functions of `heapFunction`.
struct HeapUse {
  int64_t Allocations; ///< How many calls gave memory.
  int64_t Bytes;       ///< What they asked for, in all.
  int64_t Peak;        ///< The most that was held at once, as the allocator rounds it.
  int64_t Held;        ///< What is held now.
};

void clearHeap();
HeapUse heapUse();

/// The counting stand-in for a function of the C or C++ library that allocates or frees; null for others.
void *heapFunction(llvm::StringRef Name);

} // namespace pw
