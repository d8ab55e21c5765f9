// LLVM-MCA as a library: assembly text to cycles.
#include "errors.h"
#include "mca.h"

#include <llvm/MC/MCAsmInfo.h>
#include <llvm/MC/MCContext.h>
#include <llvm/MC/MCInstrAnalysis.h>
#include <llvm/MC/MCInstrInfo.h>
#include <llvm/MC/MCObjectFileInfo.h>
#include <llvm/MC/MCParser/MCAsmParser.h>
#include <llvm/MC/MCParser/MCTargetAsmParser.h>
#include <llvm/MC/MCRegisterInfo.h>
#include <llvm/MC/MCStreamer.h>
#include <llvm/MC/MCSubtargetInfo.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/MCA/Context.h>
#include <llvm/MCA/CustomBehaviour.h>
#include <llvm/MCA/InstrBuilder.h>
#include <llvm/MCA/Pipeline.h>
#include <llvm/MCA/SourceMgr.h>
#include <llvm/MCA/Support.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/SourceMgr.h>
#include <llvm/TargetParser/Triple.h>

using namespace llvm;

namespace passwright {
namespace {

// What llvm-mca assumes by default.
constexpr unsigned callCycles = 100;

// Keeps the instructions that the assembly parser finds.
class Recorder : public MCStreamer {
public:
  std::vector<MCInst> instructions;

