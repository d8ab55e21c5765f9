//===- touch.cpp - Which memory a kernel touches --------------------------===//

#include "touch.h"

#include "faults.h"
#include "report.h"
#include "timing.h"

#include <llvm/ADT/StringRef.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <sys/mman.h>

using namespace llvm;

namespace pw {
namespace {

constexpr int64_t PageSize = 4096;
/// Address space per region; a power of two, so that an address finds its region by a shift.
constexpr unsigned RegionBits = 32;
/// Room for negative offsets before the pointer, and for positive ones behind it; the rest is a guard.
constexpr int64_t RoomBefore = 128ll << 20, RoomBehind = 3ll << 30;
/// Committed at a time by the callback. Smaller ones would run into the limit on mappings when accesses are
/// scattered.
constexpr int64_t Block = 256 << 10;

struct Extent {
  int64_t Low = std::numeric_limits<int64_t>::max();
  int64_t High = std::numeric_limits<int64_t>::min();
  void add(int64_t From, int64_t To) {
    Low = std::min(Low, From);
    High = std::max(High, To);
  }
  bool empty() const { return Low > High; }
};

/// A buffer's region, a row pointer array or a global.
struct Region {
  std::string Name;
  const char *Kind;
  char *Pointer = nullptr;
  int64_t Before = 0, Behind = 0; ///< The usable offsets: [-Before, Behind).
  FillSpec Fill;
  bool Lazy = false;                ///< Committed as touched.
  std::unique_ptr<bool[]> Pages;    ///< Lazy: which pages are.
  unsigned char *Written = nullptr; ///< One bit per byte, from offset -Before on.
  Extent Read, Write, ReadFirst;    ///< ReadFirst: bytes that were read before they were written.
  int64_t Reads = 0, Writes = 0;
};

uint64_t
mix(uint64_t X) { // splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014)
  X += 0x9e3779b97f4a7c15;
  X = (X ^ (X >> 30)) * 0xbf58476d1ce4e5b9;
  X = (X ^ (X >> 27)) * 0x94d049bb133111eb;
  return X ^ (X >> 31);
}

class Touching {
public:
  Touching() = default;
  Touching(const Touching &) = delete;
  ~Touching() {
    if (Arena)
      munmap(Arena, ArenaSize);
    if (Bits)
      munmap(Bits, ArenaSize / 8);
  }

  bool reserve(size_t Count) {
    ArenaSize = Count << RegionBits;
    if (!Count)
      return true;
    const int Flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    void *Data = mmap(nullptr, ArenaSize, PROT_NONE, Flags, -1, 0);
    void *Shadow = mmap(nullptr, ArenaSize / 8, PROT_NONE, Flags, -1, 0);
    Arena = Data == MAP_FAILED ? nullptr : static_cast<char *>(Data);
    Bits = Shadow == MAP_FAILED ? nullptr : static_cast<unsigned char *>(Shadow);
    return Arena && Bits;
  }

  Region &addLazy(std::string Name, const FillSpec &Fill) {
    size_t Index = Regions.size();
    Region &R = Regions.emplace_back();
    R.Name = std::move(Name);
    R.Kind = "buffer";
    R.Pointer = Arena + (Index << RegionBits) + RoomBefore;
    R.Before = RoomBefore;
    R.Behind = RoomBehind;
    R.Fill = Fill;
    R.Lazy = true;
    R.Pages.reset(new bool[(RoomBefore + RoomBehind) / PageSize]());
    R.Written = Bits + (Index << (RegionBits - 3));
    ++LazyCount;
    return R;
  }

  /// Memory that is there already; its regions come after the lazy ones.
  void addFixed(std::string Name, const char *Kind, char *Start, size_t Size) {
    Region &R = Regions.emplace_back();
    R.Name = std::move(Name);
    R.Kind = Kind;
    R.Pointer = Start;
    R.Behind = static_cast<int64_t>(Size);
    FixedBits.emplace_back(new unsigned char[Size / 8 + 1]());
    R.Written = FixedBits.back().get();
  }

