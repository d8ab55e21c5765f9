//===- touch.h - Which memory a kernel touches ----------------------------===//
//
// For an instrumented build (`__pw_access` before each load and store): every pointer argument points into a
// reserved region of gigabytes, committed and filled as it is touched, so that the extents of a buffer can be
// found without knowing its size.
//
//===----------------------------------------------------------------------===//

#pragma once

#include "memory.h"
#include "variant.h"

#include <llvm/Support/JSON.h>

#include <cstddef>
#include <cstdint>

namespace pw {

class Report;

/// How untouched memory of a region looks: the element at index i is a function of i alone.
struct FillSpec {
  enum { Data, Pattern, Integers, Floats, Steps } Kind = Data;
  const char *Bytes =
      nullptr; ///< Data: from the pointer on, then zeros. Pattern: repeated in both directions.
  size_t Size = 0;
  unsigned Width = 0;        ///< The others: bytes per element.
  int64_t Low = 0, High = 0; ///< Integers: uniform in [Low, High]. Steps: Low + i * High.
  double From = 0, To = 1;   ///< Floats: uniform in [From, To).
  uint64_t Seed = 0;
};

/// Runs the call with reserved regions for its buffers and answers what was touched.
llvm::Error touchCall(Variant &V, const CallSpec &Spec, const llvm::json::Object &Header);

/// The callback of instrumented code, and the C library functions that tell about the memory they touch.
void *touchFunction(llvm::StringRef Name);

/// Commits the page of a region that a fault happened on. False where the address is in no region.
bool commitTouched(uintptr_t Address, bool Write);

/// Adds what was touched so far to a report.
void appendTouched(Report &R);

} // namespace pw
