// What passes/build.py and passwright/locking.py do, step by step: the order in which modules are copied
// through bitcode, split and linked decides the bytes that come out.
#include "locked_build.h"
#include "../split.h"
#include "recipe_text.h"

#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/StringExtras.h>

#include <algorithm>
#include <map>
#include <set>

using namespace llvm;

namespace passwright {
namespace {

// A file's module in parts: the kernels with what they call, and the rest, empty when nothing is left.
struct Parts {
  std::vector<OwnedModule> kernels;
  OwnedModule rest;
};

OwnedModule reread(const Module &module) {
  return readBitcode(bitcodeOf(module), module.getModuleIdentifier());
}

std::set<std::string> definedIn(const Module &module) {
  std::set<std::string> names;
  for (const Function &function : module)
    if (!function.isDeclaration())
      names.insert(function.getName().str());
  return names;
}

// The entries in an order in which each still finds the bodies of those that it calls, to inline them.
std::vector<std::string> callersFirst(const Module &module, std::vector<std::string> entries) {
  if (entries.size() < 2)
    return entries;
  std::map<std::string, size_t> reach;
  for (const std::string &entry : entries) {
    std::set<std::string> bodies = definedIn(*extract(*reread(module).module, {entry}).module);
    reach[entry] = count_if(entries, [&](const std::string &other) { return bodies.count(other) != 0; });
  }
  std::sort(entries.begin(), entries.end(), [&](const std::string &a, const std::string &b) {
    return reach[a] != reach[b] ? reach[a] > reach[b] : a < b;
  });
  return entries;
}

Parts split(const Module &module, const std::vector<std::string> &entries) {
  Parts parts;
  OwnedModule rest = reread(module);
  std::set<std::string> defined = definedIn(*rest.module);
  for (const std::string &entry : entries)
    if (!defined.count(entry))
      throw noSuchFunction(module, entry, ErrorKind::Input);
  bool visibleData = any_of(rest.module->globals(), [&](const GlobalVariable &global) {
    Type *type = global.getValueType();
    return !global.hasLocalLinkage() && type->isSized() &&
           !rest.module->getDataLayout().getTypeAllocSize(type).isZero();
  });
  if (defined.size() == 1 && entries.size() == 1 && !visibleData) {
    parts.kernels.push_back(std::move(rest));
    return parts;
  }
  std::map<std::string, OwnedModule> kernels;
  for (const std::string &entry : callersFirst(*rest.module, entries))
    kernels[entry] = reread(*extract(*rest.module, {entry}).module);
  for (const std::string &entry : entries)
    parts.kernels.push_back(std::move(kernels[entry]));
  if (!definedIn(*rest.module).empty() || !rest.module->global_empty())
    parts.rest = reread(*rest.module);
  return parts;
}

void requireFresh(const LockEntry &entry, const Module &kernel) {
  std::string found = structuralHash(kernel);
  if (entry.fingerprint != found)
    throw CoreError(ErrorKind::Input,
                    entry.where() + ": the code or its flags have changed since the recipe was locked (" +
                        entry.fingerprint.substr(0, 8) + " then, " + found.substr(0, 8) + " now)",
                    "run `passwright optimize` again");
}

// Whether flags let the compiler reorder floating-point arithmetic: irgen/flags.py, reorders_floats.
bool reordersFloats(const std::vector<std::string> &flags) {
  static const std::set<StringRef> on = {"-ffast-math", "-Ofast", "-funsafe-math-optimizations",
                                         "-fassociative-math", "-ffp-model=fast"};
  static const std::set<StringRef> off = {"-fno-fast-math", "-fno-associative-math",
                                          "-fno-unsafe-math-optimizations"};
  bool fast = false;
  for (const std::string &flag : flags)
    fast = on.count(flag) || (fast && !off.count(flag));
  return fast;
}

} // namespace

std::string buildLocked(const Module &module, std::vector<LockEntry> entries) {
  std::sort(entries.begin(), entries.end(),
            [](const LockEntry &a, const LockEntry &b) { return a.entry < b.entry; });
  OwnedModule file = reread(module);
  Parts parts;
  for (const LockEntry &entry :
       entries) { // each on its own: a fingerprint does not depend on what else is locked
    parts = split(*file.module, {entry.entry});
    requireFresh(entry, *parts.kernels.front().module);
  }
  std::vector<std::string> names;
  std::set<std::string> objectives;
  for (const LockEntry &entry : entries) {
    names.push_back(entry.entry);
    objectives.insert(entry.objective);
  }
  if (entries.size() > 1)
    parts = split(*file.module, names);
  bool fastMath = reordersFloats(entries.front().flags);
  for (const auto &[kernel, entry] : zip(parts.kernels, entries))
    runRecipe(*kernel.module, entry.recipe, fastMath);
  if (parts.rest.module)
    runRecipe(*parts.rest.module, restOf(objectives), false);
  std::vector<OwnedModule> all;
  if (parts.rest.module)
    all.push_back(std::move(parts.rest));
  for (OwnedModule &kernel : parts.kernels)
    all.push_back(std::move(kernel));
  Module &whole = *all.front().module;
  for (OwnedModule &part : drop_begin(all))
    link(whole, bitcodeOf(*part.module), part.module->getModuleIdentifier());
  return bitcodeOf(whole);
}

} // namespace passwright
