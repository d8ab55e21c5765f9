// The code generator's set-up: the same as clang's.
#pragma once

#include <llvm/IR/Module.h>
#include <llvm/Target/TargetMachine.h>

#include <memory>
#include <string>

namespace passwright {

// What -ffunction-sections and -fdata-sections ask for: it is not in the IR.
struct Sections {
  bool functions = false, data = false;
};

// A target machine as clang configures one for position-independent Linux code. Functions carry their CPU and
// features as attributes; `cpu` and `features` serve those that do not. `level` is 0 to 3. Throws InputError
// for a triple that the core has no code generator for, and for a data layout that contradicts the target's.
std::unique_ptr<llvm::TargetMachine> makeTargetMachine(const llvm::Module &module, unsigned level,
                                                       const std::string &cpu = "",
                                                       const std::string &features = "",
                                                       Sections sections = {});

// The same at level 3, kept per thread for runs without knobs: it caches subtargets, which cost more than a
// small pass.
llvm::TargetMachine &sharedTargetMachine(const llvm::Module &module);

struct Host {
  std::string cpu, features, triple;
};

// This machine's processor as clang -march=native writes it into function attributes.
const Host &hostDescription();

// Sets the attributes `target-cpu` and `target-features`, and removes `tune-cpu`, on each function that lacks
// a CPU, or on all of them with `override`; fills in triple and data layout when the module has none.
void setTarget(llvm::Module &module, const std::string &cpu, const std::string &features, bool override);

} // namespace passwright
