// Running pass pipelines: clang's set-up, knobs, limits, remarks, times.
#pragma once

#include "ir.h"
#include "knobs.h"

#include <string>
#include <utility>
#include <vector>

namespace passwright {

struct RunOptions {
  bool remarks = false, verifyEach = false, timings = false;
  size_t maxInstructions = 0; // 0: no limit
};

struct RunReport {
  double seconds = 0;
  bool changed = false;
  std::vector<Remark> remarks;
  std::vector<std::pair<std::string, double>> passes; // pass name, seconds without the passes inside it
};

// Runs a pipeline in the syntax of `opt -passes=…` on the module, in place. Throws RecipeError,
// SizeLimitError, IRError.
RunReport runPipeline(llvm::Module &module, const std::string &pipeline, const Knobs &knobs,
                      const RunOptions &options);

// In pipeline text LLVM's instcombine aborts where it would have more to do; clang's own does not. The
// pipeline with parameters that say so.
std::string withoutAborts(llvm::StringRef pipeline);

// LLVM's passes as `opt -print-passes` lists them, Polly's left out.
std::vector<std::string> passNames();

} // namespace passwright
