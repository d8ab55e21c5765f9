//===- allocations.cpp - What a kernel asks of the heap -------------------===//
//
// Variants that are loaded to be counted find these functions instead of the library's. They do what the
// library's do and keep count. Memory that a library function allocates by itself (strdup, the out-of-line
// parts of std::string) is not seen when it comes, and takes nothing from the count when it goes.
//
//===----------------------------------------------------------------------===//

#include "allocations.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <malloc.h>
#include <new>
#include <unordered_map>

using namespace llvm;

namespace pw {
namespace {

HeapUse Use;

/// Live blocks and what each counts for. One thread; its own allocations are not counted.
std::unordered_map<void *, int64_t> &blocks() {
  static auto *const Blocks = new std::unordered_map<void *, int64_t>();
  return *Blocks;
}

void *came(void *Block, size_t Asked) {
  if (!Block)
    return nullptr;
  int64_t Size = static_cast<int64_t>(malloc_usable_size(Block));
  blocks()[Block] = Size;
  ++Use.Allocations;
  Use.Bytes += static_cast<int64_t>(Asked);
  Use.Held += Size;
  Use.Peak = std::max(Use.Peak, Use.Held);
  return Block;
}

void goes(void *Block) {
  auto Known = blocks().find(Block);
  if (Known == blocks().end())
    return;
  Use.Held -= Known->second;
  blocks().erase(Known);
}

void *countMalloc(size_t Size) { return came(malloc(Size), Size); }
void *countCalloc(size_t Count, size_t Size) { return came(calloc(Count, Size), Count * Size); }
void countFree(void *Block) {
  goes(Block);
  free(Block);
}
void *countRealloc(void *Block, size_t Size) {
  // While it moves, both are there at the worst; what the allocator can grow in place counts once.
  void *Moved = realloc(Block, Size);
  if (Moved || !Size)
    goes(Block);
  return came(Moved, Size);
}
void *countReallocArray(void *Block, size_t Count, size_t Size) {
  size_t Bytes;
  if (__builtin_mul_overflow(Count, Size, &Bytes)) {
    errno = ENOMEM;
    return nullptr;
  }
  return countRealloc(Block, Bytes);
}
void *countAligned(size_t Align, size_t Size) { return came(aligned_alloc(Align, Size), Size); }
void *countMemalign(size_t Align, size_t Size) { return came(memalign(Align, Size), Size); }
int countPosixMemalign(void **Block, size_t Align, size_t Size) {
  int Failure = posix_memalign(Block, Align, Size);
  if (!Failure)
    came(*Block, Size);
  return Failure;
}

void *countNew(size_t Size) { return came(operator new(Size), Size); }
void *countNewQuietly(size_t Size, const std::nothrow_t &Quiet) {
  return came(operator new(Size, Quiet), Size);
}
void *countNewAligned(size_t Size, std::align_val_t Align) { return came(operator new(Size, Align), Size); }
void *countNewAlignedQuietly(size_t Size, std::align_val_t Align, const std::nothrow_t &Quiet) {
  return came(operator new(Size, Align, Quiet), Size);
}
void countDelete(void *Block) {
  goes(Block);
  operator delete(Block);
}
void countDeleteSized(void *Block, size_t) { countDelete(Block); }
void countDeleteQuietly(void *Block, const std::nothrow_t &) { countDelete(Block); }
void countDeleteAligned(void *Block, std::align_val_t Align) {
  goes(Block);
  operator delete(Block, Align);
}
void countDeleteSizedAligned(void *Block, size_t, std::align_val_t Align) {
  countDeleteAligned(Block, Align);
}

struct Counted {
  const char *Name;
  void *Address;
};

template <class Function> void *address(Function *F) { return reinterpret_cast<void *>(F); }

const Counted Table[] = {
    {"malloc", address(countMalloc)},
    {"calloc", address(countCalloc)},
    {"realloc", address(countRealloc)},
    {"reallocarray", address(countReallocArray)},
    {"aligned_alloc", address(countAligned)},
    {"memalign", address(countMemalign)},
    {"posix_memalign", address(countPosixMemalign)},
    {"free", address(countFree)},
    {"_Znwm", address(countNew)},
    {"_Znam", address(countNew)},
    {"_ZnwmRKSt9nothrow_t", address(countNewQuietly)},
    {"_ZnamRKSt9nothrow_t", address(countNewQuietly)},
    {"_ZnwmSt11align_val_t", address(countNewAligned)},
    {"_ZnamSt11align_val_t", address(countNewAligned)},
    {"_ZnwmSt11align_val_tRKSt9nothrow_t", address(countNewAlignedQuietly)},
    {"_ZnamSt11align_val_tRKSt9nothrow_t", address(countNewAlignedQuietly)},
    {"_ZdlPv", address(countDelete)},
    {"_ZdaPv", address(countDelete)},
    {"_ZdlPvm", address(countDeleteSized)},
    {"_ZdaPvm", address(countDeleteSized)},
    {"_ZdlPvRKSt9nothrow_t", address(countDeleteQuietly)},
    {"_ZdaPvRKSt9nothrow_t", address(countDeleteQuietly)},
    {"_ZdlPvSt11align_val_t", address(countDeleteAligned)},
    {"_ZdaPvSt11align_val_t", address(countDeleteAligned)},
    {"_ZdlPvmSt11align_val_t", address(countDeleteSizedAligned)},
    {"_ZdaPvmSt11align_val_t", address(countDeleteSizedAligned)},
};

} // namespace

void clearHeap() {
  blocks().clear();
  Use = {};
}

HeapUse heapUse() { return Use; }

void *heapFunction(StringRef Name) {
  for (const Counted &C : Table)
    if (Name == C.Name)
      return C.Address;
  return nullptr;
}

} // namespace pw
