//===- main.cpp - passwright-runner ---------------------------------------===//
//
// Loads kernels as objects, calls them and times them, with no Python in between. Started by bench/runner.py,
// which documents the commands; frames are those of protocol.h. Whatever a kernel does wrong ends this
// process with a report, and the client starts another one.
//
// `--exec` starts a whole program in a sandbox instead (launch.h; its client is bench/sandbox.py), and
// `--probe` prints what this machine offers for that.
//
//===----------------------------------------------------------------------===//

#include "address.h"
#include "execute.h"
#include "faults.h"
#include "launch.h"
#include "linker.h"
#include "protocol.h"
#include "sandbox.h"
#include "timing.h"
#include "touch.h"

#include <llvm/Support/CommandLine.h>

#include <optional>
#include <unistd.h>

using namespace llvm;

namespace pw {
namespace {

Error failure(const Twine &Message) { return createStringError(inconvertibleErrorCode(), Message); }

class Session {
public:
  explicit Session(Linker &Link) : Link(Link) {}

  Error serve(Frame F) {
    StringRef Command = F.Header.getString("command").value_or("");
    if (Command == "load")
      return load(F);
    if (Command == "unload") {
      Link.unload(F.Header.getString("name").value_or(""));
      writeFrame(json::Object{{"status", "ok"}});
      return Error::success();
    }
    Expected<const CallSpec *> Call = call(F);
    if (!Call)
      return Call.takeError();
    Expected<std::vector<Variant *>> Variants = variants(F.Header);
    if (!Variants)
      return Variants.takeError();
    if (Command == "run")
      return runCall(*Variants->front(), **Call, F.Header);
    if (Command == "touch")
      return touchCall(*Variants->front(), **Call, F.Header);
    if (Command == "time")
      return timeCalls(*Variants, **Call, F.Header);
    return failure("unknown command '" + Command + "'");
  }

private:
  Error load(const Frame &F) {
    std::vector<StringRef> Objects;
    StringRef Rest(F.Payload.Data.get(), F.Payload.Size);
    const json::Array *Sizes = F.Header.getArray("sizes");
    if (!Sizes)
      return failure("load without sizes");
    for (const json::Value &V : *Sizes) {
      size_t Size = V.getAsInteger().value_or(0);
      Objects.push_back(Rest.take_front(Size));
      Rest = Rest.drop_front(std::min(Size, Rest.size()));
    }
    armDeadline(F.Header.getNumber("timeout").value_or(10));
    Expected<Variant *> V =
        Link.load(F.Header.getString("name").value_or(""), Objects, F.Header.getString("shim").value_or(""),
                  F.Header.getBoolean("count_heap").value_or(false));
    disarmDeadline();
    if (!V)
      return V.takeError();
    writeFrame(json::Object{{"status", "ok"}});
    return Error::success();
  }

  /// The call that came with the request, or the last one again: data is sent once for many variants.
  Expected<const CallSpec *> call(Frame &F) {
    if (F.Header.getArray("slots")) {
      Spec.reset();
      Payload = std::move(F.Payload);
      Expected<CallSpec> Parsed = parseCall(F.Header, StringRef(Payload.Data.get(), Payload.Size));
      if (!Parsed)
        return Parsed.takeError();
      Spec.emplace(std::move(*Parsed));
    }
    if (!Spec)
      return failure("no call to repeat");
    return &*Spec;
  }

  Expected<std::vector<Variant *>> variants(const json::Object &Header) {
    std::vector<Variant *> Found;
    if (const json::Array *Names = Header.getArray("names"))
      for (const json::Value &Name : *Names) {
        Variant *V = Link.find(Name.getAsString().value_or(""));
        if (!V)
          return failure("'" + Name.getAsString().value_or("") + "' is not loaded");
        Found.push_back(V);
      }
    if (Found.empty())
      return failure("no variant named");
    return Found;
  }

  Linker &Link;
  Bytes Payload;
  std::optional<CallSpec> Spec;
};

int serve(uint64_t Memory) {
  if (!openChannel())
    return 1;
  bool Asan = addressSanitizerActive();
  followAddressSanitizer();
  installFaultHandlers();
  rememberProcessors();
  followClient();
  Expected<std::unique_ptr<Linker>> Link = Linker::create();
  if (!Link) {
    writeFrame(json::Object{{"status", "error"}, {"message", toString(Link.takeError())}});
    return 1;
  }
  limitResources(Memory);
  bool Restricted = restrictSystemCalls(Asan);
  writeFrame(json::Object{{"status", "ready"}, {"sandbox", Restricted}});
  Session S(**Link);
  Frame F;
  while (readFrame(F))
    if (Error E = S.serve(std::move(F)))
      writeFrame(json::Object{{"status", "error"}, {"message", toString(std::move(E))}});
  // Nothing to take down in order: the process owns no more than memory.
  _exit(0);
}

} // namespace
} // namespace pw

int main(int ArgumentCount, char **Arguments) {
  if (ArgumentCount > 1 && llvm::StringRef(Arguments[1]) == "--exec")
    return pw::launch(ArgumentCount - 2, Arguments + 2);
  if (ArgumentCount > 1 && llvm::StringRef(Arguments[1]) == "--probe")
    return pw::probe();
  cl::opt<uint64_t> Memory("memory", cl::desc("bytes that kernels and their data may use"),
                           cl::init(8ull << 30));
  cl::ParseCommandLineOptions(ArgumentCount, Arguments,
                              "Runs kernels for Passwright; started by its Python side.\n");
  return pw::serve(Memory);
}
