// What a function does with its arguments: a forward flow through the inlined, promoted body.
//
// Facts are hints for workload inference, which confirms them by running the kernel; a fact that is missed
// costs trial runs and no correctness.
#include "uses.h"

#include <llvm/ADT/DenseMap.h>
#include <llvm/ADT/DenseSet.h>
#include <llvm/ADT/SetVector.h>
#include <llvm/Analysis/AssumptionCache.h>
#include <llvm/Analysis/InlineCost.h>
#include <llvm/Analysis/LoopInfo.h>
#include <llvm/Analysis/ScalarEvolution.h>
#include <llvm/Analysis/ScalarEvolutionExpressions.h>
#include <llvm/Analysis/TargetLibraryInfo.h>
#include <llvm/IR/Dominators.h>
#include <llvm/IR/InlineAsm.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/Module.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Transforms/IPO/GlobalDCE.h>
#include <llvm/Transforms/IPO/ModuleInliner.h>
#include <llvm/Transforms/InstCombine/InstCombine.h>
#include <llvm/Transforms/Scalar/EarlyCSE.h>
#include <llvm/Transforms/Scalar/LoopPassManager.h>
#include <llvm/Transforms/Scalar/LoopRotation.h>
#include <llvm/Transforms/Scalar/SROA.h>
#include <llvm/Transforms/Scalar/SimplifyCFG.h>

#include <map>
#include <set>

using namespace llvm;

namespace passwright {
namespace {

// Inlines what the function calls and promotes its variables, so that flows are visible as use-def chains.
void simplify(Module &module, Function &entry) {
  for (Function &function : module) {
    if (function.isDeclaration() || &function == &entry)
      continue;
    function.setLinkage(GlobalValue::InternalLinkage);
    function.setComdat(nullptr);
    function.removeFnAttr(Attribute::NoInline);
  }
  PassBuilder builder;
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager components;
  ModuleAnalysisManager modules;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);

  auto promotion = [] {
    FunctionPassManager passes;
    passes.addPass(SROAPass(SROAOptions::ModifyCFG));
    passes.addPass(EarlyCSEPass());
    passes.addPass(InstCombinePass());
    return passes;
  };
  ModulePassManager pipeline;
  pipeline.addPass(GlobalDCEPass());
  pipeline.addPass(createModuleToFunctionPassAdaptor(promotion()));
  constexpr int InlineThreshold = 1000; // several times -O3's: helpers of a kernel should disappear
  ModuleInlinerWrapperPass inliner(getInlineParams(InlineThreshold));
  inliner.getPM().addPass(createCGSCCToFunctionPassAdaptor(promotion()));
  pipeline.addPass(std::move(inliner));
  // Bottom-tested loops: what an induction variable holds inside the body no longer includes the value it
  // leaves with.
  FunctionPassManager rotation;
  rotation.addPass(createFunctionToLoopPassAdaptor(LoopRotatePass()));
  pipeline.addPass(createModuleToFunctionPassAdaptor(std::move(rotation)));
  pipeline.run(module, modules);
}

std::string typeText(const Type *type) {
  std::string text;
  raw_string_ostream(text) << *type;
  return text;
}

struct Use {
  std::set<std::string> uses, values, elements, pointers, callees;
  std::set<int64_t> indexInto; // arguments from 0; globals from GlobalBase; locals as -1 - count
  std::set<unsigned> comparedWith;
  bool loaded = false, stored = false, escapes = false;
  int64_t extent = 0;  // bytes that every access stays below …
  bool bounded = true; // … as long as each access has such a bound
};

constexpr int64_t GlobalBase = 1 << 20;

class Flow {
public:
  explicit Flow(Function &entry)
      : entry_(entry), globals_(reachedGlobals(entry)), functions_(reachedFunctions(entry)),
        libraryImpl_(Triple(entry.getParent()->getTargetTriple())), library_(libraryImpl_),
        assumptions_(entry) {
    for (Function *function : functions_) {
      auto &tree = dominators_[function];
      tree = std::make_unique<DominatorTree>(*function);
      loops_[function] = std::make_unique<LoopInfo>(*tree);
    }
    uses_.resize(entry.arg_size() + globals_.size());
    evolution_ = std::make_unique<ScalarEvolution>(entry, library_, assumptions_, *dominators_[&entry],
                                                   *loops_[&entry]);
  }

