// The features of single nodes.
#pragma once

#include "graph.h"

#include <llvm/Analysis/LoopInfo.h>
#include <llvm/Analysis/ScalarEvolution.h>
#include <llvm/Analysis/TargetLibraryInfo.h>
#include <llvm/IR/DataLayout.h>
#include <llvm/IR/Instruction.h>

#include <map>

namespace passwright {

// What the numbers of each categorical feature stand for, by the feature's vocabulary: "opcode", "type",
// "predicate", "callee", "stride", "value".
std::map<std::string, std::vector<std::string>> graphVocabulary();

// Features of the instruction itself; strides and what loops say are left out.
void describe(const llvm::Instruction &instruction, const llvm::TargetLibraryInfo &library,
              const llvm::DataLayout &layout, InstructionCategories &categories, InstructionNumbers &numbers);

// Features of an argument, a global or a constant.
void describe(const llvm::Value &value, const llvm::DataLayout &layout, ValueCategories &categories,
              ValueNumbers &numbers);

// All features of a loop but those that are sums over its blocks (blocks, instructions, loads, stores,
// calls).
LoopNumbers describe(const llvm::Loop &loop, llvm::ScalarEvolution &evolution);

} // namespace passwright
