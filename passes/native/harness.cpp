// What the runner needs around a kernel: a call shim of one fixed C signature, and a call before each memory
// access.
#include "errors.h"
#include "module.h"
#include "uses.h"

#include <llvm/ADT/StringExtras.h>
#include <llvm/Analysis/ValueTracking.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/IntrinsicInst.h>
#include <nanobind/stl/string.h>

using namespace llvm;
namespace nb = nanobind;

namespace passwright {
namespace {

std::string shimName(StringRef function) {
  std::string name = "__pw_call_";
  for (char c : function)
    name += isAlnum(c) ? c : '_';
  return name;
}

// Attributes under which arguments travel the same way on both sides of the call.
void copyCodegenAttributes(const Function &from, Function &to) {
  for (StringRef key :
       {"target-cpu", "target-features", "tune-cpu", "min-legal-vector-width", "frame-pointer"})
    if (from.hasFnAttribute(key))
      to.addFnAttr(from.getFnAttribute(key));
}

// `void shim(void **slots, void *ret)`: loads each argument through its slot, calls, stores the result.
ModuleHandle buildShim(Function &function) {
  Module &source = *function.getParent();
  LLVMContext &context = source.getContext();
  Module module(shimName(function.getName()), context);
  module.setDataLayout(source.getDataLayout());
  module.setTargetTriple(source.getTargetTriple());

  Function *callee =
      Function::Create(function.getFunctionType(), Function::ExternalLinkage, function.getName(), module);
  callee->setCallingConv(function.getCallingConv());
  AttributeList attributes = function.getAttributes();
  callee->setAttributes(AttributeList::get(context, AttributeSet(), attributes.getRetAttrs(), [&] {
    SmallVector<AttributeSet, 8> sets;
    for (unsigned i = 0; i < function.arg_size(); ++i)
      sets.push_back(attributes.getParamAttrs(i));
    return sets;
  }()));
  copyCodegenAttributes(function, *callee);

  IRBuilder<> builder(context);
  PointerType *pointer = builder.getPtrTy();
  Function *shim = Function::Create(FunctionType::get(builder.getVoidTy(), {pointer, pointer}, false),
                                    Function::ExternalLinkage, shimName(function.getName()), module);
  copyCodegenAttributes(function, *shim);
  builder.SetInsertPoint(BasicBlock::Create(context, "", shim));

  SmallVector<Value *, 8> arguments;
  for (Argument &argument : function.args()) {
    Value *slot = builder.CreateLoad(
        pointer, builder.CreateConstInBoundsGEP1_64(pointer, shim->getArg(0), argument.getArgNo()));
    Type *type = argument.getType();
    bool isFlag = type->isIntegerTy(1);
    Value *value = builder.CreateAlignedLoad(isFlag ? builder.getInt8Ty() : type, slot, Align(1));
    arguments.push_back(isFlag ? builder.CreateTrunc(value, type) : value);
  }
  CallInst *call = builder.CreateCall(callee, arguments);
  call->setCallingConv(callee->getCallingConv());
  call->setAttributes(AttributeList::get(context, AttributeSet(), callee->getAttributes().getRetAttrs(), [&] {
    SmallVector<AttributeSet, 8> sets;
    for (unsigned i = 0; i < callee->arg_size(); ++i)
      sets.push_back(callee->getAttributes().getParamAttrs(i));
    return sets;
  }()));
  if (!call->getType()->isVoidTy()) {
    Value *result = call->getType()->isIntegerTy(1) ? builder.CreateZExt(call, builder.getInt8Ty()) : call;
    builder.CreateAlignedStore(result, shim->getArg(1), Align(1));
  }
  builder.CreateRetVoid();
  std::string bitcode = bitcodeOf(module);
  return parseModule(MemoryBufferRef(bitcode, module.getName()));
}

class Instrumenter {
public:
  explicit Instrumenter(Module &module) : module_(module), layout_(module.getDataLayout()) {
    LLVMContext &context = module.getContext();
    hook_ =
        module.getOrInsertFunction("__pw_access", Type::getVoidTy(context), PointerType::getUnqual(context),
                                   Type::getInt64Ty(context), Type::getInt32Ty(context));
  }

