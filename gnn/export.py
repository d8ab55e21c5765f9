"""A `ProgramGraph` for other tools: torch_geometric's HeteroData, NetworkX, Graphviz' DOT, JSON.

    passwright graph examples/matmul.c --dot | dot -Tsvg -o matmul.svg

torch_geometric and networkx belong to extras and are imported when they are asked for. Words of vocabularies stand for
categories in NetworkX, DOT and JSON, numbers in HeteroData.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from passwright.gnn import schema
from passwright.passes.errors import ToolchainError

if TYPE_CHECKING:
    import networkx
    from torch_geometric.data import HeteroData

    from passwright.gnn.graph import ProgramGraph

SHAPES = {"instruction": "box", "value": "ellipse", "block": "folder", "loop": "doubleoctagon"}
COLOURS = {
    "flows_to": "black", "belongs_to": "gray70", "feeds": "royalblue", "calls": "darkorange",
    "defined_by": "firebrick", "clobbered_by": "firebrick", "merges": "firebrick",
}  # fmt: skip


def to_hetero(graph: ProgramGraph) -> HeteroData:
    """The graph as torch_geometric's `HeteroData`.

    Per node type: `x` float32 [n, F] and `categories` int64 [n, C], columns as in `schema`; per edge type: `edge_index`
    int64 [2, E], and `edge_attr` float32 [E, A] where the type has attributes. Of the whole: `features` float32 [1, G] and
    `loop_ids`, a list of strings.

    Raises:
        ToolchainError: torch or torch_geometric is missing.
    """
    torch = _imported("torch", "train")
    data: HeteroData = _imported("torch_geometric.data", "train").HeteroData()
    for node_type, nodes in graph.nodes.items():
        data[node_type].x = torch.tensor(nodes.numbers)
        data[node_type].categories = torch.tensor(nodes.categories, dtype=torch.int64)
    for edge_type, edges in graph.edges.items():
        data[edge_type].edge_index = torch.tensor(edges.ends)
        if schema.EDGES[edge_type]:
            data[edge_type].edge_attr = torch.tensor(edges.attributes)
    data.features = torch.tensor(graph.features[None, :])
    data.loop_ids = list(graph.loops)
    return data


def to_networkx(graph: ProgramGraph) -> networkx.MultiDiGraph[tuple[str, int]]:
    """The graph as a `networkx.MultiDiGraph`.

    Nodes are (type, row) with their features by name as attributes, and `node_type`; loops have `id` too. Edges have
    `relation` and their attributes by name; the graph itself has the features of the whole.

    Raises:
        ToolchainError: networkx is missing.
    """
    networkx = _imported("networkx", "graph")
    result = networkx.MultiDiGraph(**dict(zip(schema.graph_columns(), graph.features.tolist(), strict=True)))
    for node_type in graph.nodes:
        for row, features in enumerate(_rows(graph, node_type)):
            result.add_node((node_type, row), node_type=node_type, **features)
    for row, loop in enumerate(graph.loops):
        result.nodes["loop", row]["id"] = loop
    for (source, relation, target), edges in graph.edges.items():
        names = schema.EDGES[source, relation, target]
        for start, end, values in zip(*edges.ends.tolist(), edges.attributes.tolist(), strict=True):
            attributes = dict(zip(names, values, strict=True))
            result.add_edge((source, start), (target, end), relation=relation, **attributes)
    return result


def to_json(graph: ProgramGraph) -> dict[str, Any]:
    """The graph as plain data: nodes and edges as columns, a list per feature."""
    return {
        "version": graph.version,
        "functions": list(graph.functions),
        "entries": list(graph.entries),
        "loops": list(graph.loops),
        "features": dict(zip(schema.graph_columns(), graph.features.tolist(), strict=True)),
        "nodes": {
            node_type: {column.name: _words(graph, node_type, column) for column in columns}
            for node_type, columns in schema.NODES.items()
        },
        "edges": [
            {
                "type": list(edge_type),
                "source": edges.ends[0].tolist(),
                "target": edges.ends[1].tolist(),
                **{name: edges.attributes[:, i].tolist() for i, name in enumerate(schema.EDGES[edge_type])},
            }
            for edge_type, edges in graph.edges.items()
        ],
    }


def to_dot(graph: ProgramGraph) -> str:
    """The graph in Graphviz' language: a frame per function, in it one per block with its instructions.

    Membership is shown by the frames and not drawn; of the memory states, what an instruction is clobbered by is.
    """
    lines = ["digraph program {", '  node [fontname="monospace", fontsize=10];', "  edge [fontsize=8];"]
    inside: list[list[int]] = [[] for _ in range(len(graph.nodes["block"]))]
    for instruction, block in graph.edges["instruction", "belongs_to", "block"].ends.T.tolist():
        inside[block].append(instruction)
    blocks, instructions = list(_rows(graph, "block")), list(_rows(graph, "instruction"))
    for number, function in enumerate(graph.functions):
        lines += [
            f"  subgraph cluster_function{number} {{",
            f"    label={_quoted('@' + _escaped(function))};",
        ]
        for block in (graph.function_of_block == number).nonzero()[0].tolist():
            lines += [f"    subgraph cluster_block{block} {{", '      label=""; style=rounded; color=gray70;']
            frequency = 2 ** blocks[block]["log2_frequency"]
            lines.append(_node("block", block, f"block {block}\\n{frequency:.3g} per call"))
            lines += [_node("instruction", row, _label(instructions[row])) for row in inside[block]]
            lines.append("    }")
        lines.append("  }")
    for row, value in enumerate(_rows(graph, "value")):
        shown = f"{value['kind']}\\n{value['type']}"
        lines.append(_node("value", row, shown))
    for row, loop in enumerate(graph.loops):
        lines.append(_node("loop", row, _escaped(loop)))
    for (source, relation, target), edges in graph.edges.items():
        if relation == "defined_by" or (source, relation) == ("instruction", "belongs_to"):
            continue
        style = ", style=dashed" if relation in ("clobbered_by", "merges") else ""
        for start, end in edges.ends.T.tolist():
            lines.append(f"  {source}{start} -> {target}{end} [color={COLOURS[relation]}{style}];")
    return "\n".join([*lines, "}"]) + "\n"


def _imported(module: str, extra: str) -> Any:
    try:
        return import_module(module)
    except ImportError as error:
        raise ToolchainError(
            f"{module.partition('.')[0]} is not installed", hint=f"pip install 'passwright[{extra}]'"
        ) from error


def _words(graph: ProgramGraph, node_type: str, column: schema.Column) -> list[Any]:
    """A column as a list, categories as words."""
    values: list[Any] = graph.column(node_type, column.name).tolist()
    if not column.vocabulary:
        return values
    words = schema.vocabulary()[column.vocabulary]
    return [words[value] for value in values]


def _rows(graph: ProgramGraph, node_type: str) -> list[dict[str, Any]]:
    """The nodes of a type as dicts from feature to value."""
    columns = schema.NODES[node_type]
    names = [column.name for column in columns]
    lists = [_words(graph, node_type, column) for column in columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*lists, strict=True)]


def _label(instruction: dict[str, Any]) -> str:
    label = f"{instruction['opcode']} {instruction['type']}"
    if instruction["stride_kind"] == "constant":
        return f"{label}\\nstride {instruction['stride']:g}"
    return label if instruction["stride_kind"] == "none" else f"{label}\\nstride {instruction['stride_kind']}"


def _node(node_type: str, row: int, label: str) -> str:
    return f"  {node_type}{row} [shape={SHAPES[node_type]}, label={_quoted(label)}];"


def _escaped(name: str) -> str:
    """A symbol whose backslashes are themselves in a label, where Graphviz has escapes such as \\n."""
    return name.replace("\\", "\\\\")


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '\\"') + '"'