  json::Value describe() {
    for (Argument &argument : entry_.args())
      if (argument.getType()->isPointerTy())
        followPointer(&argument, argument.getArgNo(), argument.getArgNo());
    for (size_t i = 0; i < globals_.size(); ++i)
      followPointer(globals_[i], entry_.arg_size() + i, GlobalBase + static_cast<int64_t>(i));
    for (auto &[value, origin] : loadedIntegers_)
      followInteger(value, uses_[origin].values, uses_[origin]);
    for (Argument &argument : entry_.args())
      if (argument.getType()->isIntegerTy())
        followInteger(&argument, uses_[argument.getArgNo()].uses, uses_[argument.getArgNo()]);

    json::Array arguments;
    json::Object globals;
    for (size_t i = 0; i < uses_.size(); ++i)
      if (i < entry_.arg_size())
        arguments.push_back(toJson(uses_[i]));
      else
        globals[globals_[i - entry_.arg_size()]->getName().str()] = toJson(uses_[i]);
    return json::Object{
        {"arguments", std::move(arguments)}, {"globals", std::move(globals)}, {"function", functionFacts()}};
  }

private:
  // ---- pointers

  // Visits everything computed from a pointer by offsets, phis and calls; `origin` is the slot of uses_,
  // `name` what index sinks call it.
  void followPointer(Value *pointer, size_t origin, int64_t name) {
    Use &use = uses_[origin];
    SmallVector<Value *, 16> work{pointer};
    DenseSet<Value *> seen{pointer};
    auto push = [&](Value *value) {
      if (seen.insert(value).second)
        work.push_back(value);
    };
    while (!work.empty()) {
      Value *value = work.pop_back_val();
      pointees_[value].insert(name);
      for (const llvm::Use &edge : value->uses()) {
        User *user = edge.getUser();
        if (isa<GEPOperator>(user) || isa<PHINode>(user) || isa<SelectInst>(user) || isa<FreezeInst>(user) ||
            isa<BitCastOperator>(user) || isa<AddrSpaceCastOperator>(user)) {
          if (!isa<GEPOperator>(user) || edge.getOperandNo() == 0)
            push(user);
        } else if (auto *load = dyn_cast<LoadInst>(user)) {
          use.loaded = true;
          use.elements.insert(typeText(load->getType()));
          noteExtent(use, pointer, value, *load, load->getType());
          noteLoaded(load, origin, use);
        } else if (auto *store = dyn_cast<StoreInst>(user)) {
          if (edge.getOperandNo() == 0) {
            use.escapes = true;
          } else {
            use.stored = true;
            use.elements.insert(typeText(store->getValueOperand()->getType()));
            noteExtent(use, pointer, value, *store, store->getValueOperand()->getType());
          }
        } else if (auto *compare = dyn_cast<ICmpInst>(user)) {
          for (Value *operand : compare->operands())
            if (auto *other = dyn_cast<Argument>(operand->stripInBoundsOffsets()))
              if (other->getParent() == &entry_ && other->getArgNo() != origin)
                use.comparedWith.insert(other->getArgNo());
        } else if (isa<AtomicRMWInst>(user) || isa<AtomicCmpXchgInst>(user)) {
          use.loaded = use.stored = true;
          use.bounded = false;
        } else if (auto *call = dyn_cast<CallBase>(user)) {
          pointerIntoCall(*call, edge.getOperandNo(), use, push);
        }
      }
    }
  }

