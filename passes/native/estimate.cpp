// What a module would do on nominal arguments, without running it: how often its loops turn, how many
// instructions it executes, how many cache lines it fetches. Two builds of one function are compared by it.
//
// Cache lines are counted as in models of loop cost (McKinley, Carr and Tseng, TOPLAS 18(4), 1996): per
// access and nest, from the inside out. What the iterations of a loop touch again costs nothing if all that
// one iteration touches fits into the cache, and is fetched anew if not.
#include "module.h"
#include "nominal.h"

#include <llvm/ADT/MapVector.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/TargetParser/Triple.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

using namespace llvm;
namespace nb = nanobind;

namespace passwright {
namespace {

constexpr double Line = 64;                           // bytes
constexpr std::array<double, 2> Lines = {512, 16384}; // of a cache of 32 KiB, and of one of 1 MiB

struct Estimate {
  std::map<std::string, double> turns; // by loop id
  double instructions = 0, outside = 0;
  double floats = 0, loaded = 0, stored = 0;
  std::array<double, 2> lines{};
};

// Memory that an instruction touches: its strides in bytes from the innermost loop out.
struct Access {
  double count;     // executions
  double width = 0; // lines that one execution touches at least
  SmallVector<const Loop *, 4> nest;
  SmallVector<double, 4> strides;
};

struct Place {
  const Value *pointer;
  Type *type;
};

std::vector<Place> placesOf(const Instruction &instruction) {
  if (auto *load = dyn_cast<LoadInst>(&instruction))
    return {{load->getPointerOperand(), load->getType()}};
  if (auto *store = dyn_cast<StoreInst>(&instruction))
    return {{store->getPointerOperand(), store->getValueOperand()->getType()}};
  if (auto *call = dyn_cast<IntrinsicInst>(&instruction))
    switch (call->getIntrinsicID()) {
    case Intrinsic::masked_load:
      return {{call->getArgOperand(0), call->getType()}};
    case Intrinsic::masked_store:
      return {{call->getArgOperand(1), call->getArgOperand(0)->getType()}};
    case Intrinsic::masked_gather:
      return {{call->getArgOperand(0), call->getType()}};
    case Intrinsic::masked_scatter:
      return {{call->getArgOperand(1), call->getArgOperand(0)->getType()}};
    default:
      break;
    }
  return {};
}

class Accesses {
public:
  Accesses(Nominal &run, const Function &function) : run(run), layout(function.getDataLayout()) {
    for (const BasicBlock &block : function)
      if (double count = run.count(&block); count > 0)
        for (const Instruction &instruction : block)
          for (const Place &place : placesOf(instruction))
            add(place, block, count);
  }

  // Lines that a cache of so many lines has to fetch.
  double fetched(double cache) {
    std::map<const Loop *, double> touched; // lines in one run of a loop, over all accesses
    std::vector<SmallVector<double, 4>> own;
    for (const Access &access : accesses) {
      own.emplace_back();
      double lines = access.width;
      for (auto [loop, stride] : zip(access.nest, access.strides)) {
        lines = reached(lines, stride, run.trips(loop), true);
        own.back().push_back(lines);
        touched[loop] += lines * taken(access, loop);
      }
    }
    double sum = 0;
    for (const Access &access : accesses) {
      double lines = access.width, runs = access.count;
      const Loop *within = nullptr;
      for (auto [loop, stride] : zip(access.nest, access.strides)) {
        bool fits = (within ? touched[within] : 1.0) <= cache;
        lines = reached(lines, stride, run.trips(loop), fits);
        runs /= run.trips(loop);
        within = loop;
      }
      sum += lines * runs;
    }
    return sum;
  }

private:
  // Lines after so many iterations that each touch `lines`, `stride` bytes further on; `kept` if what the
  // iteration before touched is still there.
  static double reached(double lines, double stride, double trips, bool kept) {
    if (!kept)
      return lines * trips;
    double fresh = std::min(1.0, std::abs(stride) / Line); // share of the next iteration's that is new
    return lines * (1 + (trips - 1) * fresh);
  }

  // Share of a loop's iterations in which an access is executed, at most 1.
  double taken(const Access &access, const Loop *loop) {
    double turns = run.count(loop->getHeader());
    return turns > 0 ? std::min(1.0, access.count / turns) : 0.0;
  }

