// A module as a graph of typed nodes and edges: what extraction fills and Python sees as arrays.
//
// A row of features is a struct of nothing but int32_t (categories) or nothing but float (numbers), so that a
// vector of rows is a matrix with one column per field. What each column means is said in gnn/schema.py.
#pragma once

#include <llvm/IR/Module.h>

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace passwright {

#define INSTRUCTION_CATEGORIES(X)                                                                            \
  X(opcode) X(type) X(predicate) X(callee) X(stride_kind) X(parent_stride_kind)
#define INSTRUCTION_NUMBERS(X)                                                                               \
  X(log2_lanes)                                                                                              \
  X(nuw)                                                                                                     \
  X(nsw)                                                                                                     \
  X(exact)                                                                                                   \
  X(inbounds)                                                                                                \
  X(reassoc)                                                                                                 \
  X(nnan)                                                                                                    \
  X(ninf)                                                                                                    \
  X(nsz)                                                                                                     \
  X(arcp)                                                                                                    \
  X(contract)                                                                                                \
  X(afn)                                                                                                     \
  X(reads_memory)                                                                                            \
  X(writes_memory)                                                                                           \
  X(is_ordered)                                                                                              \
  X(log2_alignment)                                                                                          \
  X(access_size)                                                                                             \
  X(loop_depth)                                                                                              \
  X(invariant)                                                                                               \
  X(stride)                                                                                                  \
  X(parent_stride)

#define VALUE_CATEGORIES(X) X(kind) X(type)
#define VALUE_NUMBERS(X)                                                                                     \
  X(log2_lanes) X(magnitude) X(noalias) X(readonly) X(writeonly) X(constant_memory) X(log2_bytes)

#define BLOCK_CATEGORIES(X)
#define BLOCK_NUMBERS(X)                                                                                     \
  X(size)                                                                                                    \
  X(log2_frequency)                                                                                          \
  X(loop_depth)                                                                                              \
  X(is_entry)                                                                                                \
  X(is_reachable)                                                                                            \
  X(is_header)                                                                                               \
  X(is_latch)                                                                                                \
  X(is_exiting)                                                                                              \
  X(is_exit)

#define LOOP_CATEGORIES(X)
#define LOOP_NUMBERS(X)                                                                                      \
  X(depth)                                                                                                   \
  X(log2_trip_count)                                                                                         \
  X(trip_count_known)                                                                                        \
  X(trip_count_computable)                                                                                   \
  X(blocks)                                                                                                  \
  X(instructions)                                                                                            \
  X(loads)                                                                                                   \
  X(stores)                                                                                                  \
  X(exits)                                                                                                   \
  X(is_innermost)                                                                                            \
  X(has_call)                                                                                                \
  X(integer_reductions)                                                                                      \
  X(float_reductions)

#define CATEGORY_FIELD(name) int32_t name = 0;
#define NUMBER_FIELD(name) float name = 0;
struct InstructionCategories {
  INSTRUCTION_CATEGORIES(CATEGORY_FIELD)
};
struct InstructionNumbers {
  INSTRUCTION_NUMBERS(NUMBER_FIELD)
};
struct ValueCategories {
  VALUE_CATEGORIES(CATEGORY_FIELD)
};
struct ValueNumbers {
  VALUE_NUMBERS(NUMBER_FIELD)
};
struct BlockNumbers {
  BLOCK_NUMBERS(NUMBER_FIELD)
};
struct LoopNumbers {
  LOOP_NUMBERS(NUMBER_FIELD)
};
#undef CATEGORY_FIELD
#undef NUMBER_FIELD

// Source node type, relation, target node type, names of the attributes' columns.
#define EDGE_TYPES(X)                                                                                        \
  X(Flow, "block", "flows_to", "block", "position", "probability")                                           \
  X(InBlock, "instruction", "belongs_to", "block", "position")                                               \
  X(InLoop, "block", "belongs_to", "loop")                                                                   \
  X(Nesting, "loop", "belongs_to", "loop")                                                                   \
  X(Data, "instruction", "feeds", "instruction", "position")                                                 \
  X(Operand, "value", "feeds", "instruction", "position")                                                    \
  X(SubExpression, "value", "feeds", "value", "position")                                                    \
  X(Call, "instruction", "calls", "block")                                                                   \
  X(DefinedBy, "instruction", "defined_by", "instruction")                                                   \
  X(DefinedByBlock, "instruction", "defined_by", "block")                                                    \
  X(ClobberedBy, "instruction", "clobbered_by", "instruction")                                               \
  X(ClobberedByBlock, "instruction", "clobbered_by", "block")                                                \
  X(Merge, "block", "merges", "instruction")                                                                 \
  X(MergeBlock, "block", "merges", "block")

enum EdgeType : unsigned {
#define EDGE_ENUM(name, ...) name,
  EDGE_TYPES(EDGE_ENUM)
#undef EDGE_ENUM
      edgeTypeCount
};

struct Edges {
  std::vector<int64_t> sources, targets; // rows in the tables of the node types
  std::vector<float> attributes;         // row-major, as many columns as the edge type names

  template <class... Attributes> void add(int64_t source, int64_t target, Attributes... values) {
    sources.push_back(source);
    targets.push_back(target);
    (attributes.push_back(static_cast<float>(values)), ...);
  }
};

struct Graph {
  std::vector<InstructionCategories> instructionCategories;
  std::vector<InstructionNumbers> instructionNumbers;
  std::vector<std::pair<int64_t, std::string>> libraryCalls; // instruction, name of the library function
  std::vector<int32_t> instructionLines; // by debug info, in the file that the module was made of; 0: none
  std::vector<ValueCategories> valueCategories;
  std::vector<ValueNumbers> valueNumbers;
  std::vector<BlockNumbers> blockNumbers;
  std::vector<LoopNumbers> loopNumbers;
  std::array<Edges, edgeTypeCount> edges;
  std::vector<float> features;        // of the whole graph: AutoPhase, then the target
  std::vector<std::string> functions; // names, in module order
  std::vector<int64_t> entries;       // the entry block of each function
  std::vector<std::string> loops;     // id of each loop node, as Module::loops gives it
};

// Names of the columns of `Graph::features`.
std::vector<std::string> graphFeatureNames();

// The graph of the functions that `module` defines, or of `entry` with those that it calls. Changes nothing.
// Throws InputError when there is no such function.
Graph extractGraph(llvm::Module &module, const std::string &entry);

} // namespace passwright