  // How far an access reaches where loop bounds are constant: the range of its distance from the pointer's
  // start.
  void noteExtent(Use &use, Value *base, Value *pointer, Instruction &access, Type *type) {
    if (access.getFunction() != &entry_ || !evolution_) {
      use.bounded = false;
      return;
    }
    const SCEV *distance = evolution_->getMinusSCEV(evolution_->getSCEV(pointer), evolution_->getSCEV(base));
    TypeSize size = access.getModule()->getDataLayout().getTypeStoreSize(type);
    if (isa<SCEVCouldNotCompute>(distance) || size.isScalable()) {
      use.bounded = false;
      return;
    }
    bool constant = isConstant(distance);
    for (Loop *loop = loops_[&entry_]->getLoopFor(access.getParent()); loop; loop = loop->getParentLoop())
      constant &= isConstant(evolution_->getBackedgeTakenCount(loop));
    ConstantRange range = evolution_->getSignedRange(distance);
    constexpr int64_t Largest = int64_t(1) << 40;
    if (!constant || range.isFullSet() || range.getSignedMin().isNegative() ||
        range.getSignedMax().sgt(Largest))
      use.bounded = false;
    else
      use.extent = std::max<int64_t>(use.extent, range.getSignedMax().getSExtValue() + size.getFixedValue());
  }

  // Made of constants and induction variables alone.
  static bool isConstant(const SCEV *expression) {
    return !SCEVExprContains(expression,
                             [](const SCEV *part) { return isa<SCEVUnknown, SCEVCouldNotCompute>(part); });
  }

  void noteLoaded(LoadInst *load, size_t origin, Use &use) {
    if (load->getType()->isIntegerTy())
      loadedIntegers_.push_back({load, origin});
    if (!load->getType()->isPointerTy())
      return;
    SmallVector<Value *, 8> work{load};
    DenseSet<Value *> seen{load};
    while (!work.empty())
      for (User *user : work.pop_back_val()->users()) {
        if (isa<GEPOperator>(user) || isa<PHINode>(user) || isa<SelectInst>(user)) {
          if (seen.insert(user).second)
            work.push_back(user);
        } else if (auto *inner = dyn_cast<LoadInst>(user)) {
          use.pointers.insert(typeText(inner->getType()));
        } else if (auto *store = dyn_cast<StoreInst>(user);
                   store && seen.contains(store->getPointerOperand())) {
          use.pointers.insert(typeText(store->getValueOperand()->getType()));
        }
      }
  }

  template <typename Push> void pointerIntoCall(CallBase &call, unsigned operand, Use &use, Push push) {
    if (auto *intrinsic = dyn_cast<IntrinsicInst>(&call); !intrinsic || !intrinsic->isAssumeLikeIntrinsic())
      use.bounded = false;
    if (isa<MemIntrinsic>(call)) {
      (operand == 0 ? use.stored : use.loaded) = true;
    } else if (auto *intrinsic = dyn_cast<IntrinsicInst>(&call)) {
      if (intrinsic->isAssumeLikeIntrinsic())
        return;
      if (intrinsic->getType()->isVoidTy())
        use.stored = true;
      else
        use.loaded = true;
    } else if (Function *callee = call.getCalledFunction()) {
      if (!call.isArgOperand(&call.getOperandUse(operand)))
        return;
      if (!callee->isDeclaration()) {
        if (operand < callee->arg_size())
          push(callee->getArg(operand));
        return;
      }
      use.callees.insert(callee->getName().str());
      use.loaded = true;
      if (!call.onlyReadsMemory() && !call.onlyReadsMemory(operand))
        use.stored = true;
      if (call.getType()->isPointerTy())
        push(&call); // strchr and its like return into the same object
    } else {
      use.escapes = true;
    }
  }

  // ---- integers

  // An integer on its way: whether it went through a multiplication or a loop's phi, or was cut to a range by
  // a mask.
  struct Step {
    Value *value;
    bool scaled, carried, masked;
  };

  void followInteger(Value *start, std::set<std::string> &facts, Use &use) {
    SmallVector<Step, 16> work{{start, false, false, false}};
    DenseSet<std::pair<Value *, unsigned>> seen;
    while (!work.empty()) {
      Step step = work.pop_back_val();
      if (!seen.insert({step.value, unsigned(step.scaled) | step.carried << 1 | step.masked << 2}).second)
        continue;
      for (const llvm::Use &edge : step.value->uses())
        if (auto *user = dyn_cast<Instruction>(edge.getUser()))
          integerSink(*user, edge.getOperandNo(), step, facts, use, work);
    }
  }

