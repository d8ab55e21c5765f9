"""A libFuzzer harness from a workload and a signature: the tables that `fuzz_runtime.c` works by, as C text.

Bytes become sizes within their constraints, scalars within their ranges and buffers that respect their fills, so that
whatever the fuzzer finds is a call that the workload admits. Expressions over sizes become C; everything that does not
depend on sizes (layouts, roles, alignments) comes from the same place as for verification (bench/resolve.py).

Left out: calls in which two arguments are the same buffer, and global arrays of static linkage, which no other file can
name (`unreachable` says which).
"""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from passwright.bench.compare import return_layout
from passwright.bench.expression import Expression
from passwright.bench.fill import TEXT_ALPHABET, default_range, integer_limits
from passwright.bench.resolve import Described, describe

if TYPE_CHECKING:
    from passwright.bench.workload import Argument, FieldSpec, Workload

RUNTIME = Path(__file__).with_name("fuzz_runtime.c")
"""What is the same for every workload; the generated text includes it (`-I` on its folder)."""
MAX_SLOTS = 64
"""Arguments and globals together, and sizes: the runtime's tables have no more room."""

_FILLS = {
    "uniform": "UNIFORM",
    "pointers": "UNIFORM",
    "index": "INDEX",
    "offsets": "OFFSETS",
    "sorted": "SORTED",
    "permutation": "PERMUTATION",
    "iota": "IOTA",
    "constant": "CONSTANT",
    "zero": "CONSTANT",
    "text": "TEXT",
    "spd": "SPD",
}
_OPERATORS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*"}


def fits(workload: Workload, signature: Mapping[str, Any]) -> bool:
    """Whether the runtime has room for this many sizes, arguments and globals."""
    slots = len(signature["arguments"]) + len(workload.globals)
    return max(len(workload.sizes), slots) <= MAX_SLOTS


def harness_source(workload: Workload, signature: Mapping[str, Any], *, shim: str, cap: int = 1024) -> str:
    """The C text for one kernel.

    Args:
        shim: the symbol of the call shim in the instrumented build (`_native.shim_name`).
        cap: the largest value of a size, unless its constraints ask for more; measured values bound it too, as
            for the sizes that verification makes up.

    Raises WorkloadError where workload and signature contradict each other.
    """
    arguments, variables = describe(workload, signature)
    everything = [*arguments, *variables]
    names = {name: number for number, name in enumerate(workload.sizes)}
    text = [
        "// Generated from a workload by bench/reliability/harness.py.",
        '#include "fuzz_runtime.h"',
        "",
        *_sizes(workload, cap),
        "",
    ]
    for number, one in enumerate(everything):
        rows = [f"    {_field(one, field.name, field.code, field.offset)}," for field in one.layout.fields]
        text += [f"static struct pw_field fields_{number}[] = {{", *rows, "};"]
    text += [f"extern char global_{n}[] __asm__({_quoted(one.name)});" for n, one in enumerate(variables)]
    text += ["", "struct pw_argument pw_arguments[] = {"]
    for number, one in enumerate(everything):
        symbol = number - len(arguments)
        place = f"{_quoted(one.name)}, global_{symbol}" if symbol >= 0 else "0, 0"
        text.append(f"    {_argument(one, number, place)},")
    text += [
        "    {0}};",
        f"const uint32_t pw_argument_count = {len(arguments)}, pw_global_count = {len(variables)};",
        *_returned(str(signature["returns"])),
        f"const char pw_shim[] = {_quoted(shim)};",
        f"extern void instrumented(void **slots, void *result) __asm__({_quoted(shim)});",
        "void pw_call(void **slots, void *result) { instrumented(slots, result); }",
        "",
        *_floors(workload, names),
        "",
        "bool pw_resolve(const int64_t *size) {",
        "  bool bad = false;",
        "  (void)size;",
    ]
    for number, one in enumerate(everything):
        text += [f"  {line}" for line in _resolution(one, number, names)]
    text += ["  return !bad;", "}", "", f'#include "{RUNTIME.name}"', ""]
    return "\n".join(text)


def unreachable(workload: Workload, module_globals: Sequence[Any]) -> tuple[str, ...]:
    """Globals that the workload fills and that another file cannot name."""
    local = {item.name for item in module_globals if item.is_local}
    return tuple(name for name in workload.globals if name in local)


