// The graph at the border to Python: numpy arrays that own the vectors they were extracted into.
#include "graph.h"
#include "describe.h"
#include "module.h"

#include <nanobind/ndarray.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

using namespace llvm;
namespace nb = nanobind;

namespace passwright {
namespace {

// A read-only matrix over the memory of `rows`, whose elements are structs of `Element` or single ones.
template <class Element, class Row> nb::object matrix(std::vector<Row> rows, size_t height, size_t width) {
  auto *kept = new std::vector<Row>(std::move(rows));
  nb::capsule owner(kept, [](void *pointer) noexcept { delete static_cast<std::vector<Row> *>(pointer); });
  auto *data = reinterpret_cast<const Element *>(kept->data());
  return nb::cast(nb::ndarray<nb::numpy, const Element, nb::ndim<2>>(data, {height, width}, owner));
}

template <class Element, class Row> nb::object table(std::vector<Row> rows) {
  static_assert(sizeof(Row) % sizeof(Element) == 0 && std::is_standard_layout_v<Row>);
  size_t height = rows.size();
  return matrix<Element>(std::move(rows), height, sizeof(Row) / sizeof(Element));
}

// For node types without categories.
nb::object noCategories(size_t height) { return matrix<int32_t>(std::vector<int32_t>(), height, 0); }

template <class... Names> std::vector<const char *> names(Names... all) { return {all...}; }

nb::tuple edges(Edges edges, size_t width) {
  size_t count = edges.sources.size();
  std::vector<int64_t> ends = std::move(edges.sources);
  ends.insert(ends.end(), edges.targets.begin(), edges.targets.end());
  return nb::make_tuple(matrix<int64_t>(std::move(ends), 2, count),
                        matrix<float>(std::move(edges.attributes), count, width));
}

nb::dict toPython(Graph graph) {
  nb::dict nodes, relations, result;
  size_t blocks = graph.blockNumbers.size(), loops = graph.loopNumbers.size();
  nodes["instruction"] = nb::make_tuple(table<int32_t>(std::move(graph.instructionCategories)),
                                        table<float>(std::move(graph.instructionNumbers)));
  nodes["value"] = nb::make_tuple(table<int32_t>(std::move(graph.valueCategories)),
                                  table<float>(std::move(graph.valueNumbers)));
  nodes["block"] = nb::make_tuple(noCategories(blocks), table<float>(std::move(graph.blockNumbers)));
  nodes["loop"] = nb::make_tuple(noCategories(loops), table<float>(std::move(graph.loopNumbers)));
#define EDGE_ENTRY(name, source, relation, target, ...)                                                      \
  relations[nb::make_tuple(source, relation, target)] =                                                      \
      edges(std::move(graph.edges[name]), names(__VA_ARGS__).size());
  EDGE_TYPES(EDGE_ENTRY)
#undef EDGE_ENTRY
  size_t features = graph.features.size();
  result["nodes"] = nodes;
  result["edges"] = relations;
  size_t instructions = graph.instructionLines.size();
  result["lines"] = matrix<int32_t>(std::move(graph.instructionLines), 1, instructions);
  result["library_calls"] = nb::tuple(nb::cast(graph.libraryCalls));
  result["features"] = matrix<float>(std::move(graph.features), 1, features);
  result["functions"] = nb::tuple(nb::cast(graph.functions));
  result["entries"] = nb::tuple(nb::cast(graph.entries));
  result["loops"] = nb::tuple(nb::cast(graph.loops));
  return result;
}

// The names of all columns, in order, as schema.py has to have them.
nb::dict columns() {
#define NAME(name) #name,
  nb::dict nodes, relations, result;
  using Names = std::vector<std::string>;
  nodes["instruction"] =
      nb::make_tuple(Names{INSTRUCTION_CATEGORIES(NAME)}, Names{INSTRUCTION_NUMBERS(NAME)});
  nodes["value"] = nb::make_tuple(Names{VALUE_CATEGORIES(NAME)}, Names{VALUE_NUMBERS(NAME)});
  nodes["block"] = nb::make_tuple(Names{BLOCK_CATEGORIES(NAME)}, Names{BLOCK_NUMBERS(NAME)});
  nodes["loop"] = nb::make_tuple(Names{LOOP_CATEGORIES(NAME)}, Names{LOOP_NUMBERS(NAME)});
#undef NAME
#define EDGE_ENTRY(name, source, relation, target, ...)                                                      \
  relations[nb::make_tuple(source, relation, target)] = names(__VA_ARGS__);
  EDGE_TYPES(EDGE_ENTRY)
#undef EDGE_ENTRY
  result["nodes"] = nodes;
  result["edges"] = relations;
  result["graph"] = graphFeatureNames();
  return result;
}

} // namespace

void populate_graph(nb::module_ &m) {
  moduleClass(m).def(
      "graph",
      [](ModuleHandle &self, const std::string &entry) {
        return toPython(withModule(self, [&](Module &module) { return extractGraph(module, entry); }));
      },
      nb::arg("entry") = "",
      "The module as a graph, in arrays; `passwright.gnn.graph.ProgramGraph.of` wraps it.\n\n"
      "All functions that are defined, or `entry` with what it calls, directly or through others. A dict: "
      "\"nodes\" (type: categories "
      "int32 [n, C], numbers float32 [n, F]), \"edges\" ((source, relation, target): ends int64 [2, E], "
      "attributes float32 [E, A]), \"lines\" int32 [1, instructions] (by debug info; 0: none), "
      "\"library_calls\" (instruction, name), "
      "\"features\" float32 [1, G], \"functions\" and \"entries\" (names, rows "
      "of "
      "entry blocks), \"loops\" (ids of the loop nodes). The module stays as it is. Raises errors.InputError "
      "for an unknown function.");
  m.def("graph_columns", &columns,
        "Names of the columns of `Module.graph`: \"nodes\" (type: categories, numbers), \"edges\", "
        "\"graph\".");
  m.def("graph_vocabulary", &graphVocabulary,
        "What the numbers of categorical columns stand for: vocabulary to names, in order.");
}

} // namespace passwright