  void integerSink(Instruction &user, unsigned operand, Step step, std::set<std::string> &facts, Use &use,
                   SmallVectorImpl<Step> &work) {
    auto pass = [&](bool scaled = false, bool carried = false, bool masked = false) {
      work.push_back({&user, step.scaled || scaled, step.carried || carried, step.masked || masked});
    };
    switch (user.getOpcode()) {
    case Instruction::ZExt:
    case Instruction::SExt:
    case Instruction::Trunc:
    case Instruction::Freeze:
    case Instruction::Add:
    case Instruction::Sub:
    case Instruction::Or:
    case Instruction::Xor:
      return pass();
    case Instruction::And:
      return pass(false, false, isa<ConstantInt>(user.getOperand(1)));
    case Instruction::Mul:
      return pass(true);
    case Instruction::Shl:
    case Instruction::LShr:
    case Instruction::AShr:
      if (operand == 1)
        facts.insert("shift");
      return operand == 0 ? pass() : pass(true);
    case Instruction::URem:
    case Instruction::SRem:
      if (operand == 1)
        facts.insert("divisor");
      return operand == 1 ? pass() : pass(false, false, isa<ConstantInt>(user.getOperand(1)));
    case Instruction::UDiv:
    case Instruction::SDiv:
      if (operand == 1)
        facts.insert("divisor");
      return pass();
    case Instruction::Select:
      return operand == 0 ? void() : pass();
    case Instruction::PHI: {
      Loop *loop = loops_[user.getFunction()]->getLoopFor(user.getParent());
      bool header = loop && loop->getHeader() == user.getParent();
      bool enters = header && !loop->contains(cast<PHINode>(user).getIncomingBlock(operand));
      if (enters && !step.carried)
        facts.insert("start");
      return pass(false, header);
    }
    case Instruction::ICmp:
      return compareSink(cast<ICmpInst>(user), operand, step, facts);
    case Instruction::GetElementPtr:
      if (operand > 0)
        indexSink(cast<GetElementPtrInst>(user), operand, step, facts, use);
      return;
    case Instruction::Store:
      facts.insert("stored");
      return;
    case Instruction::SIToFP:
    case Instruction::UIToFP:
      facts.insert("float");
      return;
    case Instruction::Ret:
      facts.insert("returned");
      return;
    case Instruction::Switch:
      facts.insert("compare");
      return;
    case Instruction::Alloca:
      facts.insert("alloc");
      return;
    case Instruction::Call:
    case Instruction::Invoke:
      return callSink(cast<CallBase>(user), operand, step, facts, use, work);
    default:
      return;
    }
  }

  // Whether a comparison, alone or with others, decides if some loop goes on.
  bool decidesExit(Instruction &compare) {
    LoopInfo &loops = *loops_[compare.getFunction()];
    SmallVector<Value *, 4> work{&compare};
    DenseSet<Value *> seen;
    bool exits = false;
    while (!work.empty()) {
      Value *value = work.pop_back_val();
      if (!seen.insert(value).second)
        continue;
      for (User *user : value->users()) {
        if (auto *branch = dyn_cast<BranchInst>(user)) {
          Loop *loop = loops.getLoopFor(branch->getParent());
          exits |= loop && loop->isLoopExiting(branch->getParent());
        } else if (isa<BinaryOperator>(user) || isa<SelectInst>(user) || isa<PHINode>(user)) {
          work.push_back(user);
        }
      }
    }
    return exits;
  }

