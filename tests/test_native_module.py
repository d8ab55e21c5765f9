"""Modules of the native core: reading, copying, hashing, listing, hints and attributes, errors, threads."""

from __future__ import annotations

import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from native_support import LOOPS, MIXED, lower

from passwright._native import Module
from passwright.passes.errors import InputError, IRError, ParseError, RecipeError

BASE = """
target triple = "x86_64-pc-linux-gnu"
%pair = type { i32, double }
@count = internal global i32 7, align 4
@words = constant [2 x i32] [i32 3, i32 4]
define double @f(ptr %p, i32 %n, double %x) {
entry:
  %a = add nsw i32 %n, 5
  %c = icmp slt i32 %a, 9
  br i1 %c, label %then, label %done
then:
  %q = getelementptr inbounds %pair, ptr %p, i32 0, i32 1
  %v = load double, ptr %q, align 8
  %m = fmul double %v, 2.5
  store i32 %a, ptr @count, align 4
  %r = call double @g(double %m)
  br label %done
done:
  %s = phi double [ %r, %then ], [ %x, %entry ]
  ret double %s
}
declare double @g(double) readnone
"""

# One change each that can change the code, so the hash must differ from BASE's and from one another's.
DIFFERENT = [
    ("i32 %n, 5", "i32 %n, 6"),
    ("add nsw", "add"),
    ("add nsw", "sub nsw"),
    ("icmp slt", "icmp sle"),
    ("icmp slt", "icmp ult"),
    ("2.5", "2.25"),
    ("fmul double", "fmul fast double"),
    ("inbounds %pair", "%pair"),
    ("type { i32, double }", "type { i64, double }"),
    ("type { i32, double }", "type <{ i32, double }>"),
    ("load double, ptr %q, align 8", "load volatile double, ptr %q, align 8"),
    ("load double, ptr %q, align 8", "load double, ptr %q, align 4"),
    ("load double, ptr %q, align 8", "load atomic double, ptr %q monotonic, align 8"),
    ("load double, ptr %q, align 8", "load double, ptr %q, align 8, !invariant.load !{}"),
    ("@g", "@h"),
    ("call double", "tail call double"),
    ("call double", "call fastcc double"),
    ("readnone", "readonly"),
    ("ptr %p, i32 %n", "ptr noalias %p, i32 %n"),
    ("ptr %p, i32 %n", "ptr dereferenceable(16) %p, i32 %n"),
    ("i32 7", "i32 8"),
    ("internal global", "internal constant"),
    ("internal global", "global"),
    ("[i32 3, i32 4]", "[i32 4, i32 3]"),
    ("@words = constant", "@words = weak_odr constant"),
    ("[ %r, %then ], [ %x, %entry ]", "[ %x, %then ], [ %r.0, %entry ]"),
    ("define double @f", "define double @f2"),
    ("define double @f", "define hidden double @f"),
    ("%x) {", "%x) noinline {"),
    ("%x) {", '%x) "prefer-vector-width"="512" {'),
    ("x86_64-pc-linux-gnu", "x86_64-unknown-linux-musl"),
    ("i1 %c, label %then, label %done", "i1 %c, label %done, label %then"),
]
# Changes that cannot: names of values, blocks, types and local symbols.
SAME = [("%a", "%sum"), ("entry", "start"), ("%pair", "%struct.pair"), ("@count", "@counter"), ("%n", "%0")]


def changed(old: str, new: str) -> Module:
    assert old in BASE
    text = BASE.replace("%n,", "%0,") if new == "%0" else BASE
    text = text.replace(old, new)
    if "%r.0" in new:
        text = text.replace("%r.0", "0.0")
    return Module.parse(text.encode())


@pytest.mark.tiny
def test_hash_tells_modules_apart() -> None:
    hashes = [Module.parse(BASE.encode()).structural_hash()]
    hashes += [changed(old, new).structural_hash() for old, new in DIFFERENT]
    assert len(set(hashes)) == len(hashes)
    assert all(len(text) == 32 and int(text, 16) >= 0 for text in hashes)