  void add(const Place &place, const BasicBlock &block, double count) {
    Access access{count};
    double bytes = layout.getTypeStoreSize(place.type).getKnownMinValue();
    bool scattered = place.pointer->getType()->isVectorTy();
    if (scattered) {
      auto *lanes = dyn_cast<FixedVectorType>(place.type);
      access.width = lanes ? lanes->getNumElements() : 1;
    } else {
      access.width = std::max(1.0, bytes / Line);
    }
    const SCEV *address = scattered ? nullptr : run.evolution.getSCEV(const_cast<Value *>(place.pointer));
    std::vector<double> key;
    for (const Loop *loop = run.loops.getLoopFor(&block); loop; loop = loop->getParentLoop()) {
      double stride = Line; // somewhere else each time
      if (address && run.evolution.isLoopInvariant(address, loop))
        stride = 0;
      else if (auto *moving = dyn_cast_or_null<SCEVAddRecExpr>(address);
               moving && moving->getLoop() == loop) {
        auto step = run.valueOf(moving->getStepRecurrence(run.evolution));
        stride = step ? double(step->sextOrTrunc(64).getSExtValue()) : Line;
        address = moving->getStart();
      } else
        address = nullptr; // not computable, nor further out
      access.nest.push_back(loop);
      access.strides.push_back(stride);
      key.push_back(stride);
    }
    // Accesses to one line, with the same strides, count as one.
    auto where = address ? run.valueOf(address) : std::nullopt;
    if (where) {
      key.push_back(std::floor(double(where->sextOrTrunc(64).getSExtValue()) / Line));
      const Loop *inner = run.loops.getLoopFor(&block);
      if (!met.insert({inner, key}).second)
        return;
    }
    accesses.push_back(std::move(access));
  }

  Nominal &run;
  const DataLayout &layout;
  std::vector<Access> accesses;
  std::set<std::pair<const Loop *, std::vector<double>>> met;
};

// What does not depend on how the work is done: arithmetic by lanes, memory by bytes. Builds of one function
// that differ much here do not follow the same path on nominal arguments.
void addWork(const Instruction &instruction, double count, Estimate &estimate) {
  const DataLayout &layout = instruction.getDataLayout();
  if (isa<BinaryOperator>(instruction) && instruction.getType()->isFPOrFPVectorTy()) {
    auto *vector = dyn_cast<FixedVectorType>(instruction.getType());
    estimate.floats += count * (vector ? vector->getNumElements() : 1);
  }
  for (const Place &place : placesOf(instruction)) {
    double bytes = count * double(layout.getTypeStoreSize(place.type).getKnownMinValue());
    (instruction.getType()->isVoidTy() ? estimate.stored : estimate.loaded) += bytes;
  }
}

// For one call of each function.
Estimate estimateOf(Module &module, uint64_t nominal) {
  Estimate estimate;
  TargetLibraryInfoImpl library{Triple(module.getTargetTriple())};
  for (Function &function : module) {
    if (function.isDeclaration())
      continue;
    Nominal run(function, library, nominal);
    size_t index = 0;
    for (const Loop *loop : run.loops.getLoopsInPreorder())
      estimate.turns[function.getName().str() + "#" + std::to_string(index++)] = run.count(loop->getHeader());
    for (const BasicBlock &block : function) {
      double count = run.count(&block), work = count * block.sizeWithoutDebug();
      if (count > 0)
        for (const Instruction &instruction : block)
          addWork(instruction, count, estimate);
      const Loop *loop = run.loops.getLoopFor(&block);
      estimate.instructions += work;
      if (!loop || !loop->isInnermost())
        estimate.outside += work;
    }
    Accesses accesses(run, function);
    for (size_t level = 0; level < Lines.size(); level++)
      estimate.lines[level] += accesses.fetched(Lines[level]);
  }
  return estimate;
}

} // namespace

void populate_estimate(nb::module_ &m) {
  nb::class_<Estimate>(m, "Estimate", "What one call of a module's functions would do on nominal arguments.")
      .def_ro("turns", &Estimate::turns,
              "How often each loop turns, by loop id; 0 where nothing leads to it.")
      .def_ro("instructions", &Estimate::instructions, "IR instructions that are executed.")
      .def_ro("outside", &Estimate::outside, "Those of them that are in no innermost loop.")
      .def_ro("floats", &Estimate::floats,
              "Floating-point operations that are executed, each lane by itself.")
      .def_ro("loaded", &Estimate::loaded, "Bytes that are loaded.")
      .def_ro("stored", &Estimate::stored, "Bytes that are stored.")
      .def_prop_ro(
          "lines",
          [](const Estimate &self) { return std::vector<double>(self.lines.begin(), self.lines.end()); },
          "Lines of 64 bytes that a cache of 32 KiB and one of 1 MiB would fetch.");
  moduleClass(m).def(
      "estimate",
      [](ModuleHandle &self, uint64_t nominal) {
        return withModule(self, [&](Module &module) { return estimateOf(module, nominal); });
      },
      nb::kw_only(), nb::arg("nominal") = 250,
      "What one call of each function would do, with `nominal` for every integer that is not known before "
      "and "
      "pointers that do not overlap. No code runs.");
}

} // namespace passwright