  explicit Recorder(MCContext &context) : MCStreamer(context) {}
  void emitInstruction(const MCInst &instruction, const MCSubtargetInfo &) override {
    instructions.push_back(instruction);
  }
  bool emitSymbolAttribute(MCSymbol *, MCSymbolAttr) override { return true; }
  void emitCommonSymbol(MCSymbol *, uint64_t, Align) override {}
  void emitZerofill(MCSection *, MCSymbol *, uint64_t, Align, SMLoc) override {}
};

} // namespace

// What describes one CPU.
struct Simulator::Tables {
  Triple triple;
  const Target *target = nullptr;
  MCTargetOptions options;
  std::unique_ptr<MCRegisterInfo> registers;
  std::unique_ptr<MCAsmInfo> syntax;
  std::unique_ptr<MCInstrInfo> instructions;
  std::unique_ptr<MCSubtargetInfo> subtarget;
  std::unique_ptr<MCInstrAnalysis> analysis;
};

Simulator::Simulator(const std::string &triple, const std::string &cpu, const std::string &features)
    : tables(std::make_unique<Tables>()) {
  Tables &t = *tables;
  std::string message;
  t.triple = Triple(triple);
  t.target = TargetRegistry::lookupTarget(triple, message);
  if (!t.target)
    throw CoreError(ErrorKind::Input, "no code generator for the target '" + triple + "'");
  t.registers.reset(t.target->createMCRegInfo(triple));
  t.syntax.reset(t.target->createMCAsmInfo(*t.registers, triple, t.options));
  t.instructions.reset(t.target->createMCInstrInfo());
  t.subtarget.reset(t.target->createMCSubtargetInfo(triple, cpu, features));
  t.analysis.reset(t.target->createMCInstrAnalysis(t.instructions.get()));
  if (!t.subtarget->getSchedModel().hasInstrSchedModel())
    throw CoreError(ErrorKind::Input, "LLVM has no scheduling model for the CPU '" + cpu + "'",
                    "give a CPU with one, such as znver4, skylake or x86-64");
}

Simulator::~Simulator() = default;

namespace {

// The instructions of a piece of assembly. Their operands live in the context.
struct Parsed {
  SourceMgr sources;
  std::unique_ptr<MCContext> context;
  std::vector<MCInst> instructions;
};

} // namespace

template <class Tables> static std::unique_ptr<Parsed> parse(const Tables &t, StringRef assembly) {
  auto parsed = std::make_unique<Parsed>();
  std::string problem;
  parsed->sources.setDiagHandler(
      [](const SMDiagnostic &diagnostic, void *problem) {
        auto &text = *static_cast<std::string *>(problem);
        if (diagnostic.getKind() == SourceMgr::DK_Error && text.empty())
          text = diagnostic.getMessage().str() + ": " + diagnostic.getLineContents().trim().str();
      },
      &problem);
  parsed->sources.AddNewSourceBuffer(MemoryBuffer::getMemBufferCopy(assembly, "<loop>"), SMLoc());
  parsed->context = std::make_unique<MCContext>(t.triple, t.syntax.get(), t.registers.get(),
                                                t.subtarget.get(), &parsed->sources, &t.options);
  MCContext &context = *parsed->context;
  std::unique_ptr<MCObjectFileInfo> sections(t.target->createMCObjectFileInfo(context, /*PIC=*/true));
  context.setObjectFileInfo(sections.get());
  Recorder recorder(context);
  std::unique_ptr<MCAsmParser> parser(createMCAsmParser(parsed->sources, context, recorder, *t.syntax));
  std::unique_ptr<MCTargetAsmParser> targetParser(
      t.target->createMCAsmParser(*t.subtarget, *parser, *t.instructions, t.options));
  parser->setTargetParser(*targetParser);
  if (parser->Run(/*NoInitialTextSection=*/false, /*NoFinalize=*/true) || !problem.empty())
    throw CoreError(ErrorKind::Input, "assembly that does not parse: " + problem);
  parsed->instructions = std::move(recorder.instructions);
  return parsed;
}

SequenceCost Simulator::cost(StringRef assembly, unsigned iterations) {
  const Tables &t = *tables;
  std::unique_ptr<Parsed> parsed = parse(t, assembly);
  const MCSchedModel &model = t.subtarget->getSchedModel();
  std::unique_ptr<mca::InstrumentManager> instruments(
      t.target->createInstrumentManager(*t.subtarget, *t.instructions));
  if (!instruments)
    instruments = std::make_unique<mca::InstrumentManager>(*t.subtarget, *t.instructions);
  std::unique_ptr<mca::InstrPostProcess> post(
      t.target->createInstrPostProcess(*t.subtarget, *t.instructions));
  mca::InstrBuilder builder(*t.subtarget, *t.instructions, *t.registers, t.analysis.get(), *instruments,
                            callCycles);

  SequenceCost cost;
  SmallVector<std::unique_ptr<mca::Instruction>> lowered;
  SmallVector<uint64_t> masks(model.getNumProcResourceKinds());
  mca::computeProcResourceMasks(model, masks);
  SmallVector<unsigned> usage(model.getNumProcResourceKinds(), 0);
  for (const MCInst &instruction : parsed->instructions) {
    ++cost.instructions;
    if (t.instructions->get(instruction.getOpcode()).isCall()) { // MCA would warn on standard error
      ++cost.calls;
      continue;
    }
    Expected<std::unique_ptr<mca::Instruction>> made = builder.createInstruction(instruction, {});
    if (!made) {
      consumeError(made.takeError());
      ++cost.skipped;
      continue;
    }
    if (post)
      post->postProcessInstruction(*made, instruction);
    cost.uops += (*made)->getNumMicroOps();
    for (const auto &[mask, use] : (*made)->getDesc().Resources)
      for (unsigned i = 1; i < masks.size(); ++i)
        if (masks[i] == mask)
          usage[i] += use.size();
    lowered.push_back(std::move(*made));
  }
  cost.cycles = callCycles * cost.calls;
  if (lowered.empty())
    return cost;
  cost.rthroughput = mca::computeBlockRThroughput(model, model.IssueWidth, cost.uops, usage);

  mca::CircularSourceMgr source(lowered, iterations);
  std::unique_ptr<mca::CustomBehaviour> behaviour(
      t.target->createCustomBehaviour(*t.subtarget, source, *t.instructions));
  if (!behaviour)
    behaviour = std::make_unique<mca::CustomBehaviour>(*t.subtarget, source, *t.instructions);
  mca::Context machine(*t.registers, *t.subtarget);
  mca::PipelineOptions defaults(0, 0, 0, 0, 0, 0, /*NoAlias=*/true);
  std::unique_ptr<mca::Pipeline> pipeline = machine.createDefaultPipeline(defaults, source, *behaviour);
  unsigned cycles = unwrap(pipeline->run(), ErrorKind::Input, "simulating a loop");
  cost.cycles += static_cast<double>(cycles) / iterations;
  return cost;
}

} // namespace passwright
