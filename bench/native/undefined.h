//===- undefined.h - What UndefinedBehaviorSanitizer's checks report to ---===//

#pragma once

#include <llvm/ADT/StringRef.h>

namespace pw {

class Report;

/// The handler that instrumented code calls under that name, null when it is none.
void *undefinedHandler(llvm::StringRef Name);

/// Forgets what earlier calls did.
void clearUndefined();
/// Notes one finding; the same place is noted once. Beyond the first sixteen they are only counted.
void noteUndefined(const char *Message, const char *File, unsigned Line, unsigned Column);
/// How many findings there were since `clearUndefined`.
unsigned undefinedCount();
/// Adds the findings to a report under the key "undefined".
void appendUndefined(Report &R);

} // namespace pw
