//===- variant.cpp - One linked build of a kernel -------------------------===//

#include "variant.h"

#include <algorithm>
#include <sys/mman.h>

namespace pw {
namespace {

constexpr size_t PageSize = 4096;
/// Below this, clearing is cheaper than giving pages back and faulting them in again.
constexpr size_t LargeArea = 1u << 20;

// The loops below must stay loops: with AddressSanitizer preloaded, memcmp and its kin check what they are
// given.

bool allZero(const char *Start, size_t Size) {
  char Any = 0;
  for (size_t I = 0; I < Size; ++I)
    Any |= Start[I];
  return !Any;
}

bool equal(const char *A, const char *B, size_t Size) {
  char Any = 0;
  for (size_t I = 0; I < Size; ++I)
    Any |= A[I] ^ B[I];
  return !Any;
}

void zeroBytes(char *To, size_t Size) {
  __asm__ volatile("rep stosb" : "+D"(To), "+c"(Size) : "a"(0) : "memory");
}

void clear(char *Start, size_t Size, bool Release) {
  if (Release && Size >= LargeArea) {
    uintptr_t First = reinterpret_cast<uintptr_t>(Start), Last = First + Size;
    uintptr_t FirstPage = (First + PageSize - 1) / PageSize * PageSize, LastPage = Last / PageSize * PageSize;
    if (madvise(reinterpret_cast<void *>(FirstPage), LastPage - FirstPage, MADV_DONTNEED) == 0) {
      zeroBytes(Start, FirstPage - First);
      zeroBytes(reinterpret_cast<char *>(LastPage), Last - LastPage);
      return;
    }
  }
  zeroBytes(Start, Size);
}

} // namespace

void copyBytes(char *To, const char *From, size_t Size) {
  __asm__ volatile("rep movsb" : "+D"(To), "+S"(From), "+c"(Size) : : "memory");
}

const DataSymbol *Variant::find(const std::string &Symbol) const {
  const DataSymbol *Found = nullptr;
  for (const DataSymbol &D : Data)
    if (D.Name == Symbol && (!Found || (D.Exported && !Found->Exported)))
      Found = &D;
  return Found;
}

const CodeSymbol *Variant::function(uintptr_t Address) const {
  auto After = std::upper_bound(Code.begin(), Code.end(), Address,
                                [](uintptr_t A, const CodeSymbol &C) { return A < C.Address; });
  if (After == Code.begin())
    return nullptr;
  const CodeSymbol &C = *(After - 1);
  return Address - C.Address < std::max<size_t>(C.Size, 1) ? &C : nullptr;
}

bool Variant::changed(const DataSymbol &D, const char *Filled, size_t FilledSize) const {
  if (!equal(D.Address, Filled, FilledSize))
    return true;
  const char *Rest = D.Address + FilledSize;
  size_t RestSize = D.Size - FilledSize;
  for (const State &S : States)
    if (Rest >= S.Start && Rest + RestSize <= S.Start + S.Size)
      return S.Content.empty() ? !allZero(Rest, RestSize)
                               : !equal(Rest, S.Content.data() + (Rest - S.Start), RestSize);
  return false;
}

void Variant::snapshot() {
  for (State &S : States)
    if (!allZero(S.Start, S.Size)) {
      S.Content.resize(S.Size);
      copyBytes(S.Content.data(), S.Start, S.Size);
    }
}

void Variant::restore(bool Release) {
  for (State &S : States)
    if (S.Content.empty())
      clear(S.Start, S.Size, Release);
    else
      copyBytes(S.Start, S.Content.data(), S.Size);
}

} // namespace pw
