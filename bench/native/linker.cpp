//===- linker.cpp - Objects into runnable variants ------------------------===//

#include "linker.h"

#include "address.h"
#include "faults.h"
#include "symbols.h"

#include <llvm/ADT/StringExtras.h>
#include <llvm/ADT/StringMap.h>
#include <llvm/ExecutionEngine/JITLink/EHFrameSupport.h>
#include <llvm/ExecutionEngine/Orc/Core.h>
#include <llvm/ExecutionEngine/Orc/ExecutorProcessControl.h>
#include <llvm/ExecutionEngine/Orc/ObjectFileInterface.h>
#include <llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h>
#include <llvm/Support/MemoryBuffer.h>

#include <dlfcn.h>

using namespace llvm;
using namespace llvm::orc;
namespace jl = llvm::jitlink;

namespace pw {
namespace {

using InitFunction = void (*)(int, char **, char **);

/// What the link of one variant brings to light, gathered object by object.
struct Linked {
  Variant *Into = nullptr;
  struct Functions {
    std::string Key; ///< Orders them: object, then the section's priority.
    char *Start;
    size_t Count;
  };
  std::vector<Functions> Init, Fini;
};

/// Finds what a variant does not define: our own functions, then the process's.
class ProcessSymbols : public DefinitionGenerator {
public:
  explicit ProcessSymbols(Watch Mode) : Mode(Mode) {}

  Error tryToGenerate(LookupState &, LookupKind, JITDylib &JD, JITDylibLookupFlags,
                      const SymbolLookupSet &Wanted) override {
    SymbolMap Found;
    for (const auto &[Name, Flags] : Wanted) {
      std::string Text = (*Name).str();
      void *Address = providedSymbol(Text, Mode);
      if (!Address)
        Address = dlsym(RTLD_DEFAULT, Text.c_str());
      if (Address)
        Found[Name] = {ExecutorAddr::fromPtr(Address), JITSymbolFlags::Exported | JITSymbolFlags::Callable};
    }
    return Found.empty() ? Error::success() : JD.define(absoluteSymbols(std::move(Found)));
  }

private:
  Watch Mode;
};

/// Keeps static constructors alive and notes symbols, writable memory and constructors of each object.
class Collector : public ObjectLinkingLayer::Plugin {
public:
  explicit Collector(Linked *&Current) : Current(Current) {}

  void modifyPassConfig(MaterializationResponsibility &, jl::LinkGraph &,
                        jl::PassConfiguration &Config) override {
    Config.PrePrunePasses.push_back([](jl::LinkGraph &G) {
      for (jl::Section &S : G.sections())
        if (isInit(S.getName()) || isFini(S.getName()) || isWalked(S.getName()))
          for (jl::Block *B : S.blocks())
            G.addAnonymousSymbol(*B, 0, B->getSize(), false, true);
      // Code reaches local symbols by their section; their names are for globals and for reports.
      for (jl::Symbol *Sym : G.defined_symbols())
        Sym->setLive(true);
      return Error::success();
    });
    Config.PostAllocationPasses.push_back([this](jl::LinkGraph &G) {
      collect(G);
      return Error::success();
    });
  }
  Error notifyFailed(MaterializationResponsibility &) override { return Error::success(); }
  Error notifyRemovingResources(JITDylib &, ResourceKey) override { return Error::success(); }
  void notifyTransferringResources(JITDylib &, ResourceKey, ResourceKey) override {}

private:
  static bool isInit(StringRef Section) { return Section.starts_with(".init_array"); }
  static bool isFini(StringRef Section) { return Section.starts_with(".fini_array"); }
  /// A section that code walks from __start_NAME to __stop_NAME: a plain identifier.
  static bool isWalked(StringRef Section) {
    return all_of(Section, [](char C) { return isAlnum(C) || C == '_'; });
  }

  /// Constructors with a priority run before those without, lower numbers first.
  static std::string order(const jl::LinkGraph &G, StringRef Section) {
    StringRef Priority = Section.rsplit('.').second;
    unsigned Number = 65535;
    Priority.getAsInteger(10, Number);
    char Text[16];
    snprintf(Text, sizeof(Text), "%05u", Number);
    return std::string(Text) + G.getName();
  }

