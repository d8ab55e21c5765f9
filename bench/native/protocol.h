//===- protocol.h - Frames between the runner and its client --------------===//
//
// A frame is a 20-byte little-endian prefix (u32 length of the header, u64 length of the payload, u64
// ticket), the header as JSON and the payload as raw bytes. Requests arrive on standard input; answers leave
// on a private copy of standard output, so that nothing a kernel prints can end up between them. An answer
// carries the ticket of its request, a random number: nothing that was written earlier can pass for it.
//
//===----------------------------------------------------------------------===//

#pragma once

#include <llvm/ADT/ArrayRef.h>
#include <llvm/ADT/StringRef.h>
#include <llvm/Support/JSON.h>

#include <cstddef>
#include <memory>

namespace pw {

/// The raw bytes of a frame. Not a vector: zeroing a buffer that is about to be overwritten costs as much as
/// reading.
struct Bytes {
  std::unique_ptr<char[]> Data;
  size_t Size = 0;
};

struct Frame {
  llvm::json::Object Header;
  Bytes Payload;
};

/// Moves answers to a descriptor of their own and points standard output and error at /dev/null.
/// Must come before the sandbox. Returns false where the operating system refuses.
bool openChannel();

/// The descriptor that answers are written to.
int answerDescriptor();

/// The address behind the one instruction that reads requests and writes answers.
const void *channelReturn();

/// Reads one frame from standard input. False at the end of the input or for bytes that are no frame.
bool readFrame(Frame &F);

/// Writes one frame: the header and the pieces of the payload in order.
void writeFrame(llvm::StringRef Header, llvm::ArrayRef<llvm::StringRef> Payload = {});
void writeFrame(llvm::json::Value Header, llvm::ArrayRef<llvm::StringRef> Payload = {});

} // namespace pw