  void sortFixed() {
    std::sort(Regions.begin() + LazyCount, Regions.end(),
              [](const Region &A, const Region &B) { return A.Pointer < B.Pointer; });
  }

  Region *find(uintptr_t Address) {
    uintptr_t InArena = Address - reinterpret_cast<uintptr_t>(Arena);
    if (InArena < ArenaSize)
      return &Regions[InArena >> RegionBits];
    auto First = Regions.begin() + LazyCount;
    auto After = std::upper_bound(First, Regions.end(), Address, [](uintptr_t A, const Region &R) {
      return A < reinterpret_cast<uintptr_t>(R.Pointer);
    });
    if (After == First)
      return nullptr;
    Region &R = *(After - 1);
    return Address - reinterpret_cast<uintptr_t>(R.Pointer) < static_cast<uintptr_t>(R.Behind) ? &R : nullptr;
  }

  void access(uintptr_t Address, uint64_t Size, bool Write) {
    if (++Accesses > Limit)
      stop();
    Region *R = find(Address);
    if (!R || Size == 0)
      return;
    int64_t From = static_cast<int64_t>(Address - reinterpret_cast<uintptr_t>(R->Pointer));
    // What lies outside is noted by the fault that follows.
    if (From < -R->Before || From >= R->Behind || Size > static_cast<uint64_t>(R->Behind - From))
      return;
    int64_t To = From + static_cast<int64_t>(Size);
    if (R->Lazy)
      for (int64_t Page = pageOf(*R, From); Page <= pageOf(*R, To - 1); ++Page)
        if (!R->Pages[Page])
          commitBlock(*R, Page);
    note(*R, From, To, Write);
  }

  /// A fault in code without callbacks: all that is known is the page.
  bool fault(uintptr_t Address, bool Write) {
    Region *R = find(Address);
    if (!R || !R->Lazy)
      return false;
    int64_t Offset = static_cast<int64_t>(Address - reinterpret_cast<uintptr_t>(R->Pointer));
    if (Offset < -R->Before || Offset >= R->Behind || R->Pages[pageOf(*R, Offset)])
      return false;
    int64_t Page = pageOf(*R, Offset), From = Page * PageSize - R->Before;
    if (!commit(*R, Page, Page + 1))
      return false;
    note(*R, From, From + PageSize, Write);
    return true;
  }

  void append(Report &R) const {
    R.number("accesses", Accesses);
    R.open("touched");
    for (const Region &G : Regions) {
      if (!G.Reads && !G.Writes)
        continue;
      R.open(G.Name.c_str()).text("kind", G.Kind).number("reads", G.Reads).number("writes", G.Writes);
      appendExtent(R, "read_low", "read_high", G.Read);
      appendExtent(R, "write_low", "write_high", G.Write);
      appendExtent(R, "read_first_low", "read_first_high", G.ReadFirst);
      R.close();
    }
    R.close();
  }

  int64_t Limit = std::numeric_limits<int64_t>::max();

private:
  static void appendExtent(Report &R, const char *Low, const char *High, const Extent &E) {
    if (!E.empty())
      R.number(Low, E.Low).number(High, E.High);
  }

  static int64_t pageOf(const Region &R, int64_t Offset) { return (Offset + R.Before) / PageSize; }

  [[noreturn]] static void stop() {
    Report R("timed-out");
    R.open("fault").text("kind", "access-limit");
    R.send();
  }

  void commitBlock(Region &R, int64_t Page) {
    int64_t First = Page - Page % (Block / PageSize);
    int64_t Last = std::min(First + Block / PageSize, (R.Before + R.Behind) / PageSize);
    if (!commit(R, First, Last))
      crash("memory", "touches more memory than the limit allows");
  }

