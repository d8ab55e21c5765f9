//===- undefined.cpp - What UndefinedBehaviorSanitizer's checks report to -===//
//
// Code built with -fsanitize=undefined calls a handler when a check fails and passes it the place in the
// source, the types and the values. These handlers note a sentence and let the code go on; the variants for
// unrecoverable checks end the call. Not covered: -fsanitize=vptr and control-flow integrity, whose checks
// need run-time type information of the library's own; their calls are accepted and find nothing.
//
// The layouts are the interface between clang 19 and its run-time library (compiler-rt, ubsan_handlers.h).
//
//===----------------------------------------------------------------------===//

#include "undefined.h"

#include "report.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace llvm;

namespace pw {
namespace {

constexpr unsigned MaxFindings = 16;

struct Finding {
  char Text[400];
  const char *File;
  unsigned Line, Column;
};

Finding Findings[MaxFindings];
unsigned Count = 0;

struct Location {
  const char *File;
  uint32_t Line, Column;
};

struct Type {
  uint16_t Kind; ///< 0 integer, 1 floating-point.
  uint16_t Info; ///< Integer: log2 of the width, then the sign in the lowest bit. Floating-point: the width.
  char Name[1];  ///< Quoted as in a diagnostic: 'int'.
};

struct Plain {
  Location Loc;
};
struct Typed {
  Location Loc;
  const Type *Of;
};
struct TwoTypes {
  Location Loc;
  const Type *First, *Second;
};
struct Mismatch {
  Location Loc;
  const Type *Of;
  unsigned char LogAlignment, Check;
};
struct Assumption {
  Location Loc, Assumed;
  const Type *Of;
};
struct Builtin {
  Location Loc;
  unsigned char Kind;
};
struct NonnullArgument {
  Location Loc, Attribute;
  int Index;
};
struct NonnullReturn {
  Location Attribute;
};

/// A value as text; wide ones are passed by address.
class Value {
public:
  Value(const Type *T, uintptr_t Raw) {
    snprintf(Text, sizeof(Text), "a value");
    if (T->Kind == 0)
      integer(T, Raw);
    else if (T->Kind == 1)
      floating(T->Info, Raw);
  }
  const char *text() const { return Text; }
  bool negative() const { return Text[0] == '-'; }

private:
  void integer(const Type *T, uintptr_t Raw) {
    unsigned Bits = 1u << (T->Info >> 1);
    bool Signed = T->Info & 1;
    __int128 Wide;
    if (Bits > 64)
      memcpy(&Wide, reinterpret_cast<const void *>(Raw), sizeof(Wide));
    else if (Signed)
      Wide = static_cast<int64_t>(Raw << (64 - Bits)) >> (64 - Bits);
    else
      Wide = Raw;
    if (Wide == static_cast<int64_t>(Wide))
      snprintf(Text, sizeof(Text), "%lld", static_cast<long long>(Wide));
    else if (Wide == static_cast<__int128>(static_cast<uint64_t>(Wide)))
      snprintf(Text, sizeof(Text), "%llu", static_cast<unsigned long long>(Wide));
    else
      snprintf(Text, sizeof(Text), "0x%016llx%016llx", static_cast<unsigned long long>(Wide >> 64),
               static_cast<unsigned long long>(Wide));
  }
  void floating(unsigned Bits, uintptr_t Raw) {
    long double Number;
    if (Bits == 32) {
      float F;
      memcpy(&F, &Raw, sizeof(F));
      Number = F;
    } else if (Bits == 64) {
      double D;
      memcpy(&D, &Raw, sizeof(D));
      Number = D;
    } else if (Bits == 80 || Bits == 96 || Bits == 128) {
      memcpy(&Number, reinterpret_cast<const void *>(Raw), sizeof(Number));
    } else {
      return;
    }
    snprintf(Text, sizeof(Text), "%Lg", Number);
  }

