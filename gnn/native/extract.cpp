// The walk over a module that numbers the nodes and draws the edges.
#include "analyses.h"
#include "describe.h"
#include "module.h"
#include "observe.h"
#include "strides.h"
#include "target.h"

#include <llvm/ADT/DenseMap.h>
#include <llvm/ADT/SetVector.h>
#include <llvm/ADT/SmallString.h>
#include <llvm/CodeGen/TargetSubtargetInfo.h>
#include <llvm/IR/CFG.h>
#include <llvm/IR/Constants.h>
#include <llvm/IR/DebugInfoMetadata.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/Support/Path.h>

#include <cmath>
#include <optional>

using namespace llvm;

namespace passwright {
namespace {

using Functions = std::vector<Function *>;

// In module order: every function that is defined, or `entry` with what it calls.
Functions selectFunctions(Module &module, const std::string &entry) {
  SmallSetVector<Function *, 16> reached;
  if (!entry.empty()) {
    Function *function = module.getFunction(entry);
    if (!function || function->isDeclaration())
      throw noSuchFunction(module, entry, ErrorKind::Input);
    reached.insert(function);
    for (size_t i = 0; i < reached.size(); ++i)
      for (BasicBlock &block : *reached[i])
        for (Instruction &instruction : block)
          if (auto *call = dyn_cast<CallBase>(&instruction))
            if (Function *callee = call->getCalledFunction(); callee && !callee->isDeclaration())
              reached.insert(callee);
  }
  Functions chosen;
  for (Function &function : module)
    if (!function.isDeclaration() && (entry.empty() || reached.contains(&function)))
      chosen.push_back(&function);
  return chosen;
}

// clang writes a file's path in two ways: as it was given, and by its folder and name where it shares a
// folder with the working folder.
SmallString<128> pathOf(const DIFile &file) {
  SmallString<128> path = file.getFilename();
  if (!sys::path::is_absolute(path)) {
    path = file.getDirectory();
    sys::path::append(path, file.getFilename());
  }
  sys::path::remove_dots(path, /*remove_dot_dot=*/true);
  return path;
}

// The line of an instruction in the compile unit's own file: what was inlined from a header counts as its
// call.
int32_t lineOf(const Instruction &instruction) {
  for (const DILocation *at = instruction.getDebugLoc().get(); at; at = at->getInlinedAt()) {
    const DISubprogram *function = at->getScope()->getSubprogram();
    const DICompileUnit *unit = function ? function->getUnit() : nullptr;
    if (unit && unit->getFile() && pathOf(*at->getFile()) == pathOf(*unit->getFile()))
      return at->getLine();
  }
  return 0;
}

// What a loop's features add up over its blocks.
struct BlockSums {
  unsigned instructions = 0, loads = 0, stores = 0;
  bool call = false;
};

class Extractor {
public:
  Extractor(Module &module, Functions chosen)
      : module(module), functions(std::move(chosen)), machine(sharedTargetMachine(module)),
        analyses(module, machine) {}

  Graph extract() {
    for (Function *function : functions)
      number(*function);
    graph.instructionCategories.resize(instructionCount);
    graph.instructionNumbers.resize(instructionCount);
    graph.instructionLines.resize(instructionCount);
    graph.blockNumbers.resize(blockCount);
    for (Function *function : functions) {
      addTarget(*function);
      walk(*function);
      analyses.forget(*function);
    }
    describeWhole();
    return std::move(graph);
  }

private:
  // AutoPhase over the functions of the graph, and the best that the target offers to one of them.
  void describeWhole() {
    for (int64_t count : autophase(functions))
      graph.features.push_back(count);
    graph.features.insert(graph.features.end(), {vectorBits, preferredVectorBits, vectorRegisters});
  }

  void addTarget(Function &function) {
    AttributeSet attributes = function.getAttributes().getFnAttrs();
    if (vectorBits && attributes == targetAttributes)
      return; // most functions of a module have the same
    targetAttributes = attributes;
    const TargetSubtargetInfo &subtarget = *machine.getSubtargetImpl(function);
    auto has = [&](const char *feature) { return subtarget.checkFeatures(feature); };
    float bits = has("+avx512f") ? 512 : has("+avx") ? 256 : has("+sse") ? 128 : 0;
    TargetTransformInfo &target = analyses.target(function);
    float preferred =
        target.getRegisterBitWidth(TargetTransformInfo::RGK_FixedWidthVector).getKnownMinValue();
    float registers = target.getNumberOfRegisters(target.getRegisterClassForType(/*Vector=*/true));
    vectorBits = std::max(vectorBits, bits);
    preferredVectorBits = std::max(preferredVectorBits, preferred);
    vectorRegisters = std::max(vectorRegisters, registers);
  }

  void number(Function &function) {
    graph.functions.push_back(function.getName().str());
    graph.entries.push_back(blockCount);
    for (BasicBlock &block : function) {
      rows[&block] = blockCount++;
      for (Instruction &instruction : block)
        if (!instruction.isDebugOrPseudoInst())
          rows[&instruction] = instructionCount++;
    }
  }