  bool commit(Region &R, int64_t First, int64_t Last) {
    char *Start = R.Pointer - R.Before;
    if (mprotect(Start + First * PageSize, (Last - First) * PageSize, PROT_READ | PROT_WRITE) != 0)
      return false;
    int64_t FirstBits = First * PageSize / 8 / PageSize * PageSize;
    int64_t LastBits = (Last * PageSize / 8 + PageSize - 1) / PageSize * PageSize;
    if (mprotect(R.Written + FirstBits, LastBits - FirstBits, PROT_READ | PROT_WRITE) != 0)
      return false;
    for (int64_t Page = First; Page < Last; ++Page)
      if (!R.Pages[Page]) {
        R.Pages[Page] = true;
        fill(R.Fill, Start + Page * PageSize, Page * PageSize - R.Before);
      }
    return true;
  }

  static void fill(const FillSpec &F, char *Page, int64_t Offset) {
    if (F.Kind == FillSpec::Data) {
      int64_t Size = static_cast<int64_t>(F.Size);
      if (Offset >= 0 && Offset < Size)
        memcpy(Page, F.Bytes + Offset, std::min(PageSize, Size - Offset));
      return;
    }
    if (F.Kind == FillSpec::Pattern) {
      if (!F.Size)
        return;
      int64_t Period = static_cast<int64_t>(F.Size), At = (Offset % Period + Period) % Period;
      for (int64_t Done = 0; Done < PageSize; At = 0) {
        int64_t Piece = std::min(Period - At, PageSize - Done);
        memcpy(Page + Done, F.Bytes + At, Piece);
        Done += Piece;
      }
      return;
    }
    for (int64_t Byte = 0; Byte < PageSize; Byte += F.Width)
      element(F, Page + Byte, (Offset + Byte) / static_cast<int64_t>(F.Width));
  }

  static void element(const FillSpec &F, char *To, int64_t Index) {
    uint64_t Hash = mix(F.Seed + static_cast<uint64_t>(Index));
    if (F.Kind == FillSpec::Floats) {
      double Value = F.From + (F.To - F.From) * static_cast<double>(Hash >> 11) * 0x1p-53;
      float Single = static_cast<float>(Value);
      if (F.Width == 4)
        memcpy(To, &Single, 4);
      else
        memcpy(To, &Value, 8);
      return;
    }
    int64_t Value = F.Low + Index * F.High;
    if (F.Kind == FillSpec::Integers) {
      uint64_t Span = static_cast<uint64_t>(F.High - F.Low) + 1;
      Value = F.Low + static_cast<int64_t>(Span ? Hash % Span : Hash);
    }
    memcpy(To, &Value, F.Width); // Little-endian.
  }

  static void note(Region &R, int64_t From, int64_t To, bool Write) {
    if (Write) {
      ++R.Writes;
      R.Write.add(From, To);
      for (int64_t Bit = From + R.Before; Bit < To + R.Before; ++Bit)
        R.Written[Bit / 8] |= 1u << (Bit % 8);
      return;
    }
    ++R.Reads;
    R.Read.add(From, To);
    if (!R.ReadFirst.empty() && R.ReadFirst.Low <= From && To <= R.ReadFirst.High)
      return;
    for (int64_t Bit = From + R.Before; Bit < To + R.Before; ++Bit)
      if (!(R.Written[Bit / 8] >> (Bit % 8) & 1))
        R.ReadFirst.add(Bit - R.Before, Bit - R.Before + 1);
  }

