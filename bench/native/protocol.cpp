//===- protocol.cpp - Frames between the runner and its client ------------===//

#include "protocol.h"

#include <llvm/Support/raw_ostream.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace llvm;

#if __has_attribute(noipa)
#define ONE_COPY __attribute__((noipa))
#else
#define ONE_COPY __attribute__((noinline))
#endif

extern "C" const char pw_channel_return; ///< Behind the instruction in transfer().

namespace pw {
namespace {

int Answers = -1;

uint64_t Ticket = 0; ///< Of the request at hand.

constexpr size_t PrefixSize = 20;

/// A header is a few kilobytes; more than this is not a frame of ours.
constexpr uint32_t MaxHeader = 64u << 20;

/// read() or write() by an instruction of its own, the only one that the sandbox lets use the channel. It is
/// not the C library's either because AddressSanitizer checks what that is given, and globals come with their
/// redzones.
ONE_COPY ssize_t transfer(long Call, int Descriptor, const void *Data, size_t Size) {
  long Result;
  __asm__ volatile("syscall\n"
                   ".globl pw_channel_return\n"
                   ".hidden pw_channel_return\n"
                   "pw_channel_return:\n"
                   : "=a"(Result)
                   : "a"(Call), "D"(Descriptor), "S"(Data), "d"(Size)
                   : "rcx", "r11", "memory");
  if (Result >= 0)
    return Result;
  errno = static_cast<int>(-Result);
  return -1;
}

bool readAll(char *To, size_t Size) {
  while (Size) {
    ssize_t Got = transfer(SYS_read, STDIN_FILENO, To, Size);
    if (Got < 0 && errno == EINTR)
      continue;
    if (Got <= 0)
      return false;
    To += Got;
    Size -= static_cast<size_t>(Got);
  }
  return true;
}

void writeAll(const char *From, size_t Size) {
  while (Size) {
    ssize_t Put = transfer(SYS_write, Answers, From, Size);
    if (Put < 0 && errno == EINTR)
      continue;
    if (Put <= 0)
      _exit(1); // The client is gone.
    From += Put;
    Size -= static_cast<size_t>(Put);
  }
}

} // namespace

bool openChannel() {
  // A number far from the ones a kernel would guess or inherit.
  Answers = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 10);
  int Null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (Answers < 0 || Null < 0 || dup2(Null, STDOUT_FILENO) < 0 || dup2(Null, STDERR_FILENO) < 0)
    return false;
  close(Null);
  // Unbuffered: whatever a kernel prints becomes a system call at once, which the sandbox sees.
  setvbuf(stdout, nullptr, _IONBF, 0);
  return true;
}

int answerDescriptor() { return Answers; }

const void *channelReturn() { return &pw_channel_return; }

bool readFrame(Frame &F) {
  char Prefix[PrefixSize];
  if (!readAll(Prefix, sizeof(Prefix)))
    return false;
  uint32_t HeaderSize;
  uint64_t PayloadSize;
  memcpy(&HeaderSize, Prefix, 4);
  memcpy(&PayloadSize, Prefix + 4, 8);
  memcpy(&Ticket, Prefix + 12, 8);
  if (HeaderSize > MaxHeader)
    return false;
  std::string Text(HeaderSize, '\0');
  if (!readAll(Text.data(), HeaderSize))
    return false;
  F.Payload.Data.reset(new char[PayloadSize]);
  F.Payload.Size = PayloadSize;
  if (!readAll(F.Payload.Data.get(), PayloadSize))
    return false;
  Expected<json::Value> Header = json::parse(Text);
  if (!Header) {
    consumeError(Header.takeError());
    return false;
  }
  json::Object *Object = Header->getAsObject();
  if (!Object)
    return false;
  F.Header = std::move(*Object);
  return true;
}

void writeFrame(StringRef Header, ArrayRef<StringRef> Payload) {
  uint32_t HeaderSize = Header.size();
  uint64_t PayloadSize = 0;
  for (StringRef Piece : Payload)
    PayloadSize += Piece.size();
  char Prefix[PrefixSize];
  memcpy(Prefix, &HeaderSize, 4);
  memcpy(Prefix + 4, &PayloadSize, 8);
  memcpy(Prefix + 12, &Ticket, 8);
  writeAll(Prefix, sizeof(Prefix));
  writeAll(Header.data(), Header.size());
  for (StringRef Piece : Payload)
    writeAll(Piece.data(), Piece.size());
}

void writeFrame(json::Value Header, ArrayRef<StringRef> Payload) {
  std::string Text;
  raw_string_ostream(Text) << Header;
  writeFrame(StringRef(Text), Payload);
}

} // namespace pw
