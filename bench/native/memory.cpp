//===- memory.cpp - The memory that a kernel is given ---------------------===//

#include "memory.h"

#include <llvm/Support/MathExtras.h>

#include <cerrno>
#include <cstring>
#include <sys/mman.h>
#include <utility>

using namespace llvm;

namespace pw {
namespace {

constexpr size_t PageSize = 4096;
/// Wide enough that a whole row too far still lands in the guard of the right buffer; costs address space
/// only.
constexpr size_t GuardSize = 16u << 20;
constexpr unsigned char Margin = 0xa5;
/// An odd number of cache lines: buffers start in different sets.
constexpr size_t Stagger = 5 * 64;

Error failure(const Twine &Message) { return createStringError(inconvertibleErrorCode(), Message); }

Expected<Role> parseRole(StringRef Text) {
  if (Text == "in")
    return Role::In;
  if (Text == "out")
    return Role::Out;
  if (Text == "inout")
    return Role::InOut;
  return failure("unknown role '" + Text + "'");
}

/// Hands out the payload piece by piece.
class Pieces {
public:
  explicit Pieces(StringRef Payload) : Rest(Payload) {}
  Expected<const char *> take(size_t Size) {
    if (Size > Rest.size())
      return failure("the payload is shorter than its header says");
    const char *Start = Rest.data();
    Rest = Rest.drop_front(Size);
    return Start;
  }

private:
  StringRef Rest;
};

Expected<BufferSpec> parseBuffer(const json::Object &O, Pieces &P) {
  Expected<Role> Use = parseRole(O.getString("role").value_or(""));
  if (!Use)
    return Use.takeError();
  size_t Size = O.getInteger("size").value_or(0);
  Expected<const char *> Initial = P.take(Size);
  if (!Initial)
    return Initial.takeError();
  size_t Align = O.getInteger("align").value_or(1);
  if (!isPowerOf2_64(Align) || Align > PageSize)
    return failure("alignment " + Twine(Align) + " is no power of two up to a page");
  size_t Rows = O.getInteger("rows").value_or(0);
  return BufferSpec{O.getString("name").value_or("").str(), *Use, Size, Align, Rows, *Initial};
}

} // namespace

Expected<CallSpec> parseCall(const json::Object &Header, StringRef Payload) {
  CallSpec Call;
  Pieces P(Payload);
  const json::Array *Slots = Header.getArray("slots"), *Globals = Header.getArray("globals");
  if (!Slots || !Globals)
    return failure("a call without slots or globals");
  for (const json::Value &V : *Slots) {
    const json::Object *O = V.getAsObject();
    StringRef Kind = O ? O->getString("kind").value_or("") : "";
    if (Kind == "buffer") {
      Expected<BufferSpec> B = parseBuffer(*O, P);
      if (!B)
        return B.takeError();
      Call.Slots.push_back({SlotSpec::Buffer, Call.Buffers.size(), nullptr, 0});
      Call.Buffers.push_back(std::move(*B));
    } else if (Kind == "alias") {
      size_t Of = O->getInteger("of").value_or(0);
      Call.Slots.push_back({SlotSpec::Alias, Of, nullptr, 0, size_t(O->getInteger("offset").value_or(0))});
    } else if (Kind == "scalar") {
      size_t Size = O->getInteger("size").value_or(0);
      Expected<const char *> Value = P.take(Size);
      if (!Value)
        return Value.takeError();
      if (Size > 64)
        return failure("a scalar of " + Twine(Size) + " bytes");
      Call.Slots.push_back({SlotSpec::Scalar, 0, *Value, Size});
    } else if (Kind == "nothing") {
      Call.Slots.push_back({SlotSpec::Nothing, 0, nullptr, 0});
    } else {
      return failure("unknown kind of slot '" + Kind + "'");
    }
  }
  for (const SlotSpec &S : Call.Slots) {
    if (S.Kind != SlotSpec::Alias)
      continue;
    if (S.Index >= Call.Slots.size() || Call.Slots[S.Index].Kind != SlotSpec::Buffer)
      return failure("an alias of slot " + Twine(S.Index) + ", which is no buffer");
    const BufferSpec &Whole = Call.Buffers[Call.Slots[S.Index].Index];
    if (S.Offset > Whole.Size || (S.Offset && Whole.Rows))
      return failure("an alias " + Twine(S.Offset) + " bytes into '" + Whole.Name + "'");
  }
  for (const json::Value &V : *Globals) {
    const json::Object *O = V.getAsObject();
    if (!O)
      return failure("a global that is no object");
    Expected<BufferSpec> B = parseBuffer(*O, P);
    if (!B)
      return B.takeError();
    Call.Globals.push_back(std::move(*B));
  }
  Call.ReturnSize = Header.getInteger("return").value_or(0);
  Call.ReturnsPointer = Header.getBoolean("returns_pointer").value_or(false);
  return Call;
}

Expected<Mapping> Mapping::create(size_t Size, size_t Align, Placement Where, size_t Index) {
  Mapping M;
  M.Size = Size;
  size_t Lead = Where == Placement::Timing    ? (Index * Stagger) % PageSize
                : Where == Placement::Shifted ? Align
                                              : 0;
  M.PagesSize = alignTo(Lead + Size, PageSize);
  M.ReservedSize = M.PagesSize + 2 * GuardSize;
  void *Map = mmap(nullptr, M.ReservedSize, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (Map == MAP_FAILED)
    return failure("no address space for a buffer of " + Twine(Size) + " bytes");
  M.Reserved = static_cast<char *>(Map);
  M.Pages = M.Reserved + GuardSize;
  if (M.PagesSize && mprotect(M.Pages, M.PagesSize, PROT_READ | PROT_WRITE) != 0)
    return failure("no memory for a buffer of " + Twine(Size) + " bytes");
  if (Where == Placement::End)
    M.Data = M.Pages + alignDown(M.PagesSize - Size, Align);
  else
    M.Data = M.Pages + alignTo(Lead, Align);
  if (M.Data + Size > M.Pages + M.PagesSize)
    return failure("an alignment that the placement cannot give");
  M.fillMargins();
  return M;
}

Mapping::Mapping(Mapping &&Other)
    : Reserved(std::exchange(Other.Reserved, nullptr)), ReservedSize(Other.ReservedSize), Pages(Other.Pages),
      PagesSize(Other.PagesSize), Data(Other.Data), Size(Other.Size) {}

Mapping::~Mapping() {
  if (Reserved)
    munmap(Reserved, ReservedSize);
}

bool Mapping::owns(uintptr_t Address) const {
  uintptr_t Start = reinterpret_cast<uintptr_t>(Reserved);
  return Address >= Start && Address - Start < ReservedSize;
}

void Mapping::protect(bool ReadOnly) {
  if (PagesSize)
    mprotect(Pages, PagesSize, ReadOnly ? PROT_READ : PROT_READ | PROT_WRITE);
}

void Mapping::fillMargins() {
  memset(Pages, Margin, Data - Pages);
  memset(Data + Size, Margin, Pages + PagesSize - (Data + Size));
}

std::optional<int64_t> Mapping::trespass() const {
  // Nearest first, so that the report names the bytes beside the buffer.
  for (const char *P = Data + Size; P < Pages + PagesSize; ++P)
    if (static_cast<unsigned char>(*P) != Margin)
      return P - Data;
  for (const char *P = Data - 1; P >= Pages; --P)
    if (static_cast<unsigned char>(*P) != Margin)
      return P - Data;
  return std::nullopt;
}

Expected<Arguments> Arguments::create(const CallSpec &Spec, Placement Where) {
  Arguments A;
  A.Spec = &Spec;
  for (const BufferSpec &B : Spec.Buffers) {
    size_t Align = Where == Placement::Timing ? std::max<size_t>(B.Align, 64) : B.Align;
    Expected<Mapping> M = Mapping::create(B.Size, Align, Where, A.Buffers.size());
    if (!M)
      return M.takeError();
    A.Buffers.push_back(std::move(*M));
    Expected<Mapping> Rows = Mapping::create(B.Rows * sizeof(char *), sizeof(char *), Where, 0);
    if (!Rows)
      return Rows.takeError();
    A.RowPointers.push_back(std::move(*Rows));
  }
  A.SlotOf.resize(Spec.Buffers.size(), -1);
  A.Values.resize(Spec.Slots.size());
  for (size_t I = 0; I < Spec.Slots.size(); ++I) {
    const SlotSpec &S = Spec.Slots[I];
    memset(A.Values[I].data(), 0, sizeof(A.Values[I]));
    if (S.Kind == SlotSpec::Buffer) {
      const BufferSpec &B = Spec.Buffers[S.Index];
      A.SlotOf[S.Index] = I;
      A.point(I, A.Buffers[S.Index].data(), B.Rows ? B.Size / B.Rows : 0);
    } else if (S.Kind == SlotSpec::Scalar) {
      memcpy(A.Values[I].data(), S.Value, S.Size);
    }
  }
  A.alias();
  for (std::array<char, 64> &Value : A.Values)
    A.Slots.push_back(Value.data());
  Expected<Mapping> Result = Mapping::create(std::max<size_t>(Spec.ReturnSize, 64), 64, Placement::Start, 0);
  if (!Result)
    return Result.takeError();
  A.Result.emplace(std::move(*Result));
  return A;
}

void Arguments::point(size_t Slot, char *Pointer, size_t RowStride) {
  size_t Buffer = Spec->Slots[Slot].Index;
  if (size_t Count = Spec->Buffers[Buffer].Rows) {
    Mapping &Rows = RowPointers[Buffer];
    Rows.protect(false);
    for (size_t Row = 0; Row < Count; ++Row)
      reinterpret_cast<char **>(Rows.data())[Row] = Pointer + Row * RowStride;
    Rows.protect(true);
    Pointer = Rows.data();
  }
  memcpy(Values[Slot].data(), &Pointer, sizeof(Pointer));
}

void Arguments::redirect(const std::vector<char *> &Pointers, size_t RowStride) {
  for (size_t I = 0; I < Spec->Slots.size(); ++I)
    if (Spec->Slots[I].Kind == SlotSpec::Buffer)
      point(I, Pointers[Spec->Slots[I].Index], RowStride);
  alias();
}

void Arguments::alias() {
  for (size_t I = 0; I < Spec->Slots.size(); ++I) {
    const SlotSpec &S = Spec->Slots[I];
    if (S.Kind != SlotSpec::Alias)
      continue;
    char *Pointer;
    memcpy(&Pointer, Values[S.Index].data(), sizeof(Pointer));
    Pointer += S.Offset;
    memcpy(Values[I].data(), &Pointer, sizeof(Pointer));
  }
}

std::vector<Arguments::RowTable> Arguments::rowTables() const {
  std::vector<RowTable> Tables;
  for (size_t I = 0; I < RowPointers.size(); ++I)
    if (RowPointers[I].size())
      Tables.push_back({Spec->Buffers[I].Name + "[]", RowPointers[I].data(), RowPointers[I].size()});
  return Tables;
}

void Arguments::fill(bool OnlyInOut) {
  for (size_t I = 0; I < Buffers.size(); ++I)
    if (!OnlyInOut || Spec->Buffers[I].Use == Role::InOut)
      memcpy(Buffers[I].data(), Spec->Buffers[I].Initial, Spec->Buffers[I].Size);
}

void Arguments::protect() {
  for (size_t I = 0; I < Buffers.size(); ++I)
    if (Spec->Buffers[I].Use == Role::In)
      Buffers[I].protect(true);
}

Arguments::Place Arguments::describe(size_t Buffer, uintptr_t Address) const {
  const BufferSpec &B = Spec->Buffers[Buffer];
  int64_t Offset = static_cast<int64_t>(Address - reinterpret_cast<uintptr_t>(Buffers[Buffer].data()));
  return {B.Name.c_str(), SlotOf[Buffer], Offset, static_cast<int64_t>(B.Size), B.Use == Role::In};
}

bool Arguments::locate(uintptr_t Address, Place &P) const {
  for (size_t I = 0; I < Buffers.size(); ++I)
    if (Buffers[I].owns(Address)) {
      P = describe(I, Address);
      return true;
    }
  return false;
}

bool Arguments::trespassed(Place &P) const {
  for (size_t I = 0; I < Buffers.size(); ++I)
    if (std::optional<int64_t> Offset = Buffers[I].trespass()) {
      P = describe(I, reinterpret_cast<uintptr_t>(Buffers[I].data()) + *Offset);
      return true;
    }
  return false;
}

} // namespace pw