  void run() {
    // The runner tells globals apart by their exported names.
    for (GlobalVariable &global : module_.globals())
      if (global.hasLocalLinkage() && global.hasName() && !global.isConstant())
        global.setLinkage(GlobalValue::ExternalLinkage);
    for (Function &function : module_) {
      SmallVector<Instruction *, 64> accesses;
      for (Instruction &instruction : instructions(function))
        if (instruction.mayReadOrWriteMemory())
          accesses.push_back(&instruction);
      for (Instruction *access : accesses)
        visit(*access);
    }
  }

private:
  void visit(Instruction &access) {
    if (auto *load = dyn_cast<LoadInst>(&access))
      report(access, load->getPointerOperand(), load->getType(), false);
    else if (auto *store = dyn_cast<StoreInst>(&access))
      report(access, store->getPointerOperand(), store->getValueOperand()->getType(), true);
    else if (auto *update = dyn_cast<AtomicRMWInst>(&access))
      readAndWrite(access, update->getPointerOperand(), update->getType());
    else if (auto *exchange = dyn_cast<AtomicCmpXchgInst>(&access))
      readAndWrite(access, exchange->getPointerOperand(), exchange->getCompareOperand()->getType());
    else if (auto *memory = dyn_cast<AnyMemIntrinsic>(&access)) {
      if (auto *transfer = dyn_cast<AnyMemTransferInst>(memory))
        report(access, transfer->getRawSource(), transfer->getLength(), false);
      report(access, memory->getRawDest(), memory->getLength(), true);
    } else if (auto *intrinsic = dyn_cast<IntrinsicInst>(&access)) {
      // A masked access counts whole: the lanes that are off belong to the same row.
      if (intrinsic->getIntrinsicID() == Intrinsic::masked_load)
        report(access, intrinsic->getArgOperand(0), intrinsic->getType(), false);
      else if (intrinsic->getIntrinsicID() == Intrinsic::masked_store)
        report(access, intrinsic->getArgOperand(1), intrinsic->getArgOperand(0)->getType(), true);
    } else if (auto *call = dyn_cast<CallInst>(&access); call && call->getCalledFunction())
      libraryCall(*call);
  }

  void readAndWrite(Instruction &access, Value *pointer, Type *type) {
    report(access, pointer, type, false);
    report(access, pointer, type, true);
  }

  // Functions outside the module that walk memory the kernel gave them; what they touch is reported once it
  // is known.
  void libraryCall(CallInst &call) {
    StringRef name = call.getCalledFunction()->getName();
    Type *size = Type::getInt64Ty(module_.getContext());
    if (name == "strlen" && call.arg_size() == 1 && call.getType() == size && !call.isTerminator()) {
      IRBuilder<> builder(call.getNextNode());
      emit(builder, call.getArgOperand(0), builder.CreateAdd(&call, ConstantInt::get(size, 1)), false);
      return;
    }
    bool copies = name == "memcpy" || name == "memmove";
    bool sized = copies || name == "memset" || name == "memcmp";
    if (!sized || call.arg_size() != 3 || call.getArgOperand(2)->getType() != size)
      return;
    if (copies || name == "memcmp")
      report(call, call.getArgOperand(1), call.getArgOperand(2), false);
    report(call, call.getArgOperand(0), call.getArgOperand(2), name != "memcmp");
  }

  void report(Instruction &access, Value *pointer, Type *type, bool write) {
    TypeSize size = layout_.getTypeStoreSize(type);
    if (!size.isScalable())
      report(access, pointer, ConstantInt::get(Type::getInt64Ty(module_.getContext()), size.getFixedValue()),
             write);
  }

  // A function's own variables are nobody else's business; nearly all accesses of unoptimised code go to
  // them.
  void report(Instruction &access, Value *pointer, Value *size, bool write) {
    if (isa<AllocaInst>(getUnderlyingObject(pointer)) || pointer->getType()->getPointerAddressSpace() != 0)
      return;
    IRBuilder<> builder(&access);
    emit(builder, pointer, builder.CreateZExtOrTrunc(size, builder.getInt64Ty()), write);
  }

  void emit(IRBuilder<> &builder, Value *pointer, Value *size, bool write) {
    // A call without a location inside a function with debug info is invalid once that function is inlined.
    CallInst *call = builder.CreateCall(hook_, {pointer, size, builder.getInt32(write)});
    if (DISubprogram *scope = call->getFunction()->getSubprogram(); scope && !call->getDebugLoc())
      call->setDebugLoc(DILocation::get(module_.getContext(), 0, 0, scope));
  }

