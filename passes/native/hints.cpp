// Loops by id, loop hints as metadata, function attributes.
#include "hints.h"

#include <llvm/Analysis/AssumptionCache.h>
#include <llvm/Analysis/LoopInfo.h>
#include <llvm/Analysis/ScalarEvolution.h>
#include <llvm/Analysis/TargetLibraryInfo.h>
#include <llvm/IR/Constants.h>
#include <llvm/IR/Dominators.h>
#include <llvm/IR/Metadata.h>

using namespace llvm;

namespace passwright {
namespace {

// How a hint's value is written into the metadata node.
enum class ValueKind { None, Count, Flag };

struct HintKey {
  const char *key;      // as in recipes
  const char *metadata; // name of the metadata string, without "llvm.loop."
  ValueKind kind;
};

// LLVM language reference, "llvm.loop" and the sections after it.
const HintKey hintKeys[] = {
    {"unroll.count", "unroll.count", ValueKind::Count},
    {"unroll.full", "unroll.full", ValueKind::None},
    {"unroll.enable", "unroll.enable", ValueKind::None},
    {"unroll.disable", "unroll.disable", ValueKind::None},
    {"unroll.runtime.disable", "unroll.runtime.disable", ValueKind::None},
    {"unroll_and_jam.count", "unroll_and_jam.count", ValueKind::Count},
    {"unroll_and_jam.enable", "unroll_and_jam.enable", ValueKind::None},
    {"unroll_and_jam.disable", "unroll_and_jam.disable", ValueKind::None},
    {"vectorize.width", "vectorize.width", ValueKind::Count},
    {"vectorize.enable", "vectorize.enable", ValueKind::Flag},
    {"vectorize.predicate.enable", "vectorize.predicate.enable", ValueKind::Flag},
    {"interleave.count", "interleave.count", ValueKind::Count},
    {"distribute.enable", "distribute.enable", ValueKind::Flag},
    {"licm_versioning.disable", "licm_versioning.disable", ValueKind::None},
    {"pipeline.disable", "pipeline.disable", ValueKind::Flag},
    {"pipeline.initiationinterval", "pipeline.initiationinterval", ValueKind::Count},
};

std::string loopId(const Function &function, size_t index) {
  return function.getName().str() + "#" + std::to_string(index);
}

} // namespace

std::vector<LoopEntry> listLoops(Function &function) {
  std::vector<LoopEntry> list;
  DominatorTree tree(function);
  LoopInfo info(tree);
  if (info.empty())
    return list;
  AssumptionCache assumptions(function);
  TargetLibraryInfoImpl library(Triple(function.getParent()->getTargetTriple()));
  TargetLibraryInfo libraryInfo(library, &function);
  ScalarEvolution evolution(function, libraryInfo, assumptions, tree, info);
  DenseMap<const Loop *, std::string> ids;
  for (const Loop *loop : info.getLoopsInPreorder()) {
    LoopEntry entry;
    entry.id = ids[loop] = loopId(function, list.size());
    entry.function = function.getName();
    entry.depth = loop->getLoopDepth();
    entry.innermost = loop->isInnermost();
    if (const Loop *parent = loop->getParentLoop())
      entry.parent = ids[parent];
    if (DebugLoc start = loop->getStartLoc()) {
      entry.line = start.getLine();
      entry.column = start.getCol();
    }
    entry.tripCount = evolution.getSmallConstantTripCount(loop);
    list.push_back(entry);
  }
  return list;
}

Function &definition(Module &module, const std::string &name) {
  Function *function = module.getFunction(name);
  if (function && !function->isDeclaration())
    return *function;
  throw noSuchFunction(module, name, ErrorKind::Recipe);
}

static const HintKey &hintKey(const std::string &key) {
  std::string known;
  for (const HintKey &candidate : hintKeys) {
    if (key == candidate.key)
      return candidate;
    known += (known.empty() ? "" : ", ") + std::string(candidate.key);
  }
  throw CoreError(ErrorKind::Recipe, "there is no loop hint '" + key + "'", "there are: " + known);
}

static MDNode *hintNode(LLVMContext &context, const HintKey &key, const std::string &value) {
  SmallVector<Metadata *, 2> operands = {MDString::get(context, std::string("llvm.loop.") + key.metadata)};
  StringRef text(value);
  auto refuse = [&](const char *wanted) {
    throw CoreError(ErrorKind::Recipe, "loop hint " + std::string(key.key) + " cannot be '" + value + "'",
                    wanted);
  };
  if (key.kind == ValueKind::Count) {
    unsigned count = 0;
    if (text.getAsInteger(10, count) || count == 0 || count > 1u << 16)
      refuse("give a count from 1 to 65536");
    operands.push_back(ConstantAsMetadata::get(ConstantInt::get(Type::getInt32Ty(context), count)));
  } else if (key.kind == ValueKind::Flag) {
    bool absent =
        text.empty() && StringRef(key.key).ends_with(".disable"); // "pipeline.disable" alone says it
    if (!absent && text != "true" && text != "false")
      refuse("give true or false");
    operands.push_back(
        ConstantAsMetadata::get(ConstantInt::get(Type::getInt1Ty(context), absent || text == "true")));
  } else if (!text.empty() && text != "true") {
    refuse("it takes no value");
  }
  return MDNode::get(context, operands);
}

// The first loop metadata that a latch carries. Loop::getLoopID wants all latches to agree, which unoptimised
// loops with `continue` need not.
static MDNode *existingId(const Loop &loop) {
  SmallVector<BasicBlock *, 4> latches;
  loop.getLoopLatches(latches);
  for (const BasicBlock *latch : latches)
    if (MDNode *node = latch->getTerminator()->getMetadata(LLVMContext::MD_loop))
      return node;
  return nullptr;
}

void applyHint(Module &module, const std::string &id, const std::string &keyName, const std::string &value) {
  const HintKey &key = hintKey(keyName);
  size_t hash = id.rfind('#');
  size_t index = 0;
  if (hash == std::string::npos || StringRef(id).substr(hash + 1).getAsInteger(10, index))
    throw CoreError(ErrorKind::Recipe, "'" + id + "' is not a loop id", "loop ids look like function#0");
  Function &function = definition(module, id.substr(0, hash));
  DominatorTree tree(function);
  LoopInfo info(tree);
  SmallVector<Loop *, 4> loops = info.getLoopsInPreorder();
  if (index >= loops.size()) {
    std::string range =
        loops.empty() ? "it has no loops"
                      : "its loops are " + loopId(function, 0) + " to " + loopId(function, loops.size() - 1);
    throw CoreError(ErrorKind::Recipe, "there is no loop '" + id + "' in " + module.getModuleIdentifier(),
                    range);
  }
  LLVMContext &context = module.getContext();
  std::string name = std::string("llvm.loop.") + key.metadata;
  MDNode *hint = hintNode(context, key, value);
  SmallVector<Metadata *, 8> operands = {nullptr}; // becomes the node itself: loop ids are distinct
  if (MDNode *existing = existingId(*loops[index]))
    for (const MDOperand &operand : drop_begin(existing->operands())) {
      auto *node = dyn_cast<MDNode>(operand);
      auto *text = node && node->getNumOperands() ? dyn_cast<MDString>(node->getOperand(0)) : nullptr;
      if (!text || text->getString() != name)
        operands.push_back(operand);
    }
  operands.push_back(hint);
  MDNode *loopMetadata = MDNode::getDistinct(context, operands);
  loopMetadata->replaceOperandWith(0, loopMetadata);
  loops[index]->setLoopID(loopMetadata);
}

void setAttribute(Module &module, const std::string &key, const std::optional<std::string> &value,
                  const std::string &name) {
  Attribute::AttrKind kind = Attribute::getAttrKindFromName(key);
  if (key.empty() || (kind != Attribute::None && !Attribute::isEnumAttrKind(kind)))
    throw CoreError(ErrorKind::Recipe, "attribute '" + key + "' cannot be set by name and text",
                    "give an attribute such as prefer-vector-width, or one without a value such as noinline");
  if (kind != Attribute::None && !Attribute::canUseAsFnAttr(kind))
    throw CoreError(ErrorKind::Recipe, "attribute '" + key + "' does not belong on a function");
  auto apply = [&](Function &function) {
    if (kind != Attribute::None) {
      function.removeFnAttr(kind);
      if (!value)
        return;
      if (kind == Attribute::AlwaysInline || kind == Attribute::NoInline) // LLVM allows one of them
        function.removeFnAttr(kind == Attribute::NoInline ? Attribute::AlwaysInline : Attribute::NoInline);
      function.addFnAttr(kind);
    } else {
      function.removeFnAttr(key);
      if (value)
        function.addFnAttr(key, *value);
    }
  };
  if (!name.empty()) {
    apply(definition(module, name));
    return;
  }
  for (Function &function : module)
    if (!function.isDeclaration())
      apply(function);
}

} // namespace passwright
