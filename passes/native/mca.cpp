// Static cost of a module's innermost loops: machine code by the code generator, cycles by LLVM-MCA.
//
// The code generator's verbose assembly says which block belongs to which loop. A loop's cost is that of all
// its blocks one after the other, so a loop with branches inside costs as if every block ran; a call costs
// 100 cycles; memory always hits the first-level cache.
#include "mca.h"
#include "module.h"
#include "target.h"

#include <llvm/ADT/MapVector.h>
#include <llvm/Analysis/LoopInfo.h>
#include <llvm/IR/Dominators.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <map>
#include <optional>

using namespace llvm;
namespace nb = nanobind;

namespace passwright {

std::string emitVerboseAssembly(Module &module); // codegen.cpp

namespace {

struct LoopCost {
  std::string function, loop;
  unsigned line = 0, depth = 0;
  SequenceCost cost;
};

// An innermost loop as the assembly shows it.
struct MachineLoop {
  std::string function, header; // header: name of the IR block, empty if it has none
  unsigned line = 0, depth = 0;
  std::string text;
};

// "Header=BB0_4 Depth=2" and the like: what stands between `key` and the next blank.
StringRef wordAfter(StringRef text, StringRef key) {
  size_t at = text.find(key);
  return at == StringRef::npos ? StringRef()
                               : text.substr(at + key.size()).take_until([](char c) { return c == ' '; });
}

std::vector<MachineLoop> findLoops(StringRef assembly) {
  MapVector<StringRef, MachineLoop> loops; // by label of the header, such as BB0_4
  StringRef function, label, blockName;
  MachineLoop *current = nullptr;
  SmallVector<StringRef, 0> lines;
  assembly.split(lines, '\n');
  for (StringRef line : lines) {
    auto [code, comment] = line.split('#');
    StringRef statement = code.trim();
    comment = comment.trim();
    if (statement.starts_with(".type")) { // where a function or variable begins
      function = statement.drop_front(5).split(',').first.trim();
      current = nullptr;
      continue;
    }
    bool isLabel = statement.ends_with(":");
    bool isFallthrough = statement.empty() && comment.starts_with("%bb.");
    if (isLabel || isFallthrough) {
      if (statement.starts_with(".Lfunc_end"))
        current = nullptr;
      if (isLabel && !statement.starts_with(".LBB"))
        continue; // a function, or a label of debug or exception tables
      label = isLabel ? statement.drop_front(2).drop_back() : StringRef();
      blockName = isFallthrough ? comment.split("# ").second : comment;
      blockName = blockName.consume_front("%") ? blockName : StringRef();
      current = nullptr;
    }
    if (comment.contains("This Inner Loop Header:")) {
      MachineLoop &loop = loops[label];
      loop.function = function;
      loop.header = blockName;
      wordAfter(comment, "Depth=").getAsInteger(10, loop.depth);
      current = &loop;
    } else if (StringRef header = wordAfter(comment, "in Loop: Header="); !header.empty()) {
      auto found = loops.find(header);
      current = found == loops.end() ? nullptr : &found->second;
    }
    if (!current || isLabel || statement.empty())
      continue;
    if (statement.starts_with(".loc")) {
      SmallVector<StringRef, 8> words;
      statement.split(words, '\t', -1, false);
      statement = words.back(); // "1 7 3 …": file, line, column
      words.clear();
      statement.split(words, ' ', -1, false);
      if (!current->line && words.size() > 1)
        words[1].getAsInteger(10, current->line);
    } else if (!statement.starts_with(".")) {
      current->text += (statement + "\n").str();
    }
  }
  std::vector<MachineLoop> list;
  for (auto &[header, loop] : loops)
    if (!loop.text.empty())
      list.push_back(std::move(loop));
  return list;
}

// Names the header of each loop after its id, so that the assembly says which loop it is.
std::map<std::string, std::string> nameHeaders(Module &module) {
  std::map<std::string, std::string> ids;
  for (Function &function : module) {
    if (function.isDeclaration())
      continue;
    DominatorTree tree(function);
    LoopInfo info(tree);
    size_t index = 0;
    for (const Loop *loop : info.getLoopsInPreorder()) {
      loop->getHeader()->setName("passwright.loop." + Twine(ids.size()));
      ids[loop->getHeader()->getName().str()] = function.getName().str() + "#" + std::to_string(index++);
    }
  }
  return ids;
}

std::vector<LoopCost> loopCosts(const Module &original, const std::string &cpu, unsigned iterations) {
  std::unique_ptr<Module> copy = cloneExactly(original);
  Module &module = *copy;
  if (module.getTargetTriple().empty() || !cpu.empty())
    setTarget(module, cpu, "", !cpu.empty());
  std::map<std::string, std::string> ids = nameHeaders(module);
  std::map<std::pair<std::string, std::string>, std::unique_ptr<Simulator>> simulators;
  std::map<std::string, std::pair<std::string, std::string>> targets; // function: CPU and features
  for (const Function &function : module)
    if (!function.isDeclaration())
      targets[function.getName().str()] = {
          function.getFnAttribute("target-cpu").getValueAsString().str(),
          function.getFnAttribute("target-features").getValueAsString().str()};
  std::string triple = module.getTargetTriple();
  std::vector<LoopCost> costs;
  for (const MachineLoop &loop : findLoops(emitVerboseAssembly(module))) {
    auto target = targets[loop.function];
    std::unique_ptr<Simulator> &simulator = simulators[target];
    if (!simulator)
      simulator =
          std::make_unique<Simulator>(triple, target.first.empty() ? "x86-64" : target.first, target.second);
    auto id = ids.find(loop.header);
    costs.push_back({loop.function, id == ids.end() ? "" : id->second, loop.line, loop.depth,
                     simulator->cost(loop.text, iterations)});
  }
  return costs;
}

} // namespace

void populate_mca(nb::module_ &m) {
  nb::class_<LoopCost>(m, "LoopCost", "What LLVM-MCA expects of an innermost loop's machine code.")
      .def_ro("function", &LoopCost::function, "Symbol of the function.")
      .def_ro("loop", &LoopCost::loop,
              "Id of the loop in the module (\"function#index\"), empty for one that code generation made.")
      .def_ro("line", &LoopCost::line, "First source line of its code, 0 without debug info.")
      .def_ro("depth", &LoopCost::depth, "1 for a loop within no other.")
      .def_prop_ro(
          "instructions", [](const LoopCost &self) { return self.cost.instructions; },
          "Machine instructions.")
      .def_prop_ro(
          "uops", [](const LoopCost &self) { return self.cost.uops; }, "Micro-operations per iteration.")
      .def_prop_ro(
          "calls", [](const LoopCost &self) { return self.cost.calls; }, "Calls, each counted as 100 cycles.")
      .def_prop_ro(
          "skipped", [](const LoopCost &self) { return self.cost.skipped; },
          "Instructions that the scheduling model does not know; they cost nothing.")
      .def_prop_ro(
          "cycles_per_iteration", [](const LoopCost &self) { return self.cost.cycles; },
          "Simulated cycles of one iteration among many.")
      .def_prop_ro(
          "rthroughput", [](const LoopCost &self) { return self.cost.rthroughput; },
          "Cycles per iteration if only execution resources and dispatch width counted, dependences did not.")
      .def("__repr__", [](const LoopCost &self) {
        return "<LoopCost " + (self.loop.empty() ? self.function : self.loop) + " " +
               std::to_string(self.cost.cycles) + " cycles>";
      });
  moduleClass(m).def(
      "mca",
      [](ModuleHandle &self, const std::string &cpu, unsigned iterations) {
        if (iterations == 0)
          throw CoreError(ErrorKind::Usage, "mca needs at least one iteration");
        return withModule(self, [&](Module &module) { return loopCosts(module, cpu, iterations); });
      },
      nb::kw_only(), nb::arg("cpu") = "", nb::arg("iterations") = 100,
      "Static cost of each innermost loop of the module's machine code, by LLVM-MCA.\n\n"
      "`cpu` replaces the functions' own target attributes. A loop is costed as all its blocks in a row, a "
      "call as 100 "
      "cycles, memory as cache hits. Raises errors.InputError for a CPU without a scheduling model.");
}

} // namespace passwright