  Module &module_;
  const DataLayout &layout_;
  FunctionCallee hook_;
};

// The defined function of that name. Throws InputError with what there is.
Function &findFunction(Module &module, const std::string &name) {
  Function *function = module.getFunction(name);
  if (function && !function->isDeclaration())
    return *function;
  std::string known;
  for (Function &candidate : module)
    if (!candidate.isDeclaration() && known.size() < 200)
      known += (known.empty() ? "" : ", ") + candidate.getName().str();
  throw CoreError(ErrorKind::Input,
                  "no function '" + name + "' is defined in " + module.getModuleIdentifier(),
                  known.empty() ? "the module defines no function" : "defined there: " + known);
}

// Throws InputError for what no shim can call.
void checkCallable(const Function &function) {
  std::string name = function.getName().str();
  if (function.isVarArg())
    throw CoreError(ErrorKind::Input, "'" + name + "' takes a variable number of arguments",
                    "wrap it in a function with fixed arguments");
  for (const Argument &argument : function.args())
    if (argument.hasAttribute(Attribute::InAlloca) || argument.hasAttribute(Attribute::Preallocated))
      throw CoreError(ErrorKind::Input, "'" + name + "' takes arguments on a stack of the caller's making",
                      "wrap it in a function that takes pointers");
}

nb::object toPython(const json::Value &value) {
  switch (value.kind()) {
  case json::Value::Null:
    return nb::none();
  case json::Value::Boolean:
    return nb::bool_(*value.getAsBoolean());
  case json::Value::Number:
    if (auto integer = value.getAsInteger())
      return nb::int_(*integer);
    return nb::float_(*value.getAsNumber());
  case json::Value::String:
    return nb::str(value.getAsString()->data(), value.getAsString()->size());
  case json::Value::Array: {
    nb::list list;
    for (const json::Value &item : *value.getAsArray())
      list.append(toPython(item));
    return list;
  }
  case json::Value::Object: {
    nb::dict dict;
    for (const auto &[key, item] : *value.getAsObject())
      dict[nb::str(key.str().c_str())] = toPython(item);
    return dict;
  }
  }
  return nb::none();
}

} // namespace

void populate_signature(nb::module_ &m) {
  m.def(
      "signature",
      [](ModuleHandle &handle, const std::string &name) {
        json::Value value =
            withModule(handle, [&](Module &module) { return describeSignature(findFunction(module, name)); });
        return nb::cast<nb::dict>(toPython(value));
      },
      nb::arg("module"), nb::arg("function"),
      "The function's C signature, types from debug info; docs/architecture.md has the keys. Raises "
      "errors.InputError when it is not defined.");
  m.def(
      "argument_uses",
      [](ModuleHandle &handle, const std::string &name) {
        json::Value value = withModule(handle, [&](Module &module) {
          findFunction(module, name);
          ModuleHandle copy = isolateModule(handle);
          return describeUses(*copy.module->getFunction(name));
        });
        return nb::cast<nb::dict>(toPython(value));
      },
      nb::arg("module"), nb::arg("function"),
      "What the function does with each argument and global: hints for workload inference "
      "(passes/native/uses.h). Raises errors.InputError when it is not defined.");
}

void populate_harness(nb::module_ &m) {
  m.def(
      "shim_name", [](const std::string &function) { return shimName(function); }, nb::arg("function"),
      "Symbol of the function's call shim.");
  m.def(
      "call_shim",
      [](ModuleHandle &handle, const std::string &name) {
        return withModule(handle, [&](Module &module) {
          Function &function = findFunction(module, name);
          checkCallable(function);
          return buildShim(function);
        });
      },
      nb::arg("module"), nb::arg("function"),
      "A module with `void __pw_call_<function>(void **slots, void *ret)`, which calls the function. Raises "
      "errors.InputError for functions that cannot be called so.");
  m.def(
      "instrument_memory",
      [](ModuleHandle &handle) { withModule(handle, [](Module &module) { Instrumenter(module).run(); }); },
      nb::arg("module"),
      "Inserts `void __pw_access(void *p, int64_t size, int32_t write)` before each access to memory that is "
      "not "
      "a local variable, in place. Local globals become visible, so that touches of them can be named.");
}

} // namespace passwright
