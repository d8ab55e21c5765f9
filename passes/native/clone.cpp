// Deep copies that compile to the same code as their original.
#include "ir.h"

#include <llvm/IR/Constants.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/Transforms/Utils/Cloning.h>

using namespace llvm;

namespace passwright {
namespace {

// Puts the use lists of copies into the order that the originals have. The order of a block's uses is the
// order of its predecessors, so it decides more than one would think.
class UseOrder {
public:
  explicit UseOrder(const ValueToValueMapTy &copies) : copies(copies) {}

  void match(const Value &original) {
    if (original.use_empty() || original.hasOneUse())
      return;
    auto found = copies.find(&original);
    if (found == copies.end() || !found->second || inOrder(original, *found->second))
      return;
    positions.clear();
    unsigned position = 0;
    for (const Use &use : original.uses())
      if (const Value *user = copyOf(use.getUser()))
        positions[{user, use.getOperandNo()}] = position++;
    auto positionOf = [&](const Use &use) {
      auto it = positions.find({use.getUser(), use.getOperandNo()});
      return it == positions.end() ? ~0u : it->second;
    };
    found->second->sortUseList([&](const Use &a, const Use &b) { return positionOf(a) < positionOf(b); });
  }

private:
  // Most lists are right already; comparing costs less than numbering.
  bool inOrder(const Value &original, const Value &copy) const {
    auto use = copy.use_begin();
    for (const Use &expected : original.uses()) {
      if (use == copy.use_end() || use->getOperandNo() != expected.getOperandNo() ||
          use->getUser() != copyOf(expected.getUser()))
        return false;
      ++use;
    }
    return use == copy.use_end();
  }

  const Value *copyOf(const User *user) const {
    auto found = copies.find(user);
    return found == copies.end() ? nullptr : static_cast<const Value *>(found->second);
  }

  const ValueToValueMapTy &copies;
  DenseMap<std::pair<const Value *, unsigned>, unsigned> positions;
};

// CloneModule copies initialisers before bodies, and leaves addresses of blocks in them pointing at the
// original's blocks.
void fixBlockAddresses(const Module &module, const ValueToValueMapTy &copies) {
  for (const Function &function : module)
    for (const BasicBlock &block : function) {
      if (!block.hasAddressTaken())
        continue;
      auto *copy = cast<BasicBlock>(copies.lookup(&block));
      SmallVector<BlockAddress *, 2> wrong;
      for (const User *user : block.users())
        if (auto *address = dyn_cast<BlockAddress>(user);
            address && address->getFunction() == copy->getParent())
          wrong.push_back(const_cast<BlockAddress *>(address));
      for (BlockAddress *address : wrong) {
        address->replaceAllUsesWith(BlockAddress::get(copy));
        address->destroyConstant();
      }
    }
}

} // namespace

std::unique_ptr<Module> cloneExactly(const Module &module) {
  ValueToValueMapTy copies;
  std::unique_ptr<Module> copy = CloneModule(module, copies);
  fixBlockAddresses(module, copies);
  UseOrder order(copies);
  for (const GlobalValue &value : module.global_values())
    order.match(value);
  for (const Function &function : module) {
    for (const Argument &argument : function.args())
      order.match(argument);
    for (const BasicBlock &block : function)
      order.match(block);
    for (const Instruction &instruction : instructions(function))
      order.match(instruction);
  }
  return copy;
}

} // namespace passwright
