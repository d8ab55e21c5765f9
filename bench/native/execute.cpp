//===- execute.cpp - One checked call -------------------------------------===//

#include "execute.h"

#include "address.h"
#include "allocations.h"
#include "faults.h"
#include "protocol.h"
#include "report.h"
#include "timing.h"
#include "undefined.h"

#include <cstring>

using namespace llvm;

namespace pw {
namespace {

/// A pointer that the kernel returned, as a number that does not depend on where the buffers happen to lie: 0
/// for null, otherwise the slot plus one in the upper 16 bits and the offset in the lower 48. An address
/// outside of all buffers is all ones.
uint64_t portablePointer(const Arguments &A, uint64_t Address) {
  if (!Address)
    return 0;
  Arguments::Place P;
  if (!A.locate(Address, P) || P.Argument < 0)
    return ~0ull;
  return static_cast<uint64_t>(P.Argument + 1) << 48 | (static_cast<uint64_t>(P.Offset) & 0xffffffffffff);
}

/// Overwrites what earlier calls left below on the stack, differently for each placement, so that a variable
/// that is read before it is written has another value in another run.
__attribute__((noinline)) void paintStack(Placement Where) {
  char Below[32 << 10];
  int Pattern = Where == Placement::End ? 0x5a : Where == Placement::Start ? 0xa5 : 0x3c;
  memset(Below, Pattern, sizeof(Below));
  __asm__ volatile("" : : "r"(Below) : "memory");
}

/// What the answer carries: a list of names and sizes, and the bytes.
class Output {
public:
  void add(StringRef Name, StringRef Bytes) {
    Items.push_back(json::Object{{"name", Name}, {"size", static_cast<int64_t>(Bytes.size())}});
    Payload.push_back(Bytes);
  }
  json::Array Items;
  std::vector<StringRef> Payload;
};

/// Exported data that the call changed without being asked for.
void addWritten(Output &Written, const Variant &V, const CallSpec &Spec) {
  for (const DataSymbol &D : V.Data) {
    if (!D.Writable || !D.Exported || D.HasPointers)
      continue;
    auto Named = llvm::find_if(Spec.Globals, [&](const BufferSpec &G) { return G.Name == D.Name; });
    bool Known = Named != Spec.Globals.end();
    if (Known && Named->Use != Role::In) // An output already.
      continue;
    if (V.changed(D, Known ? Named->Initial : nullptr, Known ? Named->Size : 0))
      Written.add(D.Name, StringRef(D.Address, D.Size));
  }
}

} // namespace

Error fillGlobals(Variant &V, const CallSpec &Spec) {
  for (const BufferSpec &G : Spec.Globals) {
    const DataSymbol *D = V.find(G.Name);
    // A static variable that nobody reads may be gone; that matters only where the call gives it a value.
    if (!D && (!G.Size || G.Use == Role::Out))
      continue;
    if (!D)
      return createStringError(inconvertibleErrorCode(),
                               "'" + V.Name + "' has no global '" + G.Name +
                                   "': the source has none, or the compiler removed it");
    if (G.Size > D->Size)
      return createStringError(inconvertibleErrorCode(), "global '" + G.Name + "' has " + Twine(D->Size) +
                                                             " bytes, the call gives it " + Twine(G.Size));
    if (!D->Writable && G.Size)
      return createStringError(inconvertibleErrorCode(),
                               "global '" + G.Name + "' is constant in '" + V.Name + "'");
    copyBytes(D->Address, G.Initial, G.Size);
  }
  return Error::success();
}

Error runCall(Variant &V, const CallSpec &Spec, const json::Object &Header) {
  StringRef Wanted = Header.getString("placement").value_or("end");
  Placement Where = Wanted == "start"     ? Placement::Start
                    : Wanted == "shifted" ? Placement::Shifted
                                          : Placement::End;
  Expected<Arguments> A = Arguments::create(Spec, Where);
  if (!A)
    return A.takeError();
  A->fill(false);
  A->protect();
  V.restore(true);
  if (Error E = fillGlobals(V, Spec))
    return E;
  clearUndefined();
  poisonMargins(*A, true);
  activate(&V, &*A);
  clearHeap();
  armDeadline(Header.getNumber("timeout").value_or(10));
  double Start = clockSeconds();
  paintStack(Where); // The clock leaves something there too.
  invoke(V, *A);
  double Seconds = clockSeconds() - Start;
  HeapUse Heap = heapUse();
  disarmDeadline();
  poisonMargins(*A, false);
  Arguments::Place Trespass;
  if (A->trespassed(Trespass))
    crash(Trespass);
  activate(nullptr, nullptr);
  if (undefinedCount()) {
    Report("undefined", false).write();
    return Error::success();
  }

  if (Spec.ReturnsPointer) {
    uint64_t Pointer;
    memcpy(&Pointer, A->result(), sizeof(Pointer));
    Pointer = portablePointer(*A, Pointer);
    memcpy(A->result(), &Pointer, sizeof(Pointer));
  }
  Output Outputs, Written;
  for (size_t I = 0; I < Spec.Buffers.size(); ++I)
    if (Spec.Buffers[I].Use != Role::In)
      Outputs.add(Spec.Buffers[I].Name, StringRef(A->Buffers[I].data(), A->Buffers[I].size()));
  for (const BufferSpec &G : Spec.Globals)
    if (const DataSymbol *D = G.Use != Role::In ? V.find(G.Name) : nullptr)
      Outputs.add(G.Name, StringRef(D->Address, G.Size ? G.Size : D->Size));
  addWritten(Written, V, Spec);
  std::vector<StringRef> Payload = {StringRef(static_cast<char *>(A->result()), Spec.ReturnSize)};
  Payload.insert(Payload.end(), Outputs.Payload.begin(), Outputs.Payload.end());
  Payload.insert(Payload.end(), Written.Payload.begin(), Written.Payload.end());
  json::Object Answer{{"status", "ok"},
                      {"seconds", Seconds},
                      {"outputs", std::move(Outputs.Items)},
                      {"written", std::move(Written.Items)}};
  if (V.CountHeap)
    Answer["heap"] = json::Object{{"allocations", Heap.Allocations},
                                  {"allocated", Heap.Bytes},
                                  {"peak", Heap.Peak},
                                  {"held", Heap.Held}};
  writeFrame(std::move(Answer), Payload);
  return Error::success();
}

} // namespace pw
