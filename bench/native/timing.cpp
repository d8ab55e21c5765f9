//===- timing.cpp - Clocks and interleaved measurements -------------------===//

#include "timing.h"

#include "execute.h"
#include "faults.h"
#include "protocol.h"

#include <algorithm>
#include <cmath>
#include <cpuid.h>
#include <cstring>
#include <ctime>
#include <random>
#include <sched.h>
#include <sys/resource.h>
#include <x86intrin.h>

using namespace llvm;

namespace pw {
namespace {

/// A sample ends at this many times `min_sample` on the wall even where putting data back costs far more than
/// calls.
constexpr double MaxOverhead = 20;
/// The clock and the time stamp counter are compared over at least this long.
constexpr double MinComparison = 2e-3;
constexpr size_t RoundsBeforeDropping = 3;

constexpr double MaxCalls = 1e8;
/// How often an interrupted sample is taken again.
constexpr unsigned Repeats = 4;
/// Samples longer than this rarely fit between two interruptions on a busy machine: repeating them is in
/// vain.
constexpr double LongSample = 6e-3;
/// Calls at least this long can afford a look at the thread's own clock, which is a system call.
constexpr double LongCall = 50e-6;

cpu_set_t Processors;

/// How often another thread has taken the processor from this one.
long interruptions() {
  rusage Usage;
  getrusage(RUSAGE_THREAD, &Usage);
  return Usage.ru_nivcsw;
}

double threadSeconds() {
  timespec T;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &T);
  return static_cast<double>(T.tv_sec) + 1e-9 * static_cast<double>(T.tv_nsec);
}

bool invariantCounter() {
  unsigned A, B, C, D;
  return __get_cpuid(0x80000007, &A, &B, &C, &D) && (D >> 8 & 1);
}

/// The time stamp counter where its rate is constant, nanoseconds of the clock elsewhere.
class Ticks {
public:
  Ticks() : Counter(invariantCounter()), StartSeconds(clockSeconds()), StartTicks(now()) {}

  uint64_t now() const {
    if (!Counter)
      return static_cast<uint64_t>(clockSeconds() * 1e9);
    unsigned Processor;
    _mm_lfence(); // Earlier work is done before the clock is read, and later work starts after it.
    uint64_t T = __rdtscp(&Processor);
    _mm_lfence();
    return T;
  }

  /// Seconds per tick, from both clocks since construction.
  double period() const {
    double Seconds;
    do
      Seconds = clockSeconds() - StartSeconds;
    while (Seconds < MinComparison);
    return Seconds / static_cast<double>(now() - StartTicks);
  }

private:
  bool Counter;
  double StartSeconds;
  uint64_t StartTicks;
};

class Pinned {
public:
  explicit Pinned(int64_t Wanted) : Processor(Wanted >= 0 ? static_cast<int>(Wanted) : sched_getcpu()) {
    cpu_set_t One;
    CPU_ZERO(&One);
    CPU_SET(Processor, &One);
    if (sched_setaffinity(0, sizeof(One), &One) != 0)
      Processor = -1;
  }
  Pinned(const Pinned &) = delete;
  ~Pinned() { sched_setaffinity(0, sizeof(Processors), &Processors); }
  int processor() const { return Processor; }

private:
  int Processor;
};

struct Piece {
  char *To;
  const char *From; ///< Null: zeros.
  size_t Size;
};

/// What a call of a variant may change and later calls read: its writable memory, without globals that calls
/// only read or overwrite, and globals that they update.
std::vector<Piece> piecesToRestore(const Variant &V, const CallSpec &Spec) {
  std::vector<Piece> Pieces;
  struct Hole {
    char *Start;
    size_t Size;
  };
  std::vector<Hole> Holes;
  for (const BufferSpec &G : Spec.Globals)
    if (const DataSymbol *D = V.find(G.Name)) {
      if (G.Size || G.Use != Role::InOut)
        Holes.push_back({D->Address, G.Size ? G.Size : D->Size});
      if (G.Size && G.Use == Role::InOut)
        Pieces.push_back({D->Address, G.Initial, G.Size});
    }
  llvm::sort(Holes, [](const Hole &A, const Hole &B) { return A.Start < B.Start; });
  for (const State &S : V.States) {
    char *At = S.Start, *End = S.Start + S.Size;
    auto Add = [&](char *To, char *Until) {
      if (To < Until)
        Pieces.push_back({To, S.Content.empty() ? nullptr : S.Content.data() + (To - S.Start),
                          static_cast<size_t>(Until - To)});
    };
    for (const Hole &H : Holes)
      if (H.Start >= S.Start && H.Start < End) {
        Add(At, H.Start);
        At = H.Start + H.Size;
      }
    Add(At, End);
  }
  return Pieces;
}

/// Per call: clock ticks, or where that is not zero the thread's seconds.
struct Sample {
  double Ticks;
  double ThreadSeconds;
  double seconds(double Period) const { return ThreadSeconds > 0 ? ThreadSeconds : Ticks * Period; }
};

/// One variant on the bench.
class Contestant {
public:
  Contestant(Variant &V, const CallSpec &Spec, Arguments &A, const Ticks &Clock)
      : V(V), A(A), Clock(Clock), Pieces(piecesToRestore(V, Spec)) {
    for (const BufferSpec &B : Spec.Buffers)
      Restores |= B.Use == Role::InOut && B.Size;
    Restores |= !Pieces.empty();
  }