def c_expression(expression: Expression, names: Mapping[str, int]) -> tuple[str, bool]:
    """C text of an expression over `size[…]`, and whether it is a double; `bad` is set on a division by zero."""
    if not isinstance(expression, str):
        return _number(expression)
    return _walk(ast.parse(expression.strip(), mode="eval").body, names)


def _number(value: int | float) -> tuple[str, bool]:
    if isinstance(value, int) and -(2**63) < value < 2**64:
        return f"{value}ll" if value < 2**63 else f"(int64_t){value}ull", False
    return repr(float(value)).replace("inf", "INFINITY"), True


def _walk(node: ast.expr, names: Mapping[str, int]) -> tuple[str, bool]:
    match node:
        case ast.Constant(value=int() | float() as number):
            return _number(number)
        case ast.Name(id=name):
            return f"size[{names[name]}]", False
        case ast.UnaryOp(operand=operand):
            text, floating = _walk(operand, names)
            return f"(-{text})", floating
        case ast.BinOp(left=left, op=op, right=right):
            (a, a_floating), (b, b_floating) = _walk(left, names), _walk(right, names)
            floating = a_floating or b_floating
            if type(op) in _OPERATORS:
                if floating:
                    a, b = f"(double){a}", f"(double){b}"
                return f"({a} {_OPERATORS[type(op)]} {b})", floating
            function = "pw_floordiv" if isinstance(op, ast.FloorDiv) else "pw_mod"
            return f"{function}((int64_t){a}, (int64_t){b}, &bad)", floating
        case ast.Call(func=ast.Name(id=name), args=args):
            parts = [_walk(argument, names) for argument in args]
            floating = any(part[1] for part in parts)
            text = parts[0][0]
            for other, _ in parts[1:]:
                text = f"pw_{'f' if floating else ''}{name}({text}, {other})"
            return text, floating
    raise AssertionError(ast.dump(node))  # the workload's reader saw to it


def _whole(expression: Expression, names: Mapping[str, int]) -> str:
    text, floating = c_expression(expression, names)
    return f"(int64_t)({text})" if floating else text


def _real(expression: Expression, names: Mapping[str, int]) -> str:
    return f"(double)({c_expression(expression, names)[0]})"


def _quoted(text: str) -> str:
    return json.dumps(text)


def _sizes(workload: Workload, cap: int) -> list[str]:
    lines = ["const struct pw_size pw_sizes[] = {"]
    for name, size in workload.sizes.items():
        # Constraints may force more than the cap: an `at_least` beyond it, a large minimum.
        highest = min(cap, size.value) if size.at_least is None else size.value
        highest = max(highest, size.min, size.multiple if size.min > 0 else 0)
        highest = highest if size.max is None else min(highest, size.max)
        power = str(size.power_of_two).lower()
        lines.append(f"    {{{_quoted(name)}, {size.min}, {highest}, {size.multiple}, {power}}},")
    return [*lines, "    {0}};", f"const uint32_t pw_size_count = {len(workload.sizes)};"]


def _floors(workload: Workload, names: Mapping[str, int]) -> list[str]:
    lines = [
        "int64_t pw_floor(uint32_t index, const int64_t *size, bool *out) {",
        "  bool bad = false;",
        "  int64_t floor = 0;",
        "  (void)size;",
        "  switch (index) {",
    ]
    for number, size in enumerate(workload.sizes.values()):
        if size.at_least is not None:
            lines.append(f"  case {number}: floor = {_whole(size.at_least, names)}; break;")
    return [*lines, "  default: break;", "  }", "  *out |= bad;", "  return floor;", "}"]


def _returned(ir_type: str) -> list[str]:
    comparable = ir_type in ("i1", "i8", "i16", "i32", "i64", "half", "float", "double")
    code = return_layout(ir_type).code if comparable else ""
    kind, size = (f"'{code[0]}'", return_layout(ir_type).stride) if code else ("0", 0)
    return [f"const char pw_return_kind = {kind};", f"const uint8_t pw_return_size = {size};"]