@pytest.mark.tiny
@pytest.mark.parametrize(("old", "new"), SAME)
def test_hash_ignores_names(old: str, new: str) -> None:
    assert changed(old, new).structural_hash() == Module.parse(BASE.encode()).structural_hash()


def test_hash_is_stable(tmp_path: Path) -> None:
    for source, suffix in ((LOOPS, ".c"), (MIXED, ".cpp")):
        module = lower(source, tmp_path, suffix=suffix)
        debug = lower(source, tmp_path, "-g", suffix=suffix)
        assert debug.structural_hash() == module.structural_hash()
        debug.strip_debug()
        assert debug.structural_hash() == module.structural_hash()
        for pipeline in ("function(sroa,instcombine)", "default<O3>"):
            module.run(pipeline)
            copies = [module.clone(), module.clone(isolated=True)]
            copies += [Module.parse(module.bitcode()), Module.parse(module.ir().encode())]
            assert {copy.structural_hash() for copy in copies} == {module.structural_hash()}
    script = (
        "import sys; from passwright._native import Module;"
        "print(Module.parse(sys.stdin.buffer.read()).structural_hash())"
    )
    other = subprocess.run(
        [sys.executable, "-c", script], input=module.bitcode(), capture_output=True, check=True
    )
    assert other.stdout.decode().strip() == module.structural_hash()


def test_copies_compile_to_the_same_code(tmp_path: Path) -> None:
    module = lower(MIXED, tmp_path, suffix=".cpp")
    module.run("function(sroa,loop-mssa(licm))")
    copies = [
        module.clone(),
        module.clone(isolated=True),
        Module.parse(module.bitcode(), module.name),
        module,
    ]
    objects = []
    for copy in copies:
        copy.run("default<O3>")
        objects += [copy.emit(), copy.clone().emit(), Module.parse(copy.bitcode(), module.name).emit()]
    assert len(set(objects)) == 1


@pytest.mark.tiny
def test_a_clone_outlives_its_original() -> None:
    clone = Module.parse(BASE.encode()).clone()
    clone.run("function(instcombine)")
    assert clone.instruction_count > 0
    clone.verify()


@pytest.mark.tiny
def test_text_round_trip_and_properties() -> None:
    module = Module.parse(BASE.encode(), "base.ll")
    assert module.name == "base.ll"
    assert module.triple == "x86_64-pc-linux-gnu"
    assert module.instruction_count == 11
    again = Module.parse(module.ir().encode(), "base.ll")
    assert again.ir() == module.ir()
    assert again.bitcode() == module.bitcode()


@pytest.mark.tiny
def test_parse_errors_have_positions(tmp_path: Path) -> None:
    with pytest.raises(ParseError, match="expected value token") as text:
        Module.parse(b"define i32 @f() {\n  ret i32 x\n}", "wrong.ll")
    assert (text.value.path, text.value.line, text.value.column) == ("wrong.ll", 2, 11)
    with pytest.raises(IRError, match="does not dominate"):
        Module.parse(b"define i32 @f() {\n %a = add i32 %b, 1\n %b = add i32 1, 2\n ret i32 %a\n}")
    for data in (b"\x00\x01\x02", b"int main;", b"BC\xc0\xdeabcd", b"BC"):
        with pytest.raises(ParseError):
            Module.parse(data)
    with pytest.raises(InputError, match="No such file"):
        Module.load(str(tmp_path / "missing.bc"))
    with pytest.raises(InputError, match="directory"):
        Module.load(str(tmp_path))


