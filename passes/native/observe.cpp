// Observations of a module as counts: opcodes and the AutoPhase features.
#include "observe.h"
#include "module.h"

#include <llvm/Analysis/CFG.h>
#include <llvm/IR/CFG.h>
#include <llvm/IR/Constants.h>
#include <llvm/IR/InstrTypes.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/IntrinsicInst.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <array>

using namespace llvm;
namespace nb = nanobind;

namespace passwright {
namespace {

constexpr unsigned opcodeEnd = Instruction::OtherOpsEnd;

std::vector<const Function *> functionsOf(const Module &module) {
  std::vector<const Function *> list;
  for (const Function &function : module)
    list.push_back(&function);
  return list;
}

std::array<uint64_t, opcodeEnd> countOpcodes(ArrayRef<const Function *> functions) {
  std::array<uint64_t, opcodeEnd> counts{};
  for (const Function *function : functions)
    for (const BasicBlock &block : *function)
      for (const Instruction &instruction : block)
        if (!isa<DbgInfoIntrinsic>(instruction))
          ++counts[instruction.getOpcode()];
  return counts;
}

// The features of AutoPhase (Haj-Ali et al., MLSys 2020, table 1), in the order of that table.
#define AUTOPHASE_FEATURES(X)                                                                                \
  X(BBNumArgsHi)                                                                                             \
  X(BBNumArgsLo)                                                                                             \
  X(onePred)                                                                                                 \
  X(onePredOneSuc)                                                                                           \
  X(onePredTwoSuc)                                                                                           \
  X(oneSuccessor)                                                                                            \
  X(twoPred)                                                                                                 \
  X(twoPredOneSuc)                                                                                           \
  X(twoEach)                                                                                                 \
  X(twoSuccessor)                                                                                            \
  X(morePreds)                                                                                               \
  X(BB03Phi)                                                                                                 \
  X(BBHiPhi)                                                                                                 \
  X(BBNoPhi)                                                                                                 \
  X(BeginPhi)                                                                                                \
  X(BranchCount)                                                                                             \
  X(returnInt)                                                                                               \
  X(CriticalCount)                                                                                           \
  X(NumEdges)                                                                                                \
  X(const32Bit)                                                                                              \
  X(const64Bit)                                                                                              \
  X(numConstZeroes)                                                                                          \
  X(numConstOnes)                                                                                            \
  X(UncondBranches)                                                                                          \
  X(binaryConstArg)                                                                                          \
  X(NumAShrInst)                                                                                             \
  X(NumAddInst)                                                                                              \
  X(NumAllocaInst)                                                                                           \
  X(NumAndInst)                                                                                              \
  X(BlockMid)                                                                                                \
  X(BlockLow)                                                                                                \
  X(NumBitCastInst)                                                                                          \
  X(NumBrInst)                                                                                               \
  X(NumCallInst)                                                                                             \
  X(NumGetElementPtrInst)                                                                                    \
  X(NumICmpInst)                                                                                             \
  X(NumLShrInst)                                                                                             \
  X(NumLoadInst)                                                                                             \
  X(NumMulInst)                                                                                              \
  X(NumOrInst)                                                                                               \
  X(NumPHIInst)                                                                                              \
  X(NumRetInst)                                                                                              \
  X(NumSExtInst)                                                                                             \
  X(NumSelectInst)                                                                                           \
  X(NumShlInst)                                                                                              \
  X(NumStoreInst)                                                                                            \
  X(NumSubInst)                                                                                              \
  X(NumTruncInst)                                                                                            \
  X(NumXorInst)                                                                                              \
  X(NumZExtInst)                                                                                             \
  X(TotalBlocks)                                                                                             \
  X(TotalInsts)                                                                                              \
  X(TotalMemInst)                                                                                            \
  X(TotalFuncs)                                                                                              \
  X(ArgsPhi)                                                                                                 \
  X(testUnary)

enum Feature : unsigned {
#define FEATURE_ENUM(name) name,
  AUTOPHASE_FEATURES(FEATURE_ENUM)
#undef FEATURE_ENUM
      featureCount
};
static_assert(featureCount == AutophaseFeatures().size(), "AutoPhase has 56 features");

using Features = AutophaseFeatures;

void countShape(const BasicBlock &block, Features &f) {
  size_t predecessors = pred_size(&block), successors = succ_size(&block);
  f[onePred] += predecessors == 1;
  f[onePredOneSuc] += predecessors == 1 && successors == 1;
  f[onePredTwoSuc] += predecessors == 1 && successors == 2;
  f[oneSuccessor] += successors == 1;
  f[twoPred] += predecessors == 2;
  f[twoPredOneSuc] += predecessors == 2 && successors == 1;
  f[twoEach] += predecessors == 2 && successors == 2;
  f[twoSuccessor] += successors == 2;
  f[morePreds] += predecessors > 2;
  f[NumEdges] += successors;
  if (successors > 1)
    for (unsigned i = 0; i < successors; ++i)
      f[CriticalCount] += isCriticalEdge(block.getTerminator(), i);
}

void countPhis(const BasicBlock &block, Features &f) {
  int64_t phis = 0, arguments = 0;
  for (const PHINode &phi : block.phis()) {
    ++phis;
    arguments += phi.getNumIncomingValues();
  }
  f[BBNumArgsHi] += arguments > 5;
  f[BBNumArgsLo] += arguments >= 1 && arguments <= 5;
  f[BB03Phi] += phis >= 1 && phis <= 3;
  f[BBHiPhi] += phis > 3;
  f[BBNoPhi] += phis == 0;
  f[BeginPhi] += phis;
  f[ArgsPhi] += arguments;
}

void countOperands(const Instruction &instruction, Features &f) {
  bool anyConstant = false;
  for (const Use &operand : instruction.operands()) {
    anyConstant |= isa<Constant>(operand);
    auto *constant = dyn_cast<ConstantInt>(operand);
    if (!constant)
      continue;
    f[const32Bit] += constant->getBitWidth() == 32;
    f[const64Bit] += constant->getBitWidth() == 64;
    f[numConstZeroes] += constant->isZero();
    f[numConstOnes] += constant->isOne();
  }
  f[binaryConstArg] += anyConstant && isa<BinaryOperator>(instruction);
}

} // namespace

AutophaseFeatures autophase(ArrayRef<const Function *> functions) {
  Features f{};
  for (const Function *function : functions) {
    f[TotalFuncs] += !function->isDeclaration();
    for (const BasicBlock &block : *function) {
      int64_t size = 0;
      for (const Instruction &instruction : block) {
        if (isa<DbgInfoIntrinsic>(instruction))
          continue;
        ++size;
        countOperands(instruction, f);
        f[testUnary] += isa<UnaryInstruction>(instruction);
        if (auto *branch = dyn_cast<BranchInst>(&instruction))
          f[UncondBranches] += branch->isUnconditional();
        else if (auto *call = dyn_cast<CallBase>(&instruction))
          f[returnInt] += call->getType()->isIntegerTy();
      }
      ++f[TotalBlocks];
      f[TotalInsts] += size;
      f[BlockLow] += size < 15;
      f[BlockMid] += size >= 15 && size <= 500;
      countShape(block, f);
      countPhis(block, f);
    }
  }
  std::array<uint64_t, opcodeEnd> counts = countOpcodes(functions);
  f[BranchCount] = counts[Instruction::Br];
  const std::pair<Feature, unsigned> byOpcode[] = {
      {NumAShrInst, Instruction::AShr},       {NumAddInst, Instruction::Add},
      {NumAllocaInst, Instruction::Alloca},   {NumAndInst, Instruction::And},
      {NumBitCastInst, Instruction::BitCast}, {NumBrInst, Instruction::Br},
      {NumCallInst, Instruction::Call},       {NumGetElementPtrInst, Instruction::GetElementPtr},
      {NumICmpInst, Instruction::ICmp},       {NumLShrInst, Instruction::LShr},
      {NumLoadInst, Instruction::Load},       {NumMulInst, Instruction::Mul},
      {NumOrInst, Instruction::Or},           {NumPHIInst, Instruction::PHI},
      {NumRetInst, Instruction::Ret},         {NumSExtInst, Instruction::SExt},
      {NumSelectInst, Instruction::Select},   {NumShlInst, Instruction::Shl},
      {NumStoreInst, Instruction::Store},     {NumSubInst, Instruction::Sub},
      {NumTruncInst, Instruction::Trunc},     {NumXorInst, Instruction::Xor},
      {NumZExtInst, Instruction::ZExt}};
  for (const auto &[feature, opcode] : byOpcode)
    f[feature] = counts[opcode];
  const unsigned memoryOpcodes[] = {Instruction::GetElementPtr, Instruction::Load,   Instruction::Store,
                                    Instruction::Call,          Instruction::Invoke, Instruction::Alloca};
  for (unsigned opcode : memoryOpcodes)
    f[TotalMemInst] += counts[opcode];
  return f;
}

const std::vector<std::string> &autophaseNames() {
  static const std::vector<std::string> names = {
#define FEATURE_NAME(name) #name,
      AUTOPHASE_FEATURES(FEATURE_NAME)
#undef FEATURE_NAME
  };
  return names;
}

void populate_observe(nb::module_ &m) {
  moduleClass(m)
      .def(
          "opcode_counts",
          [](ModuleHandle &self) {
            auto counts = withModule(self, [](Module &module) { return countOpcodes(functionsOf(module)); });
            nb::dict named;
            for (unsigned opcode = Instruction::Ret; opcode < opcodeEnd; ++opcode)
              named[Instruction::getOpcodeName(opcode)] = counts[opcode];
            return named;
          },
          nb::sig("def opcode_counts(self) -> dict[str, int]"),
          "Instructions per opcode, one entry for each opcode that LLVM has; debug intrinsics are not "
          "counted.")
      .def(
          "autophase",
          [](ModuleHandle &self) {
            auto *features =
                new Features(withModule(self, [](Module &module) { return autophase(functionsOf(module)); }));
            nb::capsule owner(features,
                              [](void *pointer) noexcept { delete static_cast<Features *>(pointer); });
            return nb::ndarray<nb::numpy, int64_t, nb::shape<featureCount>>(features->data(), {featureCount},
                                                                            owner);
          },
          nb::sig("def autophase(self) -> numpy.typing.NDArray[numpy.int64]"),
          "The 56 features of AutoPhase (Haj-Ali et al., MLSys 2020, table 1), shape (56,), in the order of "
          "`autophase_names`.");
  m.def(
      "autophase_names", [] { return autophaseNames(); },
      "Names of the features that `Module.autophase` returns.");
}

} // namespace passwright
