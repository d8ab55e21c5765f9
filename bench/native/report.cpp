//===- report.cpp - The last words of a runner ----------------------------===//

#include "report.h"

#include "protocol.h"
#include "touch.h"
#include "undefined.h"

#include <cstdio>
#include <cstring>
#include <unistd.h>

namespace pw {

Report::Report(const char *Status, bool Exiting) {
  raw("{");
  text("status", Status);
  number("exiting", Exiting);
}

void Report::raw(const char *Text) {
  size_t Size = strlen(Text);
  if (Used + Size > Capacity)
    return;
  memcpy(Buffer + Used, Text, Size);
  Used += Size;
}

void Report::quoted(const char *Text) {
  raw("\"");
  for (; *Text; ++Text) {
    unsigned char C = static_cast<unsigned char>(*Text);
    char Piece[8] = {*Text, 0};
    if (C == '"' || C == '\\')
      snprintf(Piece, sizeof(Piece), "\\%c", C);
    else if (C < 0x20 || C >= 0x7f) // Foreign bytes may be no UTF-8, which would spoil the whole frame.
      snprintf(Piece, sizeof(Piece), "\\u%04x", C);
    raw(Piece);
  }
  raw("\"");
}

void Report::key(const char *Key) {
  if (!First)
    raw(",");
  First = false;
  quoted(Key);
  raw(":");
}

Report &Report::text(const char *Key, const char *Value) {
  if (Used + 6 * strlen(Value) + 64 < Capacity) {
    key(Key);
    quoted(Value);
  }
  return *this;
}

Report &Report::number(const char *Key, int64_t Value) {
  if (Used + 128 < Capacity) {
    char Digits[32];
    snprintf(Digits, sizeof(Digits), "%lld", static_cast<long long>(Value));
    key(Key);
    raw(Digits);
  }
  return *this;
}

Report &Report::open(const char *Key) {
  key(Key);
  raw("{");
  First = true;
  ++Depth;
  return *this;
}

Report &Report::close() {
  memcpy(Buffer + Used++, "}", 1); // The reserve behind Capacity holds these.
  First = false;
  --Depth;
  return *this;
}

void Report::write() {
  while (Depth)
    close();
  appendUndefined(*this);
  appendTouched(*this);
  memcpy(Buffer + Used++, "}", 1);
  writeFrame(llvm::StringRef(Buffer, Used));
}

void Report::send() {
  write();
  _exit(0);
}

} // namespace pw