  void walk(Function &function) {
    constants.clear();
    for (llvm::Argument &argument : function.args())
      addValue(argument);
    LoopInfo &loops = analyses.loops(function);
    std::optional<Strides> strides; // scalar evolution has nothing to say where there is no loop
    if (!loops.empty()) {
      ScalarEvolution &evolution = analyses.evolution(function);
      addLoops(function, loops, evolution);
      strides.emplace(loops, evolution);
    }
    TargetLibraryInfo &library = analyses.library(function);
    Edges &membership = graph.edges[InBlock];
    for (BasicBlock &block : function) {
      int64_t row = rows.lookup(&block);
      const Loop *loop = loops.getLoopFor(&block);
      BlockSums sums;
      for (Instruction &instruction : block) {
        if (instruction.isDebugOrPseudoInst())
          continue;
        int64_t self = rows.lookup(&instruction);
        membership.add(self, row, sums.instructions++);
        InstructionNumbers &numbers = graph.instructionNumbers[self];
        InstructionCategories &categories = graph.instructionCategories[self];
        describe(instruction, library, module.getDataLayout(), categories, numbers);
        graph.instructionLines[self] = lineOf(instruction);
        LibFunc known;
        if (auto *call = dyn_cast<CallBase>(&instruction);
            call && !isa<IntrinsicInst>(call) && library.getLibFunc(*call, known) && library.has(known))
          graph.libraryCalls.emplace_back(self, library.getName(known).str());
        if (loop)
          describeInLoop(instruction, *loop, *strides, categories, numbers);
        addOperands(instruction, self);
        sums.loads += isa<LoadInst>(instruction);
        sums.stores += isa<StoreInst>(instruction);
        sums.call |= isa<CallBase>(instruction) && !isa<IntrinsicInst>(instruction);
      }
      graph.blockNumbers[row].size = sums.instructions;
      for (const Loop *around = loop; around; around = around->getParentLoop())
        addTo(graph.loopNumbers[loopRows.lookup(around)], sums);
    }
    addFlow(function, loops);
    addMemory(function);
  }

  static void addTo(LoopNumbers &loop, const BlockSums &sums) {
    ++loop.blocks;
    loop.instructions += sums.instructions;
    loop.loads += sums.loads;
    loop.stores += sums.stores;
    if (sums.call)
      loop.has_call = 1;
  }

  void addLoops(Function &function, LoopInfo &loops, ScalarEvolution &evolution) {
    loopRows.clear();
    unsigned index = 0;
    for (const Loop *loop : loops.getLoopsInPreorder()) {
      int64_t row = graph.loopNumbers.size();
      loopRows[loop] = row;
      graph.loopNumbers.push_back(describe(*loop, evolution));
      graph.loops.push_back(function.getName().str() + "#" + std::to_string(index++));
      if (const Loop *parent = loop->getParentLoop())
        graph.edges[Nesting].add(row, loopRows.lookup(parent));
    }
  }

  void describeInLoop(Instruction &instruction, const Loop &loop, Strides &strides,
                      InstructionCategories &categories, InstructionNumbers &numbers) {
    numbers.loop_depth = loop.getLoopDepth();
    numbers.invariant = loop.hasLoopInvariantOperands(&instruction);
    const Value *address = getLoadStorePointerOperand(&instruction);
    if (!address)
      return;
    Stride stride = strides.of(*address, loop);
    categories.stride_kind = static_cast<int32_t>(stride.kind);
    numbers.stride = static_cast<float>(stride.amount);
    if (const Loop *parent = loop.getParentLoop()) {
      stride = strides.of(*address, *parent);
      categories.parent_stride_kind = static_cast<int32_t>(stride.kind);
      numbers.parent_stride = static_cast<float>(stride.amount);
    }
  }

  void addOperands(Instruction &instruction, int64_t self) {
    for (const Use &use : instruction.operands()) {
      Value *operand = use.get();
      if (isa<Instruction>(operand))
        graph.edges[Data].add(rows.lookup(operand), self, use.getOperandNo());
      else if (!isa<BasicBlock, MetadataAsValue>(operand))
        graph.edges[Operand].add(valueRow(*operand), self, use.getOperandNo());
    }
    if (auto *call = dyn_cast<CallBase>(&instruction))
      if (Function *callee = call->getCalledFunction(); callee && !callee->isDeclaration())
        graph.edges[Call].add(self, rows.lookup(&callee->getEntryBlock()));
  }

  // Globals have one node in the graph, arguments and constants one in each function.
  int64_t valueRow(Value &value) {
    auto &known = isa<GlobalValue>(value) ? rows : constants;
    auto found = known.find(&value);
    if (found != known.end())
      return found->second;
    int64_t row = addValue(value);
    if (auto *expression = dyn_cast<ConstantExpr>(&value))
      for (const Use &use : expression->operands())
        graph.edges[SubExpression].add(valueRow(*use.get()), row, use.getOperandNo());
    return row;
  }

