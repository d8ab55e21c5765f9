//===- linker.h - Objects into runnable variants --------------------------===//

#pragma once

#include "variant.h"

#include <llvm/ADT/ArrayRef.h>
#include <llvm/ADT/StringRef.h>
#include <llvm/Support/Error.h>

#include <memory>

namespace pw {

/// Links relocatable objects in this process, each variant in a name space of its own.
///
/// Functions outside of a variant come from the process (libc, libm, libstdc++, libgcc), except those whose
/// result depends on more than their arguments or that act on the outside: these stop the call with a report
/// (traps.h).
class Linker {
public:
  static llvm::Expected<std::unique_ptr<Linker>> create();
  ~Linker();

  /// Links the objects, runs their static constructors and finds the shim. Thread-local variables that the
  /// compiler addressed relative to the thread pointer are not supported and give an error. `CountHeap`: what
  /// it allocates is counted (allocations.h).
  llvm::Expected<Variant *> load(llvm::StringRef Name, llvm::ArrayRef<llvm::StringRef> Objects,
                                 llvm::StringRef Shim, bool CountHeap);
  void unload(llvm::StringRef Name);
  Variant *find(llvm::StringRef Name);

private:
  struct Implementation;
  explicit Linker(std::unique_ptr<Implementation> I);
  std::unique_ptr<Implementation> Impl;
};

} // namespace pw