  void compareSink(ICmpInst &compare, unsigned operand, Step step, std::set<std::string> &facts) {
    bool exits = decidesExit(compare);
    Value *other = compare.getOperand(1 - operand);
    if (auto *constant = dyn_cast<Constant>(other);
        exits && constant && constant->isNullValue() && !step.carried)
      facts.insert("terminator");
    if (!step.carried && isInduction(other)) // also `k < m && …`, whose first half only guards the second
      facts.insert("bound");
    else
      facts.insert("compare");
  }

  // Computed from what a loop carries from one iteration to the next, and from nothing that is loaded.
  bool isInduction(Value *value, unsigned depth = 0) {
    constexpr unsigned Deepest = 6;
    if (auto *phi = dyn_cast<PHINode>(value)) {
      Loop *loop = loops_[phi->getFunction()]->getLoopFor(phi->getParent());
      if (loop && loop->getHeader() == phi->getParent())
        return true;
    } else if (!isa<CastInst>(value) && !isa<BinaryOperator>(value) && !isa<SelectInst>(value))
      return false;
    return depth < Deepest && any_of(
                                  cast<User>(value)->operands(),
                                  [&](Value *operand) { return isInduction(operand, depth + 1); });
  }

  void indexSink(GetElementPtrInst &gep, unsigned operand, Step step, std::set<std::string> &facts,
                 Use &use) {
    facts.insert(step.scaled && !step.carried ? "stride" : "index");
    if (step.scaled)
      facts.insert("stride");
    for (User *user : gep.users()) // `first + n` as the end of a range of pointers
      if (auto *compare = dyn_cast<ICmpInst>(user); compare && !step.carried && decidesExit(*compare))
        facts.insert("bound");
    if (step.masked)
      return;
    auto targets = pointees_.find(gep.getPointerOperand());
    if (targets != pointees_.end())
      use.indexInto.insert(targets->second.begin(), targets->second.end());
    if (auto *local = dyn_cast<AllocaInst>(gep.getPointerOperand()->stripInBoundsOffsets()))
      if (gep.getPointerOperand()->stripInBoundsOffsets() == local)
        use.indexInto.insert(-1 - localCount(*local, gep));
  }

  // Elements of a local array, in units of what the index counts; 0 where the size is not constant.
  static int64_t localCount(const AllocaInst &local, const GetElementPtrInst &gep) {
    const DataLayout &layout = local.getModule()->getDataLayout();
    std::optional<TypeSize> size = local.getAllocationSize(layout);
    if (!size || size->isScalable() || !gep.getResultElementType()->isSized())
      return 0;
    uint64_t element = layout.getTypeAllocSize(gep.getResultElementType()).getFixedValue();
    return element ? static_cast<int64_t>(size->getFixedValue() / element) : 0;
  }

  void callSink(CallBase &call, unsigned operand, Step step, std::set<std::string> &facts, Use &use,
                SmallVectorImpl<Step> &work) {
    if (isa<MemIntrinsic>(call)) {
      facts.insert("length");
      return;
    }
    if (auto *intrinsic = dyn_cast<IntrinsicInst>(&call)) {
      if (!intrinsic->isAssumeLikeIntrinsic() && call.getType()->isIntegerTy())
        work.push_back(
            {&call, step.scaled, step.carried, step.masked}); // min, max, abs, saturating arithmetic
      if (call.getType()->isStructTy())
        for (User *user : call.users()) // arithmetic with overflow
          work.push_back({user, step.scaled, step.carried, step.masked});
      return;
    }
    Function *callee = call.getCalledFunction();
    if (!callee || !call.isArgOperand(&call.getOperandUse(operand)))
      return;
    if (!callee->isDeclaration()) {
      if (operand < callee->arg_size())
        work.push_back({callee->getArg(operand), step.scaled, step.carried, step.masked});
      return;
    }
    use.callees.insert(callee->getName().str());
    static const std::set<StringRef> allocators = {"malloc", "calloc", "realloc", "aligned_alloc",
                                                   "_Znwm",  "_Znam",  "alloca"};
    static const std::set<StringRef> lengths = {"memcpy", "memmove", "memset", "memcmp",
                                                "memchr", "strncmp", "strncpy"};
    facts.insert(allocators.count(callee->getName()) ? "alloc"
                 : lengths.count(callee->getName())  ? "length"
                                                     : "call");
  }