  char Text[48];
};

const char *name(const Type *T) { return T->Name; }
bool isSigned(const Type *T) { return T->Info & 1; }

template <class... Arguments> void note(const Location &L, const char *Format, Arguments... Values) {
  char Text[360];
  snprintf(Text, sizeof(Text), Format, Values...);
  noteUndefined(Text, L.File, L.Line, L.Column);
}

void overflow(const Typed *D, uintptr_t L, uintptr_t R, const char *Operator) {
  note(D->Loc, "%s integer overflow: %s %s %s does not fit %s", isSigned(D->Of) ? "signed" : "unsigned",
       Value(D->Of, L).text(), Operator, Value(D->Of, R).text(), name(D->Of));
}
void addOverflow(const Typed *D, uintptr_t L, uintptr_t R) { overflow(D, L, R, "+"); }
void subOverflow(const Typed *D, uintptr_t L, uintptr_t R) { overflow(D, L, R, "-"); }
void mulOverflow(const Typed *D, uintptr_t L, uintptr_t R) { overflow(D, L, R, "*"); }

void negateOverflow(const Typed *D, uintptr_t V) {
  note(D->Loc, "integer overflow: -(%s) does not fit %s", Value(D->Of, V).text(), name(D->Of));
}

void divisionOverflow(const Typed *D, uintptr_t L, uintptr_t R) {
  Value Right(D->Of, R);
  if (strcmp(Right.text(), "0") == 0)
    note(D->Loc, "division by zero: %s / 0", Value(D->Of, L).text());
  else
    note(D->Loc, "division overflow: %s / %s does not fit %s", Value(D->Of, L).text(), Right.text(),
         name(D->Of));
}

void shiftOutOfBounds(const TwoTypes *D, uintptr_t L, uintptr_t R) {
  Value Left(D->First, L), Right(D->Second, R);
  unsigned Bits = 1u << (D->First->Info >> 1);
  if (Right.negative())
    note(D->Loc, "shift by the negative count %s", Right.text());
  else if (strtoull(Right.text(), nullptr, 10) >= Bits)
    note(D->Loc, "shift of %s by %s, which has only %u bits", name(D->First), Right.text(), Bits);
  else
    note(D->Loc, "left shift of %s by %s does not fit %s", Left.text(), Right.text(), name(D->First));
}

void outOfBounds(const TwoTypes *D, uintptr_t Index) {
  note(D->Loc, "index %s out of bounds of %s", Value(D->Second, Index).text(), name(D->First));
}

void typeMismatch(const Mismatch *D, uintptr_t Pointer) {
  static const char *const Checks[] = {"load from",      "store to",
                                       "reference to",   "member access through",
                                       "member call on", "construction at",
                                       "downcast of",    "downcast of",
                                       "upcast of",      "cast to a virtual base of",
                                       "binding of",     "use of"};
  const char *Check = D->Check < sizeof(Checks) / sizeof(*Checks) ? Checks[D->Check] : "use of";
  uintptr_t Alignment = uintptr_t(1) << D->LogAlignment;
  if (!Pointer)
    note(D->Loc, "%s a null pointer of type %s", Check, name(D->Of));
  else if (Pointer & (Alignment - 1))
    note(D->Loc, "%s a misaligned address for %s, which needs %llu bytes", Check, name(D->Of),
         static_cast<unsigned long long>(Alignment));
  else
    note(D->Loc, "%s an address with too little room for an object of type %s", Check, name(D->Of));
}

void alignmentAssumption(const Assumption *D, uintptr_t, uintptr_t Alignment, uintptr_t) {
  note(D->Loc, "the assumption of %llu-byte alignment for %s does not hold",
       static_cast<unsigned long long>(Alignment), name(D->Of));
}

void unreachable(const Plain *D) { note(D->Loc, "reached code marked as unreachable"); }
void missingReturn(const Plain *D) { note(D->Loc, "end of a function with a result, without a return"); }

void vlaBound(const Typed *D, uintptr_t Bound) {
  note(D->Loc, "variable-length array with bound %s", Value(D->Of, Bound).text());
}

void floatCast(const TwoTypes *D, uintptr_t From) {
  note(D->Loc, "%s is outside of the range of %s", Value(D->First, From).text(), name(D->Second));
}

void invalidValue(const Typed *D, uintptr_t V) {
  note(D->Loc, "load of %s, which is no valid value of %s", Value(D->Of, V).text(), name(D->Of));
}

void implicitConversion(const TwoTypes *D, uintptr_t From, uintptr_t To) {
  note(D->Loc, "implicit conversion of %s from %s to %s gives %s", Value(D->First, From).text(),
       name(D->First), name(D->Second), Value(D->Second, To).text());
}

void invalidBuiltin(const Builtin *D) {
  note(D->Loc,
       D->Kind == 2 ? "__builtin_assume of something false" : "zero passed to a builtin that counts zeros");
}

void functionMismatch(const Typed *D, uintptr_t) {
  note(D->Loc, "call through a function pointer of the wrong type %s", name(D->Of));
}

void nullArgument(const NonnullArgument *D) {
  note(D->Loc, "null pointer as argument %d, which is declared never to be null", D->Index);
}
void nullReturn(const NonnullReturn *, const Location *L) {
  note(*L, "null pointer returned from a function declared never to return null");
}

void pointerOverflow(const Plain *D, uintptr_t Base, uintptr_t Result) {
  if (!Base)
    note(D->Loc, "offset applied to a null pointer");
  else if (!Result)
    note(D->Loc, "pointer offset gives a null pointer");
  else
    note(D->Loc, "pointer offset overflows the address space");
}

void accepted(const void *, uintptr_t, uintptr_t) {}

[[noreturn]] void stop() {
  Report R("undefined");
  R.send();
}

/// The variant of a handler that does not return.
template <auto Handler> struct Final;
template <class... Arguments, void (*Handler)(Arguments...)> struct Final<Handler> {
  static void call(Arguments... Values) {
    Handler(Values...);
    stop();
  }
};

struct Entry {
  const char *Name;
  void *Handler, *Aborting;
};

template <auto Handler> constexpr Entry entry(const char *Name) {
  return {Name, reinterpret_cast<void *>(Handler), reinterpret_cast<void *>(&Final<Handler>::call)};
}

/// Handlers after which the code cannot go on.
template <auto Handler> constexpr Entry finalEntry(const char *Name) {
  return {Name, reinterpret_cast<void *>(&Final<Handler>::call),
          reinterpret_cast<void *>(&Final<Handler>::call)};
}

const Entry Table[] = {
    entry<addOverflow>("add_overflow"),
    entry<subOverflow>("sub_overflow"),
    entry<mulOverflow>("mul_overflow"),
    entry<negateOverflow>("negate_overflow"),
    entry<divisionOverflow>("divrem_overflow"),
    entry<shiftOutOfBounds>("shift_out_of_bounds"),
    entry<outOfBounds>("out_of_bounds"),
    entry<typeMismatch>("type_mismatch_v1"),
    entry<alignmentAssumption>("alignment_assumption"),
    finalEntry<unreachable>("builtin_unreachable"),
    finalEntry<missingReturn>("missing_return"),
    entry<vlaBound>("vla_bound_not_positive"),
    entry<floatCast>("float_cast_overflow"),
    entry<invalidValue>("load_invalid_value"),
    entry<implicitConversion>("implicit_conversion"),
    entry<invalidBuiltin>("invalid_builtin"),
    entry<functionMismatch>("function_type_mismatch"),
    entry<nullArgument>("nonnull_arg"),
    entry<nullArgument>("nullability_arg"),
    entry<nullReturn>("nonnull_return_v1"),
    entry<nullReturn>("nullability_return_v1"),
    entry<pointerOverflow>("pointer_overflow"),
    entry<accepted>("dynamic_type_cache_miss"),
    entry<accepted>("cfi_check_fail"),
    entry<accepted>("invalid_objc_cast"),
};

} // namespace

void *undefinedHandler(StringRef Name) {
  if (!Name.consume_front("__ubsan_handle_"))
    return nullptr;

  bool Aborting = Name.consume_back("_abort");
  for (const Entry &E : Table)
    if (Name == E.Name)
      return Aborting ? E.Aborting : E.Handler;
  return nullptr;
}

void clearUndefined() { Count = 0; }

void noteUndefined(const char *Message, const char *File, unsigned Line, unsigned Column) {
  if (!File)
    File = "<unknown>";
  for (unsigned I = 0; I < Count && I < MaxFindings; ++I)
    if (Findings[I].Line == Line && Findings[I].Column == Column && strcmp(Findings[I].File, File) == 0)
      return;
  if (Count < MaxFindings) {
    Finding &F = Findings[Count];
    F.File = File;
    F.Line = Line;
    F.Column = Column;
    if (Line)
      snprintf(F.Text, sizeof(F.Text), "%s:%u:%u: %s", File, Line, Column, Message);
    else
      snprintf(F.Text, sizeof(F.Text), "%s", Message);
  }
  ++Count;
}

unsigned undefinedCount() { return Count; }

void appendUndefined(Report &R) {
  if (!Count)
    return;
  R.open("undefined");
  for (unsigned I = 0; I < Count && I < MaxFindings; ++I) {
    char Key[8];
    snprintf(Key, sizeof(Key), "%u", I);
    R.text(Key, Findings[I].Text);
  }
  R.close();
}

} // namespace pw