def _argument(one: Described, number: int, place: str) -> str:
    scalar = str(one.shape is None).lower()
    pointers = str(one.spec.fill == "pointers").lower()
    align = one.spec.align or one.layout.align
    count = len(one.layout.fields)
    counts = f"{int(one.shape is None)}, 0, 0"
    head = f"{_quoted(one.name)}, {scalar}, {pointers}, {one.layout.stride}, {align}"
    return f"{{{head}, {count}, fields_{number}, {counts}, {place}}}"


def _field_fill(one: Described, name: str) -> str:
    part = one.spec.fields.get(name)
    if one.shape is None:
        return "uniform" if one.spec.value is None else "constant"
    if not one.layout.is_struct:
        return one.spec.fill
    if part is not None and part.fill == "index":
        return "index"
    constant = part is not None and (part.fill in ("zero", "constant") or part.value is not None)
    return "constant" if constant or one.spec.fill == "zero" else "uniform"


def _field(one: Described, name: str, code: str, offset: int) -> str:
    size = 1 if code == "bool" else int(code[1:]) // 8
    special = str(one.spec.special and one.shape is not None).lower()
    terminate = str(one.spec.terminate).lower()
    alphabet = "".join(f"\\{byte:03o}" for byte in (one.spec.alphabet or TEXT_ALPHABET).encode("latin-1"))
    fill = f"PW_{_FILLS[_field_fill(one, name)]}"
    return f"{{'{code[0]}', {size}, {offset}, {fill}, {special}, {terminate}, \"{alphabet}\", 0, 0, 0, 0, 0, 0, 0}}"


def _resolution(one: Described, number: int, names: Mapping[str, int]) -> list[str]:
    lines = []
    target = f"pw_arguments[{number}]"
    if one.shape is not None:
        extents = [_whole(part, names) for part in one.shape]
        lines += [f"bad |= {extent} < 0;" for extent in extents]
        lines.append(f"{target}.count = {' * '.join(f'({extent})' for extent in extents)};")
        if one.spec.fill == "pointers":
            lines.append(f"{target}.rows = {extents[0]};")
        if one.spec.fill == "spd":
            lines.append(f"{target}.order = {extents[-1]};")
    for index, field in enumerate(one.layout.fields):
        part = one.spec.fields.get(field.name)
        fill = _field_fill(one, field.name)
        lines += _field_values(f"fields_{number}[{index}]", one.spec, part, fill, field.code, names)
    return lines


def _field_values(
    target: str,
    spec: Argument,
    part: FieldSpec | None,
    fill: str,
    code: str,
    names: Mapping[str, int],
) -> list[str]:
    source: Argument | FieldSpec = part or spec
    match fill:
        case "index":
            return [f"{target}.bound = {_whole(source.below or 0, names)};"]
        case "offsets":
            return [f"{target}.bound = {_whole(spec.total or 0, names)};"]
        case "constant" | "zero":
            value = 0 if fill == "zero" or (part is None and spec.fill == "zero") else source.value or 0
            return [f"{target}.start = {_real(value, names)};"]
        case "iota":
            return [
                f"{target}.start = {_real(spec.start, names)};",
                f"{target}.step = {_real(spec.step, names)};",
            ]
        case "text" | "permutation" | "spd":
            return []
    low, high = source.range if source.range is not None else default_range(code)
    if code.startswith("f"):
        lines = [f"{target}.float_low = {_real(low, names)};", f"{target}.float_high = {_real(high, names)};"]
        return [*lines, f"bad |= !({target}.float_low <= {target}.float_high);"]
    ends = [_integer_end(low, names, up=True), _integer_end(high, names, up=False)]
    lines = [f"{target}.low = {ends[0]};", f"{target}.high = {ends[1]};"]
    if code[0] == "u" or code == "bool":
        return [*lines, f"bad |= (uint64_t){target}.low > (uint64_t){target}.high;"]
    smallest, largest = integer_limits(code)
    limits = f"{target}.low < ({smallest + 1}ll - 1) || {target}.high > {largest}ll"
    return [*lines, f"bad |= {target}.low > {target}.high || {limits};"]


def _integer_end(expression: Expression, names: Mapping[str, int], *, up: bool) -> str:
    text, floating = c_expression(expression, names)
    return f"(int64_t)__builtin_{'ceil' if up else 'floor'}({text})" if floating else text


__all__ = ["MAX_SLOTS", "RUNTIME", "c_expression", "fits", "harness_source", "unreachable"]
