// What a module contains: functions and global variables.
#include "module.h"

#include <llvm/ADT/DepthFirstIterator.h>
#include <llvm/Analysis/LoopInfo.h>
#include <llvm/Demangle/Demangle.h>
#include <llvm/IR/CFG.h>
#include <llvm/IR/DebugInfoMetadata.h>
#include <llvm/IR/Dominators.h>
#include <llvm/Support/raw_ostream.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

using namespace llvm;
namespace nb = nanobind;

namespace passwright {
namespace {

struct FunctionInfo {
  std::string name, linkage;
  bool isDeclaration = false, isLocal = false;
  size_t instructions = 0, loops = 0;
  std::string file;
  unsigned line = 0;
  std::string demangled;
};

struct GlobalInfo {
  std::string name, linkage, type;
  uint64_t size = 0;
  bool constant = false, zero = false, isLocal = false, isDeclaration = false;
};

std::string linkageName(const GlobalValue &value) {
  switch (value.getLinkage()) {
  case GlobalValue::ExternalLinkage:
    return "external";
  case GlobalValue::AvailableExternallyLinkage:
    return "available_externally";
  case GlobalValue::LinkOnceAnyLinkage:
    return "linkonce";
  case GlobalValue::LinkOnceODRLinkage:
    return "linkonce_odr";
  case GlobalValue::WeakAnyLinkage:
    return "weak";
  case GlobalValue::WeakODRLinkage:
    return "weak_odr";
  case GlobalValue::AppendingLinkage:
    return "appending";
  case GlobalValue::InternalLinkage:
    return "internal";
  case GlobalValue::PrivateLinkage:
    return "private";
  case GlobalValue::ExternalWeakLinkage:
    return "extern_weak";
  case GlobalValue::CommonLinkage:
    return "common";
  }
  return "external";
}

FunctionInfo describe(Function &function) {
  FunctionInfo info;
  info.name = function.getName();
  info.linkage = linkageName(function);
  info.isDeclaration = function.isDeclaration();
  info.isLocal = function.hasLocalLinkage();
  info.demangled = demangle(info.name);
  if (const DISubprogram *program = function.getSubprogram()) {
    info.file = program->getFilename();
    info.line = program->getLine();
  }
  if (info.isDeclaration)
    return info;
  for (const BasicBlock &block : function)
    info.instructions += block.sizeWithoutDebug();
  DominatorTree tree(function);
  info.loops = LoopInfo(tree).getLoopsInPreorder().size();
  return info;
}

/// E - N + 2 of the blocks that the entry reaches, where all exits lead to one more block: McCabe's formula
/// is for graphs with a single exit, and optimised functions often have several. A function without an exit
/// counts as if it had one.
size_t cyclomatic(const Function &function) {
  size_t edges = 0, blocks = 0, exits = 0;
  for (const BasicBlock *block : depth_first(&function.getEntryBlock())) {
    size_t successors = succ_size(block);
    edges += successors;
    exits += successors == 0;
    ++blocks;
  }
  return edges + std::max<size_t>(exits, 1) - (blocks + 1) + 2;
}

GlobalInfo describe(const GlobalVariable &global) {
  GlobalInfo info;
  info.name = global.getName();
  info.linkage = linkageName(global);
  raw_string_ostream(info.type) << *global.getValueType();
  if (global.getValueType()->isSized())
    info.size =
        global.getParent()->getDataLayout().getTypeAllocSize(global.getValueType()).getKnownMinValue();
  info.constant = global.isConstant();
  info.isLocal = global.hasLocalLinkage();
  info.isDeclaration = global.isDeclaration();
  info.zero = global.hasInitializer() && global.getInitializer()->isNullValue();
  return info;
}

} // namespace

void populate_listing(nb::module_ &m) {
  nb::class_<FunctionInfo>(m, "Function", "A function of a module, as it was when it was listed.")
      .def_ro("name", &FunctionInfo::name, "Symbol.")
      .def_ro("linkage", &FunctionInfo::linkage, "As in .ll text; `external` when it says nothing.")
      .def_ro("is_declaration", &FunctionInfo::isDeclaration, "It has no body here.")
      .def_ro("is_local", &FunctionInfo::isLocal, "Internal or private.")
      .def_ro("instructions", &FunctionInfo::instructions, "Without debug intrinsics.")
      .def_ro("loops", &FunctionInfo::loops, "Natural loops, nested ones included.")
      .def_ro("file", &FunctionInfo::file, "From debug info, else empty.")
      .def_ro("line", &FunctionInfo::line, "From debug info, else 0.")
      .def_ro("demangled", &FunctionInfo::demangled, "The C++ spelling of the name, or the name.")
      .def("__repr__",
           [](const FunctionInfo &self) { return "<Function " + self.linkage + " " + self.name + ">"; });
  nb::class_<GlobalInfo>(m, "Global", "A global variable of a module, as it was when it was listed.")
      .def_ro("name", &GlobalInfo::name, "Symbol.")
      .def_ro("linkage", &GlobalInfo::linkage, "As in .ll text; `external` when it says nothing.")
      .def_ro("type", &GlobalInfo::type, "IR type.")
      .def_ro("size", &GlobalInfo::size, "Bytes; 0 when the type has no size.")
      .def_ro("constant", &GlobalInfo::constant, "Never written.")
      .def_ro("zero", &GlobalInfo::zero, "Initialised with zeros.")
      .def_ro("is_local", &GlobalInfo::isLocal, "Internal or private.")
      .def_ro("is_declaration", &GlobalInfo::isDeclaration, "Defined elsewhere.")
      .def("__repr__",
           [](const GlobalInfo &self) { return "<Global " + self.linkage + " " + self.name + ">"; });
  moduleClass(m)
      .def(
          "functions",
          [](ModuleHandle &self) {
            return withModule(self, [](Module &module) {
              std::vector<FunctionInfo> list;
              for (Function &function : module)
                if (!function.isIntrinsic())
                  list.push_back(describe(function));
              return list;
            });
          },
          "All functions in module order, intrinsics left out.")
      .def(
          "cyclomatic",
          [](ModuleHandle &self) {
            return withModule(self, [](Module &module) {
              std::map<std::string, size_t> found;
              for (const Function &function : module)
                if (!function.isDeclaration())
                  found[function.getName().str()] = cyclomatic(function);
              return found;
            });
          },
          "Cyclomatic complexity of each function with a body: E - N + 2 of its reachable blocks (McCabe "
          "1976), "
          "with one block more that all exits lead to.")
      .def(
          "globals",
          [](ModuleHandle &self) {
            return withModule(self, [](Module &module) {
              std::vector<GlobalInfo> list;
              for (const GlobalVariable &global : module.globals())
                list.push_back(describe(global));
              return list;
            });
          },
          "All global variables in module order.");
}

} // namespace passwright
