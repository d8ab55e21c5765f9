// LLVM's errors as the core's.
#include "errors.h"

using namespace llvm;

namespace passwright {

CoreError parseError(const SMDiagnostic &diagnostic) {
  CoreError error(ErrorKind::Parse, diagnostic.getMessage().str());
  error.path = diagnostic.getFilename().str();
  error.line = std::max(diagnostic.getLineNo(), 0);
  error.column = error.line ? diagnostic.getColumnNo() + 1 : 0;
  if (!diagnostic.getLineContents().empty())
    error.message += "\n    " + diagnostic.getLineContents().ltrim().str();
  return error;
}

void throwIf(Error error, ErrorKind kind, const std::string &context, const std::string &hint) {
  if (!error)
    return;
  throw CoreError(kind, context + ": " + toString(std::move(error)), hint);
}

} // namespace passwright