  // ---- the whole function

  json::Object functionFacts() {
    std::set<std::string> callees, intrinsics;
    bool assembly = false, isVolatile = false, atomic = false, clock = false, indirect = false,
         recursive = false;
    bool truncates = false, converges = false;
    int64_t loops = 0;
    for (Function *function : functions_) {
      loops += static_cast<int64_t>(loops_[function]->getLoopsInPreorder().size());
      for (Instruction &instruction : instructions(*function)) {
        isVolatile |= instruction.isVolatile();
        atomic |= instruction.isAtomic();
        truncates |= isa<FPToSIInst>(instruction) || isa<FPToUIInst>(instruction);
        converges |= isa<FCmpInst>(instruction) && decidesExit(instruction);
        auto *call = dyn_cast<CallBase>(&instruction);
        if (!call)
          continue;
        Function *callee = call->getCalledFunction();
        if (call->isInlineAsm())
          assembly = true;
        else if (!callee)
          indirect = true;
        else if (callee->isIntrinsic()) {
          Intrinsic::ID id = callee->getIntrinsicID();
          clock |= id == Intrinsic::readcyclecounter || id == Intrinsic::readsteadycounter ||
                   callee->getName().starts_with("llvm.x86.rdtsc");
          if (callee->getName().starts_with("llvm.x86."))
            intrinsics.insert(callee->getName().str());
        } else if (callee->isDeclaration())
          callees.insert(callee->getName().str());
        recursive |= callee == function;
      }
    }
    return json::Object{{"callees", json::Array(callees)},
                        {"intrinsics", json::Array(intrinsics)},
                        {"inline_asm", assembly},
                        {"volatile", isVolatile},
                        {"atomic", atomic},
                        {"clock", clock},
                        {"indirect_call", indirect},
                        {"loops", loops},
                        {"recursive", recursive},
                        {"float_to_int", truncates},
                        {"float_exit", converges}};
  }

  json::Object toJson(const Use &use) {
    json::Array targets;
    for (int64_t target : use.indexInto)
      if (target < 0)
        targets.push_back(json::Object{{"local", -1 - target}});
      else if (target >= GlobalBase)
        targets.push_back(json::Object{{"global", globals_[target - GlobalBase]->getName().str()}});
      else
        targets.push_back(json::Object{{"argument", target}});
    return json::Object{{"uses", json::Array(use.uses)},
                        {"elements", json::Array(use.elements)},
                        {"loaded", use.loaded},
                        {"stored", use.stored},
                        {"escapes", use.escapes},
                        {"extent", use.bounded ? use.extent : 0},
                        {"values", json::Array(use.values)},
                        {"index_into", std::move(targets)},
                        {"pointers", json::Array(use.pointers)},
                        {"compared_with", json::Array(use.comparedWith)},
                        {"callees", json::Array(use.callees)}};
  }

  Function &entry_;
  std::vector<GlobalVariable *> globals_;
  std::vector<Function *> functions_;
  DenseMap<Function *, std::unique_ptr<DominatorTree>> dominators_;
  DenseMap<Function *, std::unique_ptr<LoopInfo>> loops_;
  TargetLibraryInfoImpl libraryImpl_;
  TargetLibraryInfo library_;
  AssumptionCache assumptions_;
  std::unique_ptr<ScalarEvolution> evolution_;
  std::vector<Use> uses_;                                  // arguments, then globals
  DenseMap<Value *, std::set<int64_t>> pointees_;          // pointer value: whose memory it may point into
  std::vector<std::pair<Value *, size_t>> loadedIntegers_; // loaded value, slot of uses_
};

} // namespace

json::Value describeUses(Function &function) {
  std::string name = function.getName().str();
  Module &module = *function.getParent();
  function.setLinkage(GlobalValue::ExternalLinkage);
  function.setComdat(nullptr);
  simplify(module, function);
  return Flow(*module.getFunction(name)).describe();
}

} // namespace passwright