  /// One call; the seconds that it and the restoration before it took.
  void warmUp() {
    double Start = threadSeconds();
    restore();
    double Ready = threadSeconds();
    activate(&V, &A);
    invoke(V, A);
    activate(nullptr, nullptr);
    double End = threadSeconds();
    Call = std::min(Call, End - Ready);
    Restoration = std::min(Restoration, Ready - Start);
  }

  void calibrate(double MinSample) {
    double One = std::max(Call, 1e-9);
    double Wanted = std::ceil(MinSample / One);
    if (Restores)
      Wanted = std::min(Wanted, std::ceil(MaxOverhead * MinSample / (One + Restoration)));
    Calls = static_cast<uint64_t>(std::clamp(Wanted, 1.0, MaxCalls));
    // A single short call is mostly the clock's own time: it takes several at a stretch to tell how many it
    // takes.
    while (!Restores && static_cast<double>(Calls) < MaxCalls) {
      double Start = threadSeconds();
      takeSample(false);
      double Taken = threadSeconds() - Start;
      Call = std::min(Call, Taken / static_cast<double>(Calls));
      if (Taken >= 0.9 * MinSample)
        break;
      double More = std::clamp(1.1 * MinSample / std::max(Taken, 1e-9), 1.5, 100.0);
      Calls = static_cast<uint64_t>(std::min(std::ceil(static_cast<double>(Calls) * More), MaxCalls));
    }
  }

  void sample() {
    bool Long = roughRound() > LongSample, HasThreadTime = Call >= LongCall;
    for (unsigned Try = 0;; ++Try) {
      long Before = interruptions();
      Sum S = takeSample(HasThreadTime);
      bool Interrupted = interruptions() != Before;
      if (Interrupted && !Long && Try < Repeats) {
        sched_yield();
        continue;
      }
      this->Interrupted += Interrupted;
      Samples.push_back({static_cast<double>(S.Ticks) / static_cast<double>(Calls),
                         Interrupted && HasThreadTime ? S.ThreadSeconds / static_cast<double>(Calls) : 0});
      return;
    }
  }

  double median(double Period) const {
    std::vector<double> Sorted;
    for (const Sample &S : Samples)
      Sorted.push_back(S.seconds(Period));
    auto Middle = Sorted.begin() + Sorted.size() / 2;
    std::nth_element(Sorted.begin(), Middle, Sorted.end());
    return *Middle;
  }

  double roughRound() const { return static_cast<double>(Calls) * (Call + (Restores ? Restoration : 0)); }

  Variant &V;
  uint64_t Calls = 1;
  double Call = HUGE_VAL; ///< Seconds, the best of the warm-up.
  std::vector<Sample> Samples;
  int64_t Interrupted = 0; ///< Samples that were interrupted to the last.
  bool Dropped = false;

private:
  struct Sum {
    uint64_t Ticks = 0;
    double ThreadSeconds = 0;
  };

  Sum takeSample(bool HasThreadTime) {
    Sum S;
    // One stretch, or one for each call where data have to be put back.
    uint64_t Stretches = Restores ? Calls : 1, CallsEach = Restores ? 1 : Calls;
    activate(&V, &A);
    for (uint64_t I = 0; I < Stretches; ++I) {
      restore();
      double ThreadStart = HasThreadTime ? threadSeconds() : 0;
      uint64_t Start = Clock.now();
      for (uint64_t J = 0; J < CallsEach; ++J)
        V.Shim(A.slots(), A.result());
      S.Ticks += Clock.now() - Start;
      S.ThreadSeconds += HasThreadTime ? threadSeconds() - ThreadStart : 0;
    }
    activate(nullptr, nullptr);
    return S;
  }