  char *Arena = nullptr;
  unsigned char *Bits = nullptr;
  size_t ArenaSize = 0;
  size_t LazyCount = 0;
  std::vector<Region> Regions; ///< The lazy ones, then the fixed ones by address.
  std::vector<std::unique_ptr<unsigned char[]>> FixedBits;
  int64_t Accesses = 0;
};

/// The call that runs now; instrumented code has no other way to find it.
Touching *Current = nullptr;

void access(const void *Address, uint64_t Size, int32_t Write) {
  if (Current)
    Current->access(reinterpret_cast<uintptr_t>(Address), Size, Write);
}

/// The length of a string, read byte by byte so that no byte behind its end counts as touched.
size_t scan(const char *S, size_t Max) {
  for (size_t I = 0; I < Max; ++I) {
    access(S + I, 1, 0);
    if (!S[I])
      return I;
  }
  return Max;
}

constexpr size_t Unlimited = std::numeric_limits<size_t>::max();

void *touchedMemcpy(void *To, const void *From, size_t Size) {
  access(From, Size, 0);
  access(To, Size, 1);
  return memcpy(To, From, Size);
}
void *touchedMemmove(void *To, const void *From, size_t Size) {
  access(From, Size, 0);
  access(To, Size, 1);
  return memmove(To, From, Size);
}
void *touchedMemset(void *To, int Value, size_t Size) {
  access(To, Size, 1);
  return memset(To, Value, Size);
}
int touchedMemcmp(const void *A, const void *B, size_t Size) {
  access(A, Size, 0);
  access(B, Size, 0);
  return memcmp(A, B, Size);
}
const void *touchedMemchr(const void *S, int Value, size_t Size) {
  const auto *Bytes = static_cast<const unsigned char *>(S);
  for (size_t I = 0; I < Size; ++I) {
    access(Bytes + I, 1, 0);
    if (Bytes[I] == static_cast<unsigned char>(Value))
      return Bytes + I;
  }
  return nullptr;
}
size_t touchedStrlen(const char *S) { return scan(S, Unlimited); }
size_t touchedStrnlen(const char *S, size_t Max) { return scan(S, Max); }
char *touchedStrcpy(char *To, const char *From) {
  access(To, scan(From, Unlimited) + 1, 1);
  return strcpy(To, From);
}
char *touchedStrncpy(char *To, const char *From, size_t Size) {
  scan(From, Size);
  access(To, Size, 1);
  return strncpy(To, From, Size);
}
int touchedStrncmp(const char *A, const char *B, size_t Max) {
  for (size_t I = 0; I < Max; ++I) {
    access(A + I, 1, 0);
    access(B + I, 1, 0);
    if (A[I] != B[I] || !A[I])
      return static_cast<unsigned char>(A[I]) - static_cast<unsigned char>(B[I]);
  }
  return 0;
}
int touchedStrcmp(const char *A, const char *B) { return touchedStrncmp(A, B, Unlimited); }
const char *touchedStrchr(const char *S, int Value) {
  for (;; ++S) {
    access(S, 1, 0);
    if (*S == static_cast<char>(Value))
      return S;
    if (!*S)
      return nullptr;
  }
}
const char *touchedStrrchr(const char *S, int Value) {
  scan(S, Unlimited);
  return strrchr(S, Value);
}
void touchedQsort(void *Base, size_t Count, size_t Size, int (*Compare)(const void *, const void *)) {
  access(Base, Count * Size, 0);
  access(Base, Count * Size, 1);
  qsort(Base, Count, Size, Compare);
}

Expected<FillSpec> parseFill(const json::Object &O, const BufferSpec &B) {
  FillSpec F;
  StringRef Kind = O.getString("kind").value_or("data");
  F.Bytes = B.Initial;
  F.Size = B.Size;
  F.Width = O.getInteger("width").value_or(1);
  F.Low = O.getInteger("low").value_or(0);
  F.High = O.getInteger("high").value_or(0);
  F.From = O.getNumber("from").value_or(0);
  F.To = O.getNumber("to").value_or(1);
  F.Seed = static_cast<uint64_t>(O.getInteger("seed").value_or(0));
  if (Kind == "integers")
    F.Kind = FillSpec::Integers;
  else if (Kind == "floats")
    F.Kind = FillSpec::Floats;
  else if (Kind == "steps")
    F.Kind = FillSpec::Steps;
  else if (Kind == "pattern")
    F.Kind = FillSpec::Pattern;
  else if (Kind != "data")
    return createStringError(inconvertibleErrorCode(), "unknown fill '" + Kind + "'");
  bool Known = F.Width == 1 || F.Width == 2 || F.Width == 4 || F.Width == 8;
  if (!Known || (F.Kind == FillSpec::Floats && F.Width < 4))
    return createStringError(inconvertibleErrorCode(),
                             "a fill with elements of " + Twine(F.Width) + " bytes");
  return F;
}

} // namespace

bool commitTouched(uintptr_t Address, bool Write) { return Current && Current->fault(Address, Write); }

void appendTouched(Report &R) {
  if (Current)
    Current->append(R);
}

void *touchFunction(StringRef Name) {
  static const std::pair<const char *, void *> Table[] = {
      {"__pw_access", reinterpret_cast<void *>(access)},
      {"memcpy", reinterpret_cast<void *>(touchedMemcpy)},
      {"memmove", reinterpret_cast<void *>(touchedMemmove)},
      {"memset", reinterpret_cast<void *>(touchedMemset)},
      {"memcmp", reinterpret_cast<void *>(touchedMemcmp)},
      {"bcmp", reinterpret_cast<void *>(touchedMemcmp)},
      {"memchr", reinterpret_cast<void *>(touchedMemchr)},
      {"strlen", reinterpret_cast<void *>(touchedStrlen)},
      {"strnlen", reinterpret_cast<void *>(touchedStrnlen)},
      {"strcpy", reinterpret_cast<void *>(touchedStrcpy)},
      {"strncpy", reinterpret_cast<void *>(touchedStrncpy)},
      {"strcmp", reinterpret_cast<void *>(touchedStrcmp)},
      {"strncmp", reinterpret_cast<void *>(touchedStrncmp)},
      {"strchr", reinterpret_cast<void *>(touchedStrchr)},
      {"strrchr", reinterpret_cast<void *>(touchedStrrchr)},
      {"qsort", reinterpret_cast<void *>(touchedQsort)},
  };
  for (const auto &[Known, Address] : Table)
    if (Name == Known)
      return Address;
  return nullptr;
}

Error touchCall(Variant &V, const CallSpec &Spec, const json::Object &Header) {
  Touching T;
  if (!T.reserve(Spec.Buffers.size()))
    return createStringError(inconvertibleErrorCode(), "no address space for regions of 4 GiB");
  const json::Array *Fills = Header.getArray("fills");
  std::vector<char *> Pointers;
  for (size_t I = 0; I < Spec.Buffers.size(); ++I) {
    static const json::Object None;
    const json::Object *O = Fills && I < Fills->size() ? (*Fills)[I].getAsObject() : nullptr;
    Expected<FillSpec> Fill = parseFill(O ? *O : None, Spec.Buffers[I]);
    if (!Fill)
      return Fill.takeError();
    Pointers.push_back(T.addLazy(Spec.Buffers[I].Name, *Fill).Pointer);
  }
  // The buffers lie in regions; slots, scalars and the result are those of an ordinary call.
  Expected<Arguments> A = Arguments::create(Spec, Placement::Start);
  if (!A)
    return A.takeError();
  size_t RowStride = Header.getInteger("row_stride").value_or(1 << 20);
  A->redirect(Pointers, RowStride);
  for (const Arguments::RowTable &Rows : A->rowTables())
    T.addFixed(Rows.Name, "rows", Rows.Data, Rows.Size);
  V.restore(true);
  for (const BufferSpec &G : Spec.Globals)
    if (const DataSymbol *D = V.find(G.Name))
      memcpy(D->Address, G.Initial, std::min(G.Size, D->Size));
  for (const DataSymbol &D : V.Data)
    if (D.Writable && D.Exported)
      T.addFixed(D.Name, "global", D.Address, D.Size);
  T.sortFixed();
  T.Limit = Header.getInteger("max_accesses").value_or(T.Limit);
  activate(&V, nullptr);
  armDeadline(Header.getNumber("timeout").value_or(10));
  Current = &T;
  double Start = clockSeconds();
  invoke(V, *A);
  double Seconds = clockSeconds() - Start;
  disarmDeadline();
  activate(nullptr, nullptr);
  Report R("ok", false);
  R.number("nanoseconds", static_cast<int64_t>(Seconds * 1e9));
  R.write();
  Current = nullptr;
  return Error::success();
}

} // namespace pw