  void collect(jl::LinkGraph &G) {
    if (!Current)
      return;
    Variant &V = *Current->Into;
    for (jl::Section &S : G.sections()) {
      if (S.getMemLifetime() == MemLifetime::NoAlloc || S.blocks_size() == 0)
        continue;
      jl::SectionRange Range(S);
      bool Writable = (S.getMemProt() & MemProt::Write) != MemProt::None;
      bool Executable = (S.getMemProt() & MemProt::Exec) != MemProt::None;
      char *Start = Range.getStart().toPtr<char *>();
      if (isInit(S.getName()))
        Current->Init.push_back({order(G, S.getName()), Start, Range.getSize() / sizeof(void *)});
      else if (isFini(S.getName()))
        Current->Fini.push_back({order(G, S.getName()), Start, Range.getSize() / sizeof(void *)});
      else if (Writable)
        V.States.push_back({Start, Range.getSize(), {}});
      for (jl::Symbol *Sym : S.symbols()) {
        if (!Sym->hasName())
          continue;
        // A static variable that kernel and rest of a file share has this after its name
        // (passes/native/promote.h).
        StringRef Plain = Sym->getName();
        Plain.consume_back(".passwright");
        std::string Name = Plain.str();
        if (Executable) {
          V.Code.push_back({Name, Sym->getAddress().getValue(), Sym->getSize()});
        } else if (Sym->getSize()) {
          bool HasPointers = Sym->getBlock().edges_size() != 0;
          V.Data.push_back({Name, Sym->getAddress().toPtr<char *>(), Sym->getSize(), Writable,
                            Sym->getScope() == jl::Scope::Default, HasPointers});
        }
      }
    }
  }

  Linked *&Current;
};

void call(std::vector<Linked::Functions> &Tables) {
  stable_sort(Tables, [](const auto &A, const auto &B) { return A.Key < B.Key; });
  for (const Linked::Functions &T : Tables)
    for (size_t I = 0; I < T.Count; ++I)
      if (auto F = reinterpret_cast<InitFunction *>(T.Start)[I])
        F(0, nullptr, nullptr);
}

Error failure(const Twine &Message) { return createStringError(inconvertibleErrorCode(), Message); }

} // namespace

struct Linker::Implementation {
  struct Loaded {
    Variant V;
    JITDylib *Library = nullptr;
    std::vector<Linked::Functions> Fini;
  };

  explicit Implementation(std::unique_ptr<ExecutorProcessControl> Control)
      : Session(std::move(Control)), Layer(Session), Process(Session.createBareJITDylib("<process>")),
        Touch(Session.createBareJITDylib("<touch>")), Heap(Session.createBareJITDylib("<heap>")) {
    Session.setErrorReporter([this](Error E) { note(std::move(E)); });
    Layer.addPlugin(std::make_shared<EHFrameRegistrationPlugin>(
        Session, std::make_unique<jl::InProcessEHFrameRegistrar>()));
    Layer.addPlugin(std::make_shared<Collector>(Current));
    Process.addGenerator(std::make_unique<ProcessSymbols>(Watch::Nothing));
    Touch.addGenerator(std::make_unique<ProcessSymbols>(Watch::Touches));
    Heap.addGenerator(std::make_unique<ProcessSymbols>(Watch::Heap));
  }
  ~Implementation() {
    // The process is about to end: taking the session apart would only cost time.
    Session.setErrorReporter([](Error E) { consumeError(std::move(E)); });
    cantFail(Session.endSession());
  }

  /// Keeps the names of missing symbols apart from everything else that went wrong.
  void note(Error E) {
    handleAllErrors(
        std::move(E),
        [this](SymbolsNotFound &Missing) {
          for (const SymbolStringPtr &Name : Missing.getSymbols())
            MissingSymbols.push_back((*Name).str());
        },
        [](FailedToMaterialize &) {}, // Only repeats that something else failed.
        [this](ErrorInfoBase &Other) { Messages.push_back(Other.message()); });
  }

  Error explain(StringRef Name, Error E) {
    note(std::move(E));
    std::string Text = "cannot link '" + Name.str() + "': ";
    if (!MissingSymbols.empty()) {
      llvm::sort(MissingSymbols);
      MissingSymbols.erase(std::unique(MissingSymbols.begin(), MissingSymbols.end()), MissingSymbols.end());
      Text += "undefined symbol" + std::string(MissingSymbols.size() > 1 ? "s " : " ") +
              join(MissingSymbols, ", ");
    } else {
      Text += Messages.empty() ? "unknown reason" : join(Messages, "; ");
    }
    return failure(Text);
  }

