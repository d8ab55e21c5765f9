"""Signatures, argument uses, call shims and memory instrumentation of the native core, on clang's real output."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from passwright._native import Module, argument_uses, call_shim, instrument_memory, shim_name, signature
from passwright.bench.call import Buffer, Call, Scalar
from passwright.bench.runner import Runner
from passwright.irgen.frontend import lower
from passwright.passes.errors import InputError

Lower = Callable[..., Module]

ABI = """
#include <complex.h>
#include <stdbool.h>
typedef struct { double x, y; } pair;
typedef struct { int a; float b; float c; } mixed;
typedef struct { double a[5]; } large;
enum color { RED, GREEN };
double grid[10][20];
static int table[256];
const int powers[4] = {1, 10, 100, 1000};
static int never[8];
void fill(int v) { table[3] = v; }
double kinds(short n, bool flag, pair p, mixed q, large r, float complex z, enum color e, const float *restrict in,
             double rows[][20], double **pointers) {
  double s = grid[1][2] + table[n] + powers[2] + never[n];
  return s + (flag ? p.x : p.y) + q.a + q.b + q.c + r.a[2] + crealf(z) + cimagf(z) + e + in[0] + rows[1][3] + pointers[0][0];
}
large make(int n) { large r = {{0}}; r.a[0] = n; return r; }
int sum(int count, ...) { return count; }
"""


@pytest.fixture(scope="module")
def lowered(tmp_path_factory: pytest.TempPathFactory) -> Lower:
    folder = tmp_path_factory.mktemp("lowered")
    known: dict[tuple[str, str, bool], bytes] = {}

    def lower_text(source: str, suffix: str = "c", *, debug: bool = True) -> Module:
        key = (source, suffix, debug)
        if key not in known:
            path = folder / f"k{len(known)}.{suffix}"
            path.write_text(source)
            found = lower(path)
            known[key] = found.debug_bitcode if debug else found.bitcode
        return Module.parse(known[key])

    return lower_text


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with Runner() as found:
        yield found


def arguments(module: Module, function: str) -> dict[str, dict[str, Any]]:
    return {argument["name"]: argument for argument in signature(module, function)["arguments"]}


# Signatures.


def test_signature_types(lowered: Lower) -> None:
    found = arguments(lowered(ABI), "kinds")
    assert found["n"]["type"] == {"kind": "int", "name": "short", "size": 2, "signed": True}
    assert found["flag"]["ir_type"] == "i1" and found["flag"]["type"]["kind"] == "bool"
    assert found["e"]["type"]["name"] == "enum color" and found["e"]["type"]["kind"] == "int"
    assert found["in"]["type"]["to"]["const"] and found["in"]["type"]["restrict"]
    assert "noalias" in found["in"]["attributes"]
    assert found["rows"]["type"]["to"]["counts"] == [20]
    assert found["pointers"]["type"]["to"]["to"]["name"] == "double"


def test_signature_of_structs_by_value(lowered: Lower) -> None:
    found = arguments(lowered(ABI), "kinds")
    assert [found[name]["offset"] for name in ("p_x", "p_y")] == [0, 8]
    assert all(found[name]["type"]["name"] == "double" for name in ("p_x", "p_y"))
    assert found["q_0"]["ir_type"] == "i64" and found["q_0"]["type"] is None
    assert found["q_c"]["type"]["name"] == "float" and found["q_c"]["pass"] == "part"
    assert found["r"]["pass"] == "byval" and found["r"]["size"] == 40
    assert found["z_0"]["ir_type"] == "<2 x float>" and found["z_0"]["struct"] == "complex"


def test_signature_of_a_returned_struct(lowered: Lower) -> None:
    made = signature(lowered(ABI), "make")
    assert made["returns"] == "void"
    assert made["return_type"]["fields"][0]["type"]["counts"] == [5]
    assert made["arguments"][0]["pass"] == "sret" and made["arguments"][0]["name"] == "return"


def test_signature_of_globals(lowered: Lower) -> None:
    found = {item["name"]: item for item in signature(lowered(ABI), "kinds")["globals"]}
    assert found["grid"]["type"]["counts"] == [10, 20] and found["grid"]["size"] == 1600
    assert found["table"]["local"] and found["table"]["written"] and found["table"]["zero"]
    assert found["never"]["local"] and not found["never"]["written"]
    assert found["powers"]["constant"] and not found["powers"]["zero"]
    assert "table" not in {item["name"] for item in signature(lowered(ABI), "make")["globals"]}


def test_signature_is_plain_data(lowered: Lower) -> None:
    found = signature(lowered(ABI), "kinds")
    assert json.loads(json.dumps(found)) == found
    assert found["line"] > 0 and found["file"].endswith(".c")


def test_signature_of_recursive_types(lowered: Lower) -> None:
    text = "typedef struct node { struct node *next; int v; } node; int f(node *p) { return p->next->v; }"
    target = arguments(lowered(text), "f")["p"]["type"]["to"]
    inner = target["fields"][0]["type"]["to"]
    assert target["fields"][1]["name"] == "v" and inner["incomplete"]


def test_signature_of_references_and_variable_arrays(lowered: Lower) -> None:
    found = arguments(lowered('extern "C" void f(double &x, const int (&t)[4]) { x += t[1]; }', "cpp"), "f")
    assert found["x"]["type"]["kind"] == "reference" and found["t"]["type"]["to"]["counts"] == [4]
    variable = arguments(lowered("void f(int n, double a[n][n + 1]) { a[0][1] = n; }"), "f")
    assert variable["a"]["type"]["to"]["counts"] == [0]


def test_signature_without_debug_info(lowered: Lower) -> None:
    found = signature(lowered(ABI, debug=False), "kinds")
    assert all(argument["type"] is None for argument in found["arguments"])
    assert found["arguments"][0]["name"] == "arg0" and found["arguments"][0]["ir_type"] == "i16"


@pytest.mark.parametrize("ask", [signature, argument_uses, call_shim])
def test_unknown_function(ask: Callable[[Module, str], object], lowered: Lower) -> None:
    with pytest.raises(InputError, match="no function 'nowhere'") as caught:
        ask(lowered(ABI), "nowhere")
    assert "kinds" in caught.value.hint


# Uses.


def uses(lowered: Lower, text: str, suffix: str = "c") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = argument_uses(lowered(text, suffix), "f")["arguments"]
    return found


def test_bounds_strides_and_starts(lowered: Lower) -> None:
    text = """void f(double *a, int lo, int hi, int lda, int key) { for (int i = lo; i < hi; i++)
                if (a[i * lda] == key) a[i * lda] = 0; }"""
    a, lo, hi, lda, key = uses(lowered, text)
    assert "start" in lo["uses"] and "bound" in hi["uses"] and "stride" in lda["uses"]
    assert key["uses"] == ["float"] and a["elements"] == ["double"] and a["stored"]


def test_uses_look_through_helpers(lowered: Lower) -> None:
    text = """static double at(const double *a, const int *index, int i) { return a[index[i]]; }
              double f(const double *a, const int *index, int n) { double s = 0;
                for (int i = 0; i < n; i++) s += at(a, index, i); return s; }"""
    a, index, n = uses(lowered, text)
    assert index["index_into"] == [{"argument": 0}] and not a["index_into"] and "bound" in n["uses"]


def test_offsets_and_indices(lowered: Lower) -> None:
    text = """double f(int n, const int *p, const int *col, const double *x) { double s = 0;
                for (int i = 0; i < n; i++) for (int k = p[i]; k < p[i + 1]; k++) s += x[col[k]]; return s; }"""
    _, p, col, _ = uses(lowered, text)
    assert {"bound", "start"} <= set(p["values"]) and {"argument": 2} in p["index_into"]
    assert col["index_into"] == [{"argument": 3}]


def test_local_arrays_and_masks(lowered: Lower) -> None:
    text = """int f(const int *a, const int *b, int n) { int c[64] = {0};
                for (int i = 0; i < n; i++) { c[a[i]]++; c[b[i] & 63]++; } return c[n]; }"""
    a, b, _ = uses(lowered, text)
    assert a["index_into"] == [{"local": 64}] and b["index_into"] == []


def test_strings_and_library_calls(lowered: Lower) -> None:
    text = """#include <string.h>
              long f(const char *s, const char *t) { long n = strlen(t); while (*s++) n++; return n; }"""
    s, t = uses(lowered, text)
    assert "terminator" in s["values"] and t["callees"] == ["strlen"] and not t["stored"]


def test_pointer_ranges_and_rows(lowered: Lower) -> None:
    a, b = uses(
        lowered,
        "double f(const double *a, const double *b) { double s = 0; while (a != b) s += *a++; return s; }",
    )
    assert a["compared_with"] == [1] or b["compared_with"] == [0]
    rows, n = uses(
        lowered,
        "double f(double **r, int n) { double s = 0; for (int i = 0; i < n; i++) s += r[i][i]; return s; }",
    )
    assert rows["pointers"] == ["double"] and rows["elements"] == ["ptr"] and "bound" in n["uses"]


def test_constant_extents(lowered: Lower) -> None:
    text = """void f(double a[50][40], double *b, int n) { for (int i = 1; i < 49; i++) for (int j = 0; j < 40; j++)
                a[i + 1][j] = b[j * n]; }"""
    a, b, _ = uses(lowered, text)
    assert a["extent"] == 50 * 40 * 8 and b["extent"] == 0


def test_function_facts(lowered: Lower) -> None:
    text = """#include <stdio.h>
              void f(volatile int *a, double x) { for (int i = 0; i < (int)x; i++) { a[i] = 1; puts("x"); }
                __asm__ volatile("" ::: "memory"); while (x > 1) x /= 2; }"""
    facts = argument_uses(lowered(text), "f")["function"]
    assert facts["callees"] == ["puts"] and facts["inline_asm"] and facts["volatile"]
    assert facts["float_to_int"] and facts["float_exit"] and facts["loops"] == 2
    assert not facts["recursive"] and not facts["atomic"]


def test_uses_leave_the_module_alone(lowered: Lower) -> None:
    module = lowered(ABI)
    before = module.structural_hash()
    argument_uses(module, "kinds")
    assert module.structural_hash() == before


# Shims.


def call(
    runner: Runner, module: Module, entry: str, slots: list[Buffer | Scalar], returns: str = "void"
) -> Any:
    shim = call_shim(module, entry)
    shim.verify()
    runner.load(entry, [module.emit("obj"), shim.emit("obj")], entry)
    result = runner.run(entry, Call(entry, tuple(slots), {}, returns))
    assert result.status == "ok", str(result.fault)
    return result


def doubles(name: str, *values: float) -> Buffer:
    return Buffer(struct.pack(f"<{len(values)}d", *values), "inout", "f64", name, 8)


def test_shim_passes_scalars_and_structs(lowered: Lower, runner: Runner) -> None:
    text = """typedef struct { double x, y; } pair; typedef struct { double a[5]; } large;
              double f(signed char a, _Bool b, float c, long d, pair p, large r, double *out) {
                out[0] = a; out[1] = b; out[2] = c; out[3] = d; return p.x * p.y + r.a[4]; }"""
    slots: list[Buffer | Scalar] = [
        Scalar("i8", -5, "a"),
        Scalar("i1", 1, "b"),
        Scalar("float", 0.5, "c"),
        Scalar("i64", 1 << 40, "d"),
        Scalar("double", 3.0, "p_x"),
        Scalar("double", 7.0, "p_y"),
        doubles("r", 0, 0, 0, 0, 100.0),
        doubles("out", 0, 0, 0, 0),
    ]
    result = call(runner, lowered(text), "f", slots, "double")
    assert struct.unpack("<d", result.returned) == (121.0,)
    assert struct.unpack("<4d", result.outputs["out"]) == (-5.0, 1.0, 0.5, float(1 << 40))


def test_shim_returns_bools_and_structs(lowered: Lower, runner: Runner) -> None:
    yes = call(runner, lowered("_Bool f(int n) { return n > 3; }"), "f", [Scalar("i32", 9, "n")], "i1")
    assert yes.returned == b"\x01"
    memory = Buffer(bytes(40), "out", "f64", "return", 8)
    made = call(runner, lowered(ABI), "make", [memory, Scalar("i32", 6, "n")])
    assert struct.unpack_from("<d", made.outputs["return"]) == (6.0,)


def test_shim_passes_wide_vectors(lowered: Lower, runner: Runner) -> None:
    text = """typedef double v4 __attribute__((vector_size(32)));
              __attribute__((target("avx"))) v4 f(v4 a, double *out) { out[0] = a[3]; return a + a; }"""
    module = lowered(text)
    shim = call_shim(module, "f").ir()
    assert "<4 x double>" in shim and "+avx" in shim


def test_shim_names_are_symbols() -> None:
    assert shim_name("_Z3fooPd") == "__pw_call__Z3fooPd"
    assert shim_name("a.b$c") == "__pw_call_a_b_c"


def test_shim_refuses_variadic_functions(lowered: Lower) -> None:
    with pytest.raises(InputError, match="variable number"):
        call_shim(lowered(ABI), "sum")


# Instrumentation.


def test_instrumentation_skips_locals(lowered: Lower) -> None:
    module = lowered("int f(int n) { int s = 0; for (int i = 0; i < n; i++) s += i; return s; }")
    instrument_memory(module)
    module.verify()
    assert "call void @__pw_access" not in module.ir()


def test_instrumentation_sees_every_kind_of_access(lowered: Lower, runner: Runner) -> None:
    text = """#include <string.h>
              static double hidden[16];
              void f(double *plain, int *atomic, char *copied, char *set, const char *text, double *row) {
                plain[3] += 1; __atomic_fetch_add(&atomic[2], 1, 5);
                memcpy(copied + 10, copied, 7); memset(set + 1, 0, 5);
                row[strlen(text)] = 1; hidden[4] = 2; }"""
    module = lowered(text)
    shim = call_shim(module, "f").emit("obj")
    instrument_memory(module)
    module.verify()
    runner.load("touched", [module.emit("obj", opt_level=0), shim], "f")
    slots = tuple(
        Buffer(data, "inout", "u8", name, 8)
        for name, data in {
            "plain": bytes(64),
            "atomic": bytes(64),
            "copied": bytes(64),
            "set": bytes(64),
            "text": b"four\0",
            "row": bytes(64),
        }.items()
    )
    found = runner.touch("touched", Call("f", slots, {}, "void"))
    assert found.status == "ok", str(found.fault)
    seen = {
        name: (touched.read_low, touched.read_high, touched.write_low, touched.write_high)
        for name, touched in found.buffers.items()
    }
    assert seen["plain"] == (24, 32, 24, 32) and found.buffers["plain"].read_before_write
    assert seen["atomic"] == (8, 12, 8, 12)
    assert seen["copied"] == (0, 7, 10, 17)
    assert seen["set"] == (0, 0, 1, 6)
    assert seen["text"][:2] == (0, 5)
    assert seen["row"] == (0, 0, 32, 40) and not found.buffers["row"].read_before_write
    assert seen["hidden"] == (0, 0, 32, 40)
