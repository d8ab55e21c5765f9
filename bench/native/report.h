//===- report.h - The last words of a runner ------------------------------===//
//
// After a fault nothing of the process can be trusted, its heap least of all. The report is therefore put
// together in a fixed buffer, without allocation, written as the answer to the request at hand, and the
// process ends.
//
//===----------------------------------------------------------------------===//

#pragma once

#include <cstddef>
#include <cstdint>

namespace pw {

/// JSON text in a fixed buffer; usable inside a signal handler. Text that does not fit is cut at a field's
/// border.
class Report {
public:
  explicit Report(const char *Status, bool Exiting = true);

  Report &text(const char *Key, const char *Value);
  Report &number(const char *Key, int64_t Value);
  Report &open(const char *Key);
  Report &close();

  /// Adds what the undefined-behaviour handlers noted and what `touch` saw, and writes the frame.
  void write();
  /// The same as the process's last deed.
  [[noreturn]] void send();

private:
  void raw(const char *Text);
  void quoted(const char *Text);
  void key(const char *Key);

  static constexpr size_t Capacity = 60000;
  char Buffer[Capacity + 64];
  size_t Used = 0;
  unsigned Depth = 0;
  bool First = true;
};

} // namespace pw