  Error link(Loaded &L, ArrayRef<StringRef> Objects, bool CountHeap, Linked &Result) {
    SymbolLookupSet All;
    bool Touching = false;
    for (size_t I = 0; I < Objects.size(); ++I) {
      // The number is the object's name in its link graph and orders static constructors.
      char Number[16];
      snprintf(Number, sizeof(Number), "%03zu", I);
      auto Buffer = MemoryBuffer::getMemBufferCopy(Objects[I], Number);
      auto Interface = getObjectFileInterface(Session, Buffer->getMemBufferRef());
      if (!Interface)
        return Interface.takeError();
      // The symbol that stands for an object's constructors exists in name only and is asked for weakly.
      for (const auto &[Symbol, Flags] : Interface->SymbolFlags)
        All.add(Symbol, Flags.hasMaterializationSideEffectsOnly() ? SymbolLookupFlags::WeaklyReferencedSymbol
                                                                  : SymbolLookupFlags::RequiredSymbol);
      Touching |= Objects[I].contains("__pw_access");
      if (Error E =
              Layer.add(L.Library->getDefaultResourceTracker(), std::move(Buffer), std::move(*Interface)))
        return E;
    }
    All.removeDuplicates();
    L.Library->addToLinkOrder(Touching ? Touch : CountHeap ? Heap : Process);
    // Everything is looked up, not the shim alone: an object that nothing refers to may have constructors.
    Current = &Result;
    auto Found = Session.lookup({{L.Library, JITDylibLookupFlags::MatchAllSymbols}}, std::move(All));
    Current = nullptr;
    return Found ? Error::success() : Found.takeError();
  }

  ExecutionSession Session;
  ObjectLinkingLayer Layer;
  JITDylib &Process;
  JITDylib &Touch;
  JITDylib &Heap;
  Linked *Current = nullptr;
  std::vector<std::string> MissingSymbols, Messages;
  StringMap<std::unique_ptr<Loaded>> Variants;
};

Linker::Linker(std::unique_ptr<Implementation> I) : Impl(std::move(I)) {}
Linker::~Linker() = default;

Expected<std::unique_ptr<Linker>> Linker::create() {
  // In place: the sandbox allows no threads.
  auto Control = SelfExecutorProcessControl::Create(nullptr, std::make_unique<InPlaceTaskDispatcher>());
  if (!Control)
    return Control.takeError();
  return std::unique_ptr<Linker>(new Linker(std::make_unique<Implementation>(std::move(*Control))));
}

Expected<Variant *> Linker::load(StringRef Name, ArrayRef<StringRef> Objects, StringRef Shim,
                                 bool CountHeap) {
  if (Impl->Variants.count(Name))
    return failure("'" + Name + "' is loaded already");
  Impl->MissingSymbols.clear();
  Impl->Messages.clear();
  auto L = std::make_unique<Implementation::Loaded>();
  L->V.Name = Name.str();
  L->V.CountHeap = CountHeap;
  L->Library = &Impl->Session.createBareJITDylib(Name.str());
  Linked Result;
  Result.Into = &L->V;
  if (Error E = Impl->link(*L, Objects, CountHeap, Result)) {
    Error Explained = Impl->explain(Name, std::move(E));
    if (Error Removal = Impl->Session.removeJITDylib(*L->Library))
      consumeError(std::move(Removal));
    return std::move(Explained);
  }
  llvm::sort(L->V.Code, [](const CodeSymbol &A, const CodeSymbol &B) { return A.Address < B.Address; });
  for (const CodeSymbol &C : L->V.Code)
    if (C.Name == Shim)
      L->V.Shim = reinterpret_cast<ShimFunction>(C.Address);
  if (!L->V.Shim) {
    if (Error Removal = Impl->Session.removeJITDylib(*L->Library))
      consumeError(std::move(Removal));
    return failure("'" + Name + "' has no function " + Shim + ", the call shim of its entry");
  }
  activate(&L->V, nullptr);
  call(Result.Init);
  activate(nullptr, nullptr);
  L->Fini = std::move(Result.Fini);
  L->V.snapshot();
  Variant *V = &L->V;
  Impl->Variants[Name] = std::move(L);
  return V;
}

void Linker::unload(StringRef Name) {
  auto Found = Impl->Variants.find(Name);
  if (Found == Impl->Variants.end())
    return;
  // AddressSanitizer's destructor takes the variant's globals out of its tables before their memory goes.
  // Otherwise nothing of a variant runs again: its destructors are not part of any call.
  if (addressSanitizerActive())
    call(Found->second->Fini);
  if (Error E = Impl->Session.removeJITDylib(*Found->second->Library))
    consumeError(std::move(E));
  Impl->Variants.erase(Found);
}

Variant *Linker::find(StringRef Name) {
  auto Found = Impl->Variants.find(Name);
  return Found == Impl->Variants.end() ? nullptr : &Found->second->V;
}

} // namespace pw
