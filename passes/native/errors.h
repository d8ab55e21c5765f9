// Errors of the core: C++ exceptions that become the classes of passwright.passes.errors at the border.
#pragma once

#include <llvm/Support/Error.h>
#include <llvm/Support/SourceMgr.h>

#include <stdexcept>
#include <string>

namespace passwright {

// Which class of passwright.passes.errors Python sees.
enum class ErrorKind { Input, Usage, Parse, IR, Recipe, SizeLimit };

// Thrown without the GIL; the translator of populate_errors makes the Python exception.
class CoreError : public std::exception {
public:
  ErrorKind kind;
  std::string message, hint, path;
  int line = 0, column = 0; // from 1; 0: unknown

  CoreError(ErrorKind kind, std::string message, std::string hint = "")
      : kind(kind), message(std::move(message)), hint(std::move(hint)) {}

  const char *what() const noexcept override { return message.c_str(); }
};

// A parse error with the position that LLVM's diagnostic gives.
CoreError parseError(const llvm::SMDiagnostic &diagnostic);

// Throws `error` as the given kind when there is one, `context` before LLVM's text.
void throwIf(llvm::Error error, ErrorKind kind, const std::string &context, const std::string &hint = "");

template <class T>
T unwrap(llvm::Expected<T> value, ErrorKind kind, const std::string &context, const std::string &hint = "") {
  if (!value)
    throwIf(value.takeError(), kind, context, hint);
  return std::move(*value);
}

} // namespace passwright