  int64_t addValue(Value &value) {
    int64_t row = graph.valueNumbers.size();
    (isa<GlobalValue>(value) ? rows : constants)[&value] = row;
    describe(value, module.getDataLayout(), graph.valueCategories.emplace_back(),
             graph.valueNumbers.emplace_back());
    return row;
  }

  void addFlow(Function &function, LoopInfo &loops) {
    BranchProbabilityInfo &probabilities = analyses.probabilities(function);
    BlockFrequencyInfo &frequencies = analyses.frequencies(function);
    DominatorTree &dominators = analyses.dominators(function);
    double entry = frequencies.getEntryFreq().getFrequency();
    for (BasicBlock &block : function) {
      int64_t row = rows.lookup(&block);
      BlockNumbers &numbers = graph.blockNumbers[row];
      const Loop *loop = loops.getLoopFor(&block);
      numbers.is_entry = block.isEntryBlock();
      numbers.is_reachable = dominators.isReachableFromEntry(&block);
      if (uint64_t frequency = frequencies.getBlockFreq(&block).getFrequency(); frequency && entry > 0)
        numbers.log2_frequency = static_cast<float>(std::log2(frequency / entry));
      if (loop) {
        graph.edges[InLoop].add(row, loopRows.lookup(loop));
        numbers.loop_depth = loop->getLoopDepth();
        numbers.is_header = loop->getHeader() == &block;
        numbers.is_exiting = loop->isLoopExiting(&block);
        for (const Loop *around = loop; around; around = around->getParentLoop())
          if (around->isLoopLatch(&block))
            numbers.is_latch = 1;
      }
      unsigned position = 0;
      for (BasicBlock *successor : successors(&block)) {
        auto probability = probabilities.getEdgeProbability(&block, position);
        graph.edges[Flow].add(row, rows.lookup(successor), position++,
                              probability.getNumerator() / double(probability.getDenominator()));
        if (loop && !loop->contains(successor))
          graph.blockNumbers[rows.lookup(successor)].is_exit = 1;
      }
    }
  }

  // MemorySSA in the graph: an access points at the instruction that made the state of memory which it sees.
  // A state that is merged where paths meet is its block (a block has at most one such phi), the state that a
  // function starts with is its entry block, which merges nothing.
  void addMemory(Function &function) {
    MemorySSA &memory = analyses.memory(function);
    auto point = [&](int64_t source, MemoryAccess *state, EdgeType toInstruction, EdgeType toBlock) {
      if (memory.isLiveOnEntryDef(state))
        graph.edges[toBlock].add(source, rows.lookup(&function.getEntryBlock()));
      else if (auto *phi = dyn_cast<MemoryPhi>(state))
        graph.edges[toBlock].add(source, rows.lookup(phi->getBlock()));
      else
        graph.edges[toInstruction].add(source, rows.lookup(cast<MemoryDef>(state)->getMemoryInst()));
    };
    SmallVector<MemoryUseOrDef *, 64> accesses;
    for (BasicBlock &block : function) {
      const MemorySSA::AccessList *list = memory.getBlockAccesses(&block);
      if (!list)
        continue;
      for (const MemoryAccess &access : *list)
        if (auto *phi = dyn_cast<MemoryPhi>(&access)) {
          for (const Use &incoming : phi->incoming_values())
            point(rows.lookup(&block), cast<MemoryAccess>(incoming.get()), Merge, MergeBlock);
        } else {
          auto *one = const_cast<MemoryUseOrDef *>(cast<MemoryUseOrDef>(&access));
          accesses.push_back(one);
          point(rows.lookup(one->getMemoryInst()), one->getDefiningAccess(), DefinedBy, DefinedByBlock);
        }
    }
    // The walker changes what the uses say is their defining access, so it starts when all have been read.
    MemorySSAWalker *walker = memory.getWalker();
    BatchAAResults aliases(memory.getAA());
    for (MemoryUseOrDef *access : accesses)
      point(rows.lookup(access->getMemoryInst()), walker->getClobberingMemoryAccess(access, aliases),
            ClobberedBy, ClobberedByBlock);
  }

  Module &module;
  Functions functions;
  TargetMachine &machine;
  Analyses analyses;
  Graph graph;
  DenseMap<const Value *, int64_t> rows;      // blocks, instructions and globals, in the table of their type
  DenseMap<const Value *, int64_t> constants; // of the function that is walked, arguments too
  DenseMap<const Loop *, int64_t> loopRows;
  int64_t instructionCount = 0, blockCount = 0;
  AttributeSet targetAttributes;
  float vectorBits = 0, preferredVectorBits = 0, vectorRegisters = 0;
};

} // namespace

std::vector<std::string> graphFeatureNames() {
  std::vector<std::string> names = autophaseNames();
  names.insert(names.end(), {"vector_bits", "preferred_vector_bits", "vector_registers"});
  return names;
}

Graph extractGraph(Module &module, const std::string &entry) {
  Functions functions = selectFunctions(module, entry);
  return Extractor(module, functions).extract();
}

} // namespace passwright
