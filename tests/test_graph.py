"""Graphs of modules: golden listings of small files, equality up to isomorphism, borders, exports."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import networkx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from native_support import LOOPS, MIXED, lower

import passwright._native as native
from passwright._native import Module
from passwright.gnn import schema
from passwright.gnn.export import to_dot, to_hetero, to_json, to_networkx
from passwright.gnn.graph import ProgramGraph
from passwright.passes.errors import InputError, ToolchainError

GOLDEN = Path(__file__).parent / "golden" / "graph"


def listing(graph: ProgramGraph) -> str:
    """Every node with the features that are not zero (or the first of their vocabulary), every edge."""
    flat = to_networkx(graph)
    lines = [f"graph {_features(flat.graph)}"]
    for (kind, row), features in flat.nodes.items():
        features.pop("node_type")
        lines.append(f"{kind} {row}: {_features(features)}")
    for (source, start), (target, end), attributes in flat.edges(data=True):
        relation = attributes.pop("relation")
        lines.append(f"{source} {start} {relation} {target} {end} {_features(attributes)}".rstrip())
    return "\n".join(lines) + "\n"


def _features(features: dict[str, object]) -> str:
    shown = {name: value for name, value in features.items() if value not in (0, "none")}
    return " ".join(
        f"{name}={value:.6g}" if isinstance(value, float) else f"{name}={value}".replace(" ", "-")
        for name, value in shown.items()
    )


@pytest.mark.tiny
@pytest.mark.parametrize("name", sorted(file.stem for file in GOLDEN.glob("*.ll")))
def test_golden(name: str, golden: Callable[[Path, str], None]) -> None:
    module = Module.load(str(GOLDEN / f"{name}.ll"))
    before, code = module.bitcode(), module.structural_hash()
    graph = ProgramGraph.of(module)
    assert (module.bitcode(), module.structural_hash()) == (before, code)
    assert graph.same_as(ProgramGraph.of(module))
    golden(GOLDEN / f"{name}.txt", listing(graph))


@pytest.mark.tiny
def test_schema_is_the_native_one() -> None:
    columns = native.graph_columns()
    ours = {
        name: ([c.name for c in schema.categories(name)], [c.name for c in schema.numbers(name)])
        for name in schema.NODES
    }
    assert columns["nodes"] == ours
    assert {edge: tuple(names) for edge, names in columns["edges"].items()} == schema.EDGES
    assert tuple(columns["graph"]) == schema.graph_columns()
    used = {c.vocabulary for columns in schema.NODES.values() for c in columns} - {""}
    assert used == set(schema.vocabulary())


# Random programs: functions of loop nests that call each other, printed in any order and under any names.


def nest(number: int, depth: int, bound: str, operation: str, branch: bool, callee: int | None) -> list[str]:
    """The blocks of a function: `depth` loops around a load, an operation and a store; names are placeholders."""
    blocks = ["entry:\n  %slot = alloca double\n  store double 1.0, ptr %slot\n  br label %head0\n"]
    for level in range(depth):
        before = "entry" if level == 0 else f"head{level - 1}"
        inside = f"head{level + 1}" if level + 1 < depth else "body"
        blocks.append(
            f"head{level}:\n"
            f"  %i{level} = phi i64 [ 0, %{before} ], [ %next{level}, %latch{level} ]\n"
            f"  br label %{inside}\n"
        )
        after = f"latch{level - 1}" if level else "done"
        blocks.append(
            f"latch{level}:\n"
            f"  %next{level} = add nsw i64 %i{level}, 1\n"
            f"  %more{level} = icmp slt i64 %next{level}, {bound}\n"
            f"  br i1 %more{level}, label %head{level}, label %{after}\n"
        )
    last = depth - 1
    call = f"  %called = call double @f{callee}(ptr %a, ptr %b, i64 %n)\n" if callee is not None else ""
    target = "then" if branch else f"latch{last}"
    blocks.append(
        f"body:\n  %p = getelementptr double, ptr %a, i64 %i{last}\n  %x = load double, ptr %p\n{call}"
        f"  %old = load double, ptr %slot\n  %y = {operation} double %x, %old\n"
        + (
            f"  %big = fcmp ogt double %y, 4.0\n  br i1 %big, label %then, label %latch{last}\n"
            if branch
            else f"  store double %y, ptr %b\n  br label %{target}\n"
        )
    )
    if branch:
        blocks.append(f"then:\n  store double %y, ptr %slot\n  br label %latch{last}\n")
    blocks.append("done:\n  %r = load double, ptr %slot\n  ret double %r\n")
    return blocks


@st.composite
def programs(draw: st.DrawFn) -> list[list[str]]:
    count = draw(st.integers(1, 3))
    return [
        nest(
            number,
            draw(st.integers(1, 2)),
            draw(st.sampled_from(["%n", "16"])),
            draw(st.sampled_from(["fadd", "fmul", "fdiv"])),
            draw(st.booleans()),
            draw(st.sampled_from([None, *range(number + 1, count)])),
        )
        for number in range(count)
    ]


def printed(program: list[list[str]], order: list[int], blocks: list[list[str]], suffix: str) -> Module:
    """The program as a module: functions and blocks in the given order, names with a suffix."""
    text = "".join(
        f"define double @f{number}(ptr noalias %a, ptr %b, i64 %n) {{\n{''.join(blocks[number])}}}\n"
        for number in order
    )
    text = re.sub(r"([@%]\w+)", rf"\1{suffix}", text)
    text = re.sub(r"(?m)^(\w+):", rf"\1{suffix}:", text)
    return Module.parse(text.encode())


def isomorphic(one: ProgramGraph, other: ProgramGraph) -> bool:
    """Equal up to the order of nodes. Edges become nodes, so that all labels are compared."""
    return networkx.vf2pp_is_isomorphic(_labelled(one), _labelled(other), node_label="label")


def _labelled(graph: ProgramGraph) -> networkx.DiGraph:
    flat, result = to_networkx(graph), networkx.DiGraph()
    for node, features in flat.nodes.items():
        result.add_node(node, label=repr(sorted((k, v) for k, v in features.items() if k != "id")))
    for number, (start, end, features) in enumerate(flat.edges(data=True)):
        result.add_node(number, label=repr(sorted(features.items())))
        result.add_edge(start, number)
        result.add_edge(number, end)
    return result


@settings(max_examples=25, deadline=None)
@given(programs(), st.data())
def test_names_and_order_do_not_count(program: list[list[str]], data: st.DataObject) -> None:
    numbers = list(range(len(program)))
    first = ProgramGraph.of(printed(program, numbers, program, ""))
    order = data.draw(st.permutations(numbers))
    blocks = [[entry, *data.draw(st.permutations(rest))] for entry, *rest in program]
    second = ProgramGraph.of(printed(program, order, blocks, ".x"))
    np.testing.assert_array_equal(first.features, second.features)
    assert isomorphic(first, second)
    assert sorted(f"{loop.partition('#')[0]}.x" for loop in first.loops) == sorted(
        loop.partition("#")[0] for loop in second.loops
    )


def test_a_difference_is_seen() -> None:
    program = [nest(0, 2, "%n", "fadd", True, None)]
    changed = [[block.replace("i64 %i1", "i64 %i0") for block in program[0]]]
    one, other = (printed(p, [0], p, "") for p in (program, changed))
    assert isomorphic(ProgramGraph.of(one), ProgramGraph.of(one.clone()))
    assert not isomorphic(ProgramGraph.of(one), ProgramGraph.of(other))


@pytest.mark.parametrize("pipeline", ["", "function(sroa)", "default<O3>"])
def test_loops_are_those_of_the_module(tmp_path: Path, pipeline: str) -> None:
    module = lower(LOOPS, tmp_path)
    if pipeline:
        module.run(pipeline)
    graph, loops = ProgramGraph.of(module), module.loops()
    assert graph.loops == tuple(loop.id for loop in loops)
    assert graph.column("loop", "depth").tolist() == [loop.depth for loop in loops]
    assert graph.column("loop", "is_innermost").tolist() == [loop.innermost for loop in loops]
    trips = 2 ** graph.column("loop", "log2_trip_count") * graph.column("loop", "trip_count_known")
    assert trips.round().tolist() == [loop.trip_count for loop in loops]
    parents = {graph.loops[a]: graph.loops[b] for a, b in graph.edges["loop", "belongs_to", "loop"].ends.T}
    assert parents == {loop.id: loop.parent for loop in loops if loop.parent}


def test_strides_and_reductions_of_compiled_loops(tmp_path: Path) -> None:
    module = lower(LOOPS, tmp_path)
    module.run("function(sroa)")
    graph = ProgramGraph.of(module, "gemm")
    reductions = graph.column("loop", "float_reductions")
    assert dict(zip(graph.loops, reductions.tolist(), strict=True)) == {"gemm#0": 0, "gemm#1": 0, "gemm#2": 1}
    kinds = schema.vocabulary()["stride"]
    accesses = np.flatnonzero(graph.column("instruction", "stride_kind"))
    inner = [kinds[k] for k in graph.column("instruction", "stride_kind")[accesses]]
    outer = [kinds[k] for k in graph.column("instruction", "parent_stride_kind")[accesses]]
    assert list(zip(inner, outer, strict=True)) == [
        ("constant", "invariant"),  # a[i * n + k]
        ("symbolic", "constant"),  # b[k * n + j]
        ("constant", "symbolic"),  # c[i * n + j]
    ]
    assert graph.column("instruction", "stride")[accesses].tolist() == [8, 0, 8]
    assert graph.matrix("instruction", ["stride", "access_size"]).shape == (
        len(graph.nodes["instruction"]),
        2,
    )


REDUCTIONS = """
#define N for (int i = 0; i < n; i++)
double some(int n, const double *x) { double s = 0; N if (x[i] > 0) s += x[i]; return s; }
double least(int n, const double *x) { double m = x[0]; N if (x[i] < m) m = x[i]; return m; }
short narrow(int n, const short *x) { short s = 0; N s ^= x[i]; return s; }
double fused(int n, const double *x) { double s = 0; N s = __builtin_fma(x[i], x[i], s); return s; }
double rows(int n, double (*x)[9]) { double s = 0; N for (int j = 0; j < 9; j++) s += x[i][j]; return s; }
void prefix(int n, double *x) { double s = 0; N { s += x[i]; x[i] = s; } }
double until(int n, const double *x) { double s = 0; N { s += x[i]; if (s > 9) break; } return s; }
double mixed(int n, const double *x) { double s = 0; N s = s * 3 + x[i]; return s; }
int counted(int n) { int s = 0; N s += 3; return s; }
int chase(int n, const int *x) { int s = 0; N s = x[s]; return s; }
"""


@pytest.mark.parametrize("pipeline", ["function(sroa)", "function(sroa,loop-simplify,loop(loop-rotate))"])
def test_what_counts_as_a_reduction(tmp_path: Path, pipeline: str) -> None:
    module = lower(REDUCTIONS, tmp_path)
    module.run(pipeline)
    graph = ProgramGraph.of(module)
    integers, floats = (graph.column("loop", f"{kind}_reductions").tolist() for kind in ("integer", "float"))
    found = dict(zip(graph.loops, zip(integers, floats, strict=True), strict=True))
    assert {loop: kinds for loop, kinds in found.items() if kinds != (0, 0)} == {
        "some#0": (0, 1),
        "least#0": (0, 1),
        "narrow#0": (1, 0),
        "fused#0": (0, 1),
        "rows#0": (0, 1),
        "rows#1": (0, 1),
    }


def test_an_entry_brings_what_it_calls() -> None:
    program = [
        nest(0, 1, "%n", "fadd", False, 2),
        nest(1, 1, "%n", "fadd", False, 2),
        nest(2, 1, "16", "fadd", True, None),
    ]
    module = printed(program, [0, 1, 2], program, "")
    graph = ProgramGraph.of(module, "f0")
    assert graph.functions == ("f0", "f2")
    _, target = graph.edges["instruction", "calls", "block"].ends.T.tolist()[0]
    assert target == graph.entries[1]
    assert graph.feature("TotalFuncs") == 2
    with pytest.raises(InputError, match="no function 'f9'"):
        ProgramGraph.of(module, "f9")


def test_cpp_with_exceptions(tmp_path: Path) -> None:
    module = lower(MIXED, tmp_path, suffix=".cpp")
    before = module.structural_hash()
    graph = ProgramGraph.of(module)
    assert module.structural_hash() == before
    assert len(graph.nodes["instruction"]) == module.instruction_count
    for (source, _, target), edges in graph.edges.items():
        assert (edges.ends >= 0).all()
        assert (edges.ends[0] < len(graph.nodes[source])).all()
        assert (edges.ends[1] < len(graph.nodes[target])).all()
    for nodes in graph.nodes.values():
        assert np.isfinite(nodes.numbers).all()
    for name, columns in schema.NODES.items():
        for column in columns:
            if column.vocabulary:
                values = graph.column(name, column.name)
                assert values.min() >= 0
                assert values.max() < len(schema.vocabulary()[column.vocabulary])


def test_debug_info_does_not_count(tmp_path: Path) -> None:
    plain, debug = lower(LOOPS, tmp_path), lower(LOOPS, tmp_path, "-g")
    assert ProgramGraph.of(plain).same_as(ProgramGraph.of(debug))


def test_arrays_are_read_only_and_outlive_the_module() -> None:
    graph = ProgramGraph.of(Module.load(str(GOLDEN / "nest.ll")))
    with pytest.raises(ValueError, match="read-only"):
        graph.column("loop", "depth")[0] = 7
    assert graph.column("loop", "depth").tolist() == [1, 2]
    with pytest.raises(KeyError, match="no feature"):
        graph.column("loop", "colour")


def test_threads_give_the_same_graphs(tmp_path: Path) -> None:
    module = lower(LOOPS, tmp_path)
    expected = ProgramGraph.of(module)
    results: list[bool] = []

    def work() -> None:
        results.extend(ProgramGraph.of(module).same_as(expected) for _ in range(20))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True] * 80


def test_an_empty_module() -> None:
    graph = ProgramGraph.of(Module.parse(b"declare void @f()\n"))
    assert [len(nodes) for nodes in graph.nodes.values()] == [0, 0, 0, 0]
    assert graph.functions == ()
    assert len(graph.function_of_block) == 0


def test_hetero() -> None:
    pytest.importorskip("torch_geometric", reason="extra `train` is not installed")
    graph = ProgramGraph.of(Module.load(str(GOLDEN / "nest.ll")))
    data = to_hetero(graph)
    data.validate()
    assert data["instruction"].x.shape == graph.nodes["instruction"].numbers.shape
    assert data["block", "flows_to", "block"].edge_attr.shape[1] == 2


def test_missing_packages_name_their_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = ProgramGraph.of(Module.load(str(GOLDEN / "nest.ll")))
    monkeypatch.setitem(sys.modules, "networkx", None)
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ToolchainError, match=r"passwright\[graph\]"):
        to_networkx(graph)
    with pytest.raises(ToolchainError, match=r"passwright\[train\]"):
        to_hetero(graph)


@pytest.mark.tiny
def test_dot_and_json() -> None:
    graph = ProgramGraph.of(Module.load(str(GOLDEN / "nest.ll")))
    dot = to_dot(graph)
    assert dot.count("subgraph cluster_function") == 1
    assert dot.count("subgraph cluster_block") == 5
    assert 'label="product#1"' in dot
    plain = json.loads(json.dumps(to_json(graph)))
    assert plain["loops"] == ["product#0", "product#1"]
    assert plain["nodes"]["instruction"]["opcode"][0] == "br"


@pytest.mark.parametrize(
    ("options", "shows"),
    [
        ([], "product#1"),
        (["--entry", "product", "--dot"], "digraph program {"),
        (["--json"], '"preferred_vector_bits": 256'),
    ],
)
def test_command_line(options: list[str], shows: str) -> None:
    command = [sys.executable, "-m", "passwright", "graph", str(GOLDEN / "nest.ll"), *options]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    assert shows in run.stdout
