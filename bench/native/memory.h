//===- memory.h - The memory that a kernel is given -----------------------===//
//
// Every buffer has a mapping of its own between two wide inaccessible guards. The bytes that lie on
// accessible pages but outside of the buffer hold a pattern that is checked after the call.
//
//===----------------------------------------------------------------------===//

#pragma once

#include <llvm/ADT/StringRef.h>
#include <llvm/Support/Error.h>
#include <llvm/Support/JSON.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pw {

enum class Role { In, Out, InOut };

/// End: the buffer's last byte lies before the upper guard, so that overruns fault.
/// Start: its first byte lies behind the lower guard, so that underruns fault.
/// Shifted: its first byte lies one unit of its alignment behind the first page's start, so that nothing is
/// better aligned than promised.
/// Timing: neither; 64-byte aligned, each buffer at another offset in its page, so that no kernel is measured
/// with all of its arrays competing for the same cache sets.
enum class Placement { End, Start, Shifted, Timing };

struct BufferSpec {
  std::string Name;
  Role Use;
  size_t Size;
  size_t Align;
  size_t Rows; ///< For T**: how many row pointers; 0 otherwise.
  const char *Initial;
};

struct SlotSpec {
  enum { Buffer, Alias, Scalar, Nothing } Kind;
  size_t Index;      ///< Buffer: into `Buffers`; Alias: the slot whose buffer this is.
  const char *Value; ///< Scalar: its bytes.
  size_t Size;
  size_t Offset = 0; ///< Alias: bytes from the start of that buffer.
};

/// A call as the client sent it; points into the request's payload.
struct CallSpec {
  std::vector<BufferSpec> Buffers;
  std::vector<SlotSpec> Slots;
  std::vector<BufferSpec> Globals;
  size_t ReturnSize = 0;
  bool ReturnsPointer = false;
};

llvm::Expected<CallSpec> parseCall(const llvm::json::Object &Header, llvm::StringRef Payload);

/// One guarded mapping. Plain public data: the fault handlers read it.
class Mapping {
public:
  static llvm::Expected<Mapping> create(size_t Size, size_t Align, Placement Where, size_t Index);
  Mapping(Mapping &&Other);
  Mapping(const Mapping &) = delete;
  Mapping &operator=(const Mapping &) = delete;
  Mapping &operator=(Mapping &&) = delete;
  ~Mapping();

  char *data() const { return Data; }
  size_t size() const { return Size; }
  /// Whether the address lies in the buffer, on its pages or in its guards.
  bool owns(uintptr_t Address) const;
  void protect(bool ReadOnly);
  /// Calls `F(char *Start, size_t Size)` for the accessible bytes on either side of the buffer.
  template <class Function> void eachMargin(Function F) const {
    if (Pages < Data)
      F(Pages, static_cast<size_t>(Data - Pages));
    if (Data + Size < Pages + PagesSize)
      F(Data + Size, static_cast<size_t>(Pages + PagesSize - (Data + Size)));
  }
  /// The offset, from the buffer's start, of the first byte outside of it that was overwritten.
  std::optional<int64_t> trespass() const;

private:
  Mapping() = default;
  void fillMargins();

  char *Reserved = nullptr;
  size_t ReservedSize = 0;
  char *Pages = nullptr;
  size_t PagesSize = 0;
  char *Data = nullptr;
  size_t Size = 0;
};

/// Everything that one call needs in memory: buffers, row pointers, the values of the slots and room for the
/// result.
class Arguments {
public:
  static llvm::Expected<Arguments> create(const CallSpec &Spec, Placement Where);
  Arguments(Arguments &&) = default;

  /// Writes the initial content of the buffers (all of them, or only those that a call changes and reads).
  void fill(bool OnlyInOut);
  /// Makes the buffers of role `in` read-only.
  void protect();

  /// Makes the pointer arguments point elsewhere, one pointer per buffer; row pointers that many bytes apart.
  void redirect(const std::vector<char *> &Pointers, size_t RowStride);
  struct RowTable {
    std::string Name;
    char *Data;
    size_t Size;
  };
  std::vector<RowTable> rowTables() const;

  void **slots() { return Slots.data(); }
  void *result() { return Result->data(); }

  struct Place {
    const char *Name;
    int Argument; ///< The slot's index, -1 for none.
    int64_t Offset;
    int64_t Size;
    bool ReadOnly;
  };
  /// Which buffer an address belongs to, guards included. Async-signal-safe.
  bool locate(uintptr_t Address, Place &P) const;
  /// The first buffer whose margins were overwritten.
  bool trespassed(Place &P) const;

  const CallSpec *Spec = nullptr;
  std::vector<Mapping> Buffers; ///< Parallel to `Spec->Buffers`.

private:
  Arguments() = default;
  Place describe(size_t Buffer, uintptr_t Address) const;

  /// Lets a slot point to its buffer, or to its buffer's row pointers.
  void point(size_t Slot, char *Pointer, size_t RowStride);
  /// Lets aliases point where the slots that they refer to do, or a little behind.
  void alias();

  std::vector<Mapping>
      RowPointers;         ///< Parallel to `Buffers`: read-only arrays of pointers, most of them empty.
  std::vector<int> SlotOf; ///< The first slot of each buffer.
  std::vector<std::array<char, 64>> Values;
  std::vector<void *> Slots;
  std::optional<Mapping> Result;
};

} // namespace pw