  void restore() {
    if (!Restores)
      return;
    A.fill(true);
    for (const Piece &P : Pieces)
      if (P.From)
        memcpy(P.To, P.From, P.Size);
      else
        memset(P.To, 0, P.Size);
  }

  Arguments &A;
  const Ticks &Clock;
  std::vector<Piece> Pieces;
  bool Restores = false;
  double Restoration = HUGE_VAL;
};

void dropSlower(std::vector<Contestant> &All, double Factor, double Period) {
  double Baseline = All.front().median(Period);
  for (size_t I = 1; I < All.size(); ++I)
    All[I].Dropped |= All[I].median(Period) > Factor * Baseline;
}

} // namespace

double clockSeconds() {
  timespec T;
  clock_gettime(CLOCK_MONOTONIC_RAW, &T);
  return static_cast<double>(T.tv_sec) + 1e-9 * static_cast<double>(T.tv_nsec);
}

void rememberProcessors() { sched_getaffinity(0, sizeof(Processors), &Processors); }

Error timeCalls(ArrayRef<Variant *> Variants, const CallSpec &Spec, const json::Object &Header) {
  double MinSample = Header.getNumber("min_sample").value_or(1e-3);
  double Deadline = Header.getNumber("deadline").value_or(10);
  double StopIfSlower = Header.getNumber("stop_if_slower").value_or(0);
  size_t Rounds = Header.getInteger("samples").value_or(15);
  int64_t WarmUps = Header.getInteger("warmup").value_or(3);
  std::mt19937_64 Random(static_cast<uint64_t>(Header.getInteger("seed").value_or(1)));

  Expected<Arguments> A = Arguments::create(Spec, Placement::Timing);
  if (!A)
    return A.takeError();
  A->fill(false);
  A->protect();
  Pinned Pin(Header.getInteger("cpu").value_or(-1));
  armDeadline(Header.getNumber("timeout").value_or(2 * Deadline + 10));
  double Start = clockSeconds();
  Ticks Clock;
  std::vector<Contestant> All;
  for (Variant *V : Variants) {
    V->restore(false);
    if (Error E = fillGlobals(*V, Spec))
      return E;
    All.emplace_back(*V, Spec, *A, Clock);
  }
  for (Contestant &C : All) {
    // A call that takes a good part of the time there is has had its warm-up.
    for (int64_t I = 0; I == 0 || (I < WarmUps && C.Call < Deadline / 50); ++I)
      C.warmUp();
    C.calibrate(MinSample);
  }

  std::vector<size_t> Order;
  for (size_t I = 0; I < All.size(); ++I)
    Order.push_back(I);
  for (size_t Round = 0; Round < Rounds; ++Round) {
    double Cost = 0;
    for (const Contestant &C : All)
      Cost += C.Dropped ? 0 : C.roughRound();
    if (Round && clockSeconds() - Start + Cost > Deadline)
      break;
    std::shuffle(Order.begin(), Order.end(), Random);
    for (size_t I : Order)
      if (!All[I].Dropped)
        All[I].sample();
    if (StopIfSlower > 0 && Round + 1 >= RoundsBeforeDropping) {
      dropSlower(All, StopIfSlower, Clock.period());
      if (All.size() > 1 &&
          llvm::all_of(llvm::drop_begin(All), [](const Contestant &C) { return C.Dropped; }))
        break;
    }
  }
  disarmDeadline();

  double Period = Clock.period();
  json::Object Samples, Calls, Interrupted;
  for (Contestant &C : All) {
    json::Array Seconds;
    for (const Sample &S : C.Samples)
      Seconds.push_back(S.seconds(Period));
    Samples[C.V.Name] = std::move(Seconds);
    Calls[C.V.Name] = static_cast<int64_t>(C.Calls);
    Interrupted[C.V.Name] = C.Interrupted;
  }
  writeFrame(json::Object{{"status", "ok"},
                          {"samples", std::move(Samples)},
                          {"calls", std::move(Calls)},
                          {"interrupted", std::move(Interrupted)},
                          {"cpu", Pin.processor()}});
  return Error::success();
}

} // namespace pw