def test_broken_bitcode_is_refused_in_order(tmp_path: Path) -> None:
    """Truncated bitcode always ends in an exception; with flipped bits LLVM's reader is left to a process."""
    whole = lower(LOOPS, tmp_path).bitcode()
    for length in range(4, len(whole), 97):
        with pytest.raises((ParseError, IRError)):
            Module.parse(whole[:length])
    script = (
        "import sys, random\n"
        "from passwright._native import Module\n"
        "from passwright.passes.errors import PasswrightError\n"
        "whole = sys.stdin.buffer.read(); rng = random.Random(int(sys.argv[1])); refused = 0\n"
        "for _ in range(100):\n"
        "    data = bytearray(whole); at = rng.randrange(8, len(data)); data[at] ^= 1 << rng.randrange(8)\n"
        "    try: Module.parse(bytes(data))\n"
        "    except PasswrightError: refused += 1\n"
        "print(refused)\n"
    )
    seed = str(random.Random(5).randrange(1000))
    done = subprocess.run([sys.executable, "-c", script, seed], input=whole, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    assert int(done.stdout) > 10


def test_lists_functions_and_globals(tmp_path: Path) -> None:
    source = "static int hits; int get(void) { return ++hits; }\nextern int out;\n"
    source += "const int squares[3] = {0, 1, 4};\nint *where(void) { return &out; }\n"
    module = lower(source, tmp_path, "-g")
    functions = {function.name: function for function in module.functions()}
    assert set(functions) == {"get", "where"}
    get = functions["get"]
    assert (get.linkage, get.is_local, get.is_declaration, get.line, get.loops) == (
        "external",
        False,
        False,
        1,
        0,
    )
    assert get.file.endswith("lowered.c")
    assert get.instructions == 4
    variables = {variable.name: variable for variable in module.globals()}
    assert (variables["hits"].is_local, variables["hits"].zero, variables["hits"].size) == (True, True, 4)
    assert (variables["squares"].constant, variables["squares"].size) == (True, 12)
    assert variables["squares"].type == "[3 x i32]"
    assert variables["out"].is_declaration
    cxx = lower(MIXED, tmp_path, suffix=".cpp")
    assert any(f.demangled.startswith("work(std::vector<double") for f in cxx.functions())


def test_loops_have_stable_ids(tmp_path: Path) -> None:
    module = lower(LOOPS, tmp_path, "-g")
    loops = {loop.id: loop for loop in module.loops()}
    assert list(loops) == ["gemm#0", "gemm#1", "gemm#2", "dot#0", "zero#0", "skip#0", "sixteen#0"]
    inner = loops["gemm#2"]
    assert (inner.parent, inner.depth, inner.innermost, inner.line) == ("gemm#1", 3, True, 8)
    assert (loops["gemm#0"].depth, loops["gemm#0"].parent, loops["gemm#0"].innermost) == (1, "", False)
    assert [loop.id for loop in module.clone().loops("dot")] == ["dot#0"]
    assert loops["sixteen#0"].trip_count == 0  # the counter is in memory
    module.run("function(sroa)")
    assert module.loops("sixteen")[0].trip_count == 17  # the header runs once more than the body
    with pytest.raises(RecipeError, match="no function 'gem'"):
        module.loops("gem")


def test_hints_steer_the_passes(tmp_path: Path) -> None:
    base = lower(LOOPS, tmp_path)

    def remarks(module: Module, name: str) -> list[str]:
        report = module.run("default<O3>", remarks=True)
        return [remark.message for remark in report.remarks if remark.name == name]

    plain, hinted = base.clone(), base.clone()
    hinted.hint("dot#0", "unroll.count", "2")
    hinted.hint("dot#0", "unroll.count", "5")  # takes the place of the first
    hinted.hint("sixteen#0", "vectorize.enable", "false")
    hinted.hint("sixteen#0", "unroll.disable")
    assert hinted.ir().count("llvm.loop.unroll.count") == 1
    assert hinted.ir().count("llvm.loop.mustprogress") == base.ir().count("llvm.loop.mustprogress")
    assert any("unrolled loop by a factor of 5" in text for text in remarks(hinted, "PartialUnrolled"))
    assert not any("factor of 5" in text for text in remarks(plain, "PartialUnrolled"))
    assert [loop.id for loop in plain.loops("sixteen")] == []
    assert [loop.id for loop in hinted.loops("sixteen")] == ["sixteen#0"]


def test_a_hint_reaches_a_loop_with_several_latches(tmp_path: Path) -> None:
    module = lower(LOOPS, tmp_path)
    module.run("function(sroa,simplifycfg)")
    module.hint("skip#0", "unroll.count", "3")
    report = module.run("default<O3>", remarks=True)
    assert any(
        remark.function == "skip" and "factor of 3" in remark.message
        for remark in report.remarks
        if remark.kind == "passed"
    )


@pytest.mark.tiny
@pytest.mark.parametrize(
    ("loop", "key", "value", "message"),
    [
        ("f#0", "unroll.count", "4", "has no loops"),
        ("f", "unroll.count", "4", "not a loop id"),
        ("nothing#0", "unroll.count", "4", "it defines: f"),
        ("f#0", "unroll.cuont", "4", "unroll.count, unroll.full"),
        ("f#0", "unroll.count", "many", None),
    ],
)
def test_hints_that_do_not_exist(loop: str, key: str, value: str, message: str | None) -> None:
    with pytest.raises(RecipeError, match=message):
        Module.parse(BASE.encode()).hint(loop, key, value)


def test_hint_values_are_checked(tmp_path: Path) -> None:
    module = lower(LOOPS, tmp_path)
    for key, value in (("unroll.count", "0"), ("vectorize.enable", "yes"), ("unroll.full", "3")):
        with pytest.raises(RecipeError, match=key):
            module.hint("dot#0", key, value)


@pytest.mark.tiny
def test_attributes() -> None:
    module = Module.parse(BASE.encode())
    module.set_attribute("prefer-vector-width", "512")
    module.set_attribute("noinline", "", "f")
    assert '"prefer-vector-width"="512"' in module.ir()
    module.set_attribute("alwaysinline", "", "f")
    module.verify()
    assert "noinline" not in module.ir()
    module.set_attribute("alwaysinline", None)
    module.set_attribute("prefer-vector-width", None)
    assert module.structural_hash() == Module.parse(BASE.encode()).structural_hash()
    for key in ("dereferenceable", "noalias", ""):
        with pytest.raises(RecipeError):
            module.set_attribute(key, "1")
    with pytest.raises(RecipeError, match="no function 'g'"):
        module.set_attribute("noinline", "", "g")


def test_threads_share_nothing_or_take_turns(tmp_path: Path) -> None:
    """Clones share a context and take turns, other modules run in parallel: all come out as one after the other."""
    modules = [lower(LOOPS, tmp_path), lower(MIXED, tmp_path, suffix=".cpp")]
    expected = []
    for module in modules:
        alone = module.clone(isolated=True)
        alone.run("default<O2>")
        expected.append(alone.emit())

    def compile(index: int) -> bytes:
        copy = modules[index].clone()
        copy.run("default<O2>")
        return copy.emit()

    with ThreadPoolExecutor(4) as pool:
        jobs = [0, 1, 0, 0, 1, 0]
        assert list(pool.map(compile, jobs)) == [expected[index] for index in jobs]


def test_nothing_leaks(tmp_path: Path) -> None:
    """nanobind reports instances, types and functions that are left at exit."""
    script = (
        "from passwright._native import Module\n"
        "import passwright._native as native\n"
        "m = Module.parse(b'define i32 @f(i32 %x) {\\n ret i32 %x\\n}')\n"
        "c = m.clone(); c.run('default<O3>', remarks=True); c.functions(); c.autophase(); c.opcode_counts()\n"
        "try: m.run('nonsense')\n"
        "except Exception as error: kept = error\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr == ""
