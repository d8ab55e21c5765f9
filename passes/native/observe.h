// Counts over functions.
#pragma once

#include <llvm/ADT/ArrayRef.h>
#include <llvm/IR/Function.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace passwright {

// The features of AutoPhase (Haj-Ali et al., MLSys 2020, table 1), in the order of that table.
using AutophaseFeatures = std::array<int64_t, 56>;
AutophaseFeatures autophase(llvm::ArrayRef<const llvm::Function *> functions);
const std::vector<std::string> &autophaseNames();

} // namespace passwright
