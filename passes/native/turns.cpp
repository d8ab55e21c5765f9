// How often loops turn, estimated from their trip counts with a nominal value in place of whatever is not
// known before the function runs. Two builds of one function are compared by it: a loop that was unrolled or
// vectorised by eight turns an eighth as often.
#include "module.h"

#include <llvm/Analysis/AssumptionCache.h>
#include <llvm/Analysis/LoopInfo.h>
#include <llvm/Analysis/ScalarEvolution.h>
#include <llvm/Analysis/ScalarEvolutionExpressions.h>
#include <llvm/Analysis/TargetLibraryInfo.h>
#include <llvm/IR/Dominators.h>
#include <llvm/TargetParser/Triple.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/string.h>

#include <algorithm>
#include <cmath>
#include <map>

using namespace llvm;
namespace nb = nanobind;

namespace passwright {
namespace {

constexpr unsigned MaxDepth = 48; // of an expression; what is deeper counts as nominal

class Estimate {
public:
  Estimate(ScalarEvolution &evolution, double nominal) : evolution(evolution), nominal(nominal) {}

  // Iterations of a loop each time that it is entered; nominal where they cannot be computed.
  double trips(const Loop &loop) {
    if (auto found = known.find(&loop); found != known.end())
      return found->second;
    known[&loop] = nominal; // what refers back to it
    const SCEV *taken = evolution.getSymbolicMaxBackedgeTakenCount(&loop);
    if (isa<SCEVCouldNotCompute>(taken))
      return nominal;
    pointers = false;
    double count = valueOf(taken, 0) + 1;
    // Nothing is known of where pointers point; a count that is too small otherwise is that of a remainder
    // loop.
    return known[&loop] = pointers ? nominal : std::max(count, 1.0);
  }

private:
  double valueOf(const SCEV *expression, unsigned depth) {
    if (depth > MaxDepth)
      return nominal;
    auto operand = [&](const SCEV *one) { return valueOf(one, depth + 1); };
    switch (expression->getSCEVType()) {
    case scConstant: {
      const APInt &value = cast<SCEVConstant>(expression)->getAPInt();
      return value.getSignificantBits() <= 64 ? double(value.getSExtValue()) : nominal;
    }
    case scVScale:
      return 1;
    case scTruncate: { // n & 7, the turns of a remainder loop, comes as a truncation to three bits
      double value = operand(cast<SCEVCastExpr>(expression)->getOperand());
      return value < 0 ? value : std::fmod(value, std::exp2(expression->getType()->getIntegerBitWidth()));
    }
    case scZeroExtend:
    case scSignExtend:
    case scPtrToInt:
      return operand(cast<SCEVCastExpr>(expression)->getOperand());
    case scUDivExpr: {
      auto *division = cast<SCEVUDivExpr>(expression);
      double divisor = operand(division->getRHS());
      return divisor == 0 ? nominal : std::floor(operand(division->getLHS()) / divisor);
    }
    case scAddExpr:
    case scMulExpr:
    case scUMaxExpr:
    case scSMaxExpr:
    case scUMinExpr:
    case scSMinExpr:
    case scSequentialUMinExpr:
      return folded(*cast<SCEVNAryExpr>(expression), depth);
    case scAddRecExpr: { // in the middle of its loop
      auto *recurrence = cast<SCEVAddRecExpr>(expression);
      return operand(recurrence->getStart()) +
             operand(recurrence->getStepRecurrence(evolution)) * trips(*recurrence->getLoop()) / 2;
    }
    case scUnknown:
      pointers |= expression->getType()->isPointerTy();
      return nominal;
    case scCouldNotCompute:
      break;
    }
    return nominal;
  }

  double folded(const SCEVNAryExpr &expression, unsigned depth) {
    double result = valueOf(expression.getOperand(0), depth + 1);
    for (const SCEV *operand : drop_begin(expression.operands())) {
      double value = valueOf(operand, depth + 1);
      switch (expression.getSCEVType()) {
      case scAddExpr:
        result += value;
        break;
      case scMulExpr:
        result *= value;
        break;
      case scUMaxExpr:
      case scSMaxExpr:
        result = std::max(result, value);
        break;
      default:
        result = std::min(result, value);
      }
    }
    return result;
  }

  ScalarEvolution &evolution;
  double nominal;
  bool pointers = false; // whether the expression under way has one
  DenseMap<const Loop *, double> known;
};

// Turns of each loop for one call of its function, by loop id.
std::map<std::string, double> turnsOf(Module &module, double nominal) {
  std::map<std::string, double> turns;
  TargetLibraryInfoImpl library{Triple(module.getTargetTriple())};
  for (Function &function : module) {
    if (function.isDeclaration())
      continue;
    DominatorTree tree(function);
    LoopInfo loops(tree);
    AssumptionCache assumptions(function);
    TargetLibraryInfo functions(library, &function);
    ScalarEvolution evolution(function, functions, assumptions, tree, loops);
    Estimate estimate(evolution, nominal);
    DenseMap<const Loop *, double> sofar;
    size_t index = 0;
    for (const Loop *loop : loops.getLoopsInPreorder()) {
      const Loop *parent = loop->getParentLoop();
      double count = estimate.trips(*loop) * (parent ? sofar[parent] : 1.0);
      sofar[loop] = count;
      turns[function.getName().str() + "#" + std::to_string(index++)] = count;
    }
  }
  return turns;
}

} // namespace

void populate_turns(nb::module_ &m) {
  moduleClass(m).def(
      "turns",
      [](ModuleHandle &self, double nominal) {
        return withModule(self, [&](Module &module) { return turnsOf(module, nominal); });
      },
      nb::kw_only(), nb::arg("nominal") = 250.0,
      "How often each loop turns in one call of its function, by loop id: the product of the trip counts of "
      "the nest, with `nominal` for every integer that is not known before the function runs, and for trip "
      "counts that cannot be computed.");
}

} // namespace passwright
