"""The TOML form of a workload, read and written. docs/workloads.md documents it with examples."""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import fields as dataclass_fields
from pathlib import Path
from typing import Any, NoReturn

from passwright.bench.elements import TYPE_NAMES, scalar_code
from passwright.bench.expression import Expression, ExpressionError, names
from passwright.bench.fill import FILLS
from passwright.bench.sizes import Size
from passwright.bench.workload import DEFAULT_SEEDS, Argument, FieldSpec, Workload
from passwright.passes.errors import WorkloadError

_TOP = ("entry", "seeds", "sizes", "verify", "args", "globals")
_ROLES = ("in", "out", "inout")
_EXPRESSION_KEYS = ("value", "below", "total", "start", "step")


def load(path: Path) -> Workload:
    """Read and check a workload file. Raises WorkloadError."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise WorkloadError(
            f"{path}: cannot read the workload: {reason}",
            hint="give an existing file, or leave --workload out to have the workload inferred",
        ) from None
    return parse(text, path)


def parse(text: str, path: Path | None = None) -> Workload:
    """The workload that `text` describes; `path` only serves messages."""
    return _Reader(path).workload(text)


class _Reader:
    """Walks the parsed TOML; carries the file's name for messages."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.where = str(path) if path else "workload"

    def fail(self, key: str, message: str, hint: str) -> NoReturn:
        raise WorkloadError(f"{self.where}: {key}: {message}", hint=hint)

    def workload(self, text: str) -> Workload:
        try:
            data = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise WorkloadError(
                f"{self.where}: not valid TOML: {error}", hint="docs/workloads.md shows the format"
            ) from None
        self.known("the file", data, _TOP)
        entry = data.get("entry", "")
        if not isinstance(entry, str):
            self.fail("entry", f"{entry!r} is not text", 'write the symbol in quotes: entry = "name"')
        seeds = data.get("seeds", list(DEFAULT_SEEDS))
        if not isinstance(seeds, list) or not seeds or not all(_is_int(seed) and seed >= 0 for seed in seeds):
            self.fail(
                "seeds",
                f"{seeds!r} is not a list of non-negative integers",
                "write for example seeds = [1, 2, 3]",
            )
        sizes = {name: self.size(name, value) for name, value in self.table("sizes", data).items()}
        for name, size in sizes.items():
            self.check_names(f"sizes.{name}.at_least", size.at_least, sizes)
        return Workload(
            args={
                name: self.argument(f"args.{name}", v, sizes) for name, v in self.table("args", data).items()
            },
            sizes=sizes,
            verify=self.verify(data.get("verify", []), sizes),
            globals={
                name: self.argument(f"globals.{name}", v, sizes)
                for name, v in self.table("globals", data).items()
            },
            entry=entry,
            seeds=tuple(seeds),
            path=self.path,
        )

    def table(self, key: str, data: Mapping[str, Any]) -> dict[str, Any]:
        value = data.get(key, {})
        if not isinstance(value, dict):
            self.fail(key, f"{value!r} is not a table", f"write [{key}] and one line or table per name")
        return value

    def known(self, where: str, data: Mapping[str, Any], allowed: Iterable[str]) -> None:
        allowed = list(allowed)
        for key in data:
            if key not in allowed:
                near = difflib.get_close_matches(key, allowed, 1)
                hint = f"did you mean {near[0]!r}?" if near else f"known keys: {', '.join(allowed)}"
                self.fail(key, f"unknown key in {where}", hint)

    def size(self, name: str, value: Any) -> Size:
        key = f"sizes.{name}"
        if not name.isidentifier() or name in ("min", "max"):
            self.fail(key, "not usable as a size's name", "use letters, digits and _, and not min or max")
        spec = {"value": value} if _is_int(value) else value
        if not isinstance(spec, dict) or not _is_int(spec.get("value")):
            self.fail(
                key,
                f"{value!r} is not a size",
                f"write {name} = 1000 or {name} = {{ value = 1000, min = 1 }}",
            )
        self.known(key, spec, [f.name for f in dataclass_fields(Size)])
        for part in ("min", "max", "multiple"):
            if part in spec and not _is_int(spec[part]):
                self.fail(f"{key}.{part}", f"{spec[part]!r} is not an integer", "give a whole number")
        if not isinstance(spec.get("power_of_two", False), bool):
            self.fail(f"{key}.power_of_two", "not true or false", "write power_of_two = true")
        if spec.get("multiple", 1) < 1:
            self.fail(f"{key}.multiple", f"{spec['multiple']} is below 1", "give a positive number")
        if "at_least" in spec:
            self.expression(f"{key}.at_least", spec["at_least"])
        size = Size(**spec)
        if size.value < 0 or size.fit(size.value) != size.value:
            self.fail(
                key, f"the measured value {size.value} breaks its own constraints", "change one of them"
            )
        return size

    def verify(self, entries: Any, sizes: Mapping[str, Size]) -> tuple[Mapping[str, int], ...]:
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            self.fail(
                "verify", "not a list of tables", "write [[verify]] and then a line per size, such as n = 7"
            )
        for entry in entries:
            self.known("[[verify]]", entry, sizes)
            for name, value in entry.items():
                if not _is_int(value) or value < 0:
                    self.fail(f"verify.{name}", f"{value!r} is not a size", "give a whole number from 0")
        return tuple(entries)

    def argument(self, key: str, value: Any, sizes: Mapping[str, Size]) -> Argument:
        if not isinstance(value, dict):
            self.fail(
                key, f"{value!r} is not a table", f'write [{key}] and under it value = … or shape = ["…"]'
            )
        self.known(key, value, [f.name for f in dataclass_fields(Argument)])
        spec: dict[str, Any] = dict(value)
        self.check_type(key, spec.get("type", ""), "fields" in spec)
        if "shape" in spec:
            shape = spec["shape"] if isinstance(spec["shape"], list) else [spec["shape"]]
            for part in shape:
                self.check_names(f"{key}.shape", self.expression(f"{key}.shape", part), sizes)
            spec["shape"] = tuple(shape)
        elif not {"value", "range", "fields"} & spec.keys():
            self.fail(
                key, "neither an array nor a scalar", 'give shape = ["…"] (array), or value or range (scalar)'
            )
        if "role" in spec and spec["role"] not in _ROLES:
            self.fail(f"{key}.role", f"{spec['role']!r} is not a role", f"choose one of {', '.join(_ROLES)}")
        self.check_values(key, spec, sizes)
        for part, kind in (
            ("alphabet", str),
            ("terminate", bool),
            ("special", bool),
            ("align", int),
            ("stride", int),
        ):
            if part in spec and not isinstance(spec[part], kind):
                self.fail(
                    f"{key}.{part}", f"{spec[part]!r} is not of type {kind.__name__}", "correct the value"
                )
        if not isinstance(spec.get("fields", {}), dict):
            self.fail(
                f"{key}.fields", "not a table", 'write fields = { x = { type = "double", offset = 0 } }'
            )
        if spec.get("align", 0) & (spec.get("align", 0) - 1):
            self.fail(f"{key}.align", f"{spec['align']} is not a power of two", "give 1, 2, 4, …")
        spec["fields"] = {
            name: self.field(f"{key}.fields.{name}", part, sizes)
            for name, part in spec.get("fields", {}).items()
        }
        return Argument(**spec)

    def field(self, key: str, value: Any, sizes: Mapping[str, Size]) -> FieldSpec:
        if not isinstance(value, dict):
            self.fail(
                key, f"{value!r} is not a table", 'write { type = "double", offset = 0, range = [0, 1] }'
            )
        self.known(key, value, [f.name for f in dataclass_fields(FieldSpec)])
        spec = dict(value)
        self.check_type(key, spec.get("type", ""), False)
        if "offset" in spec and (not _is_int(spec["offset"]) or spec["offset"] < 0):
            self.fail(
                f"{key}.offset", f"{spec['offset']!r} is not a byte offset", "give a whole number from 0"
            )
        self.check_values(key, spec, sizes)
        if spec.get("fill", "uniform") not in ("uniform", "index", "constant", "zero"):
            self.fail(
                f"{key}.fill",
                f"{spec['fill']!r} is not for fields",
                "choose uniform, index, constant or zero",
            )
        return FieldSpec(**spec)

    def check_type(self, key: str, name: Any, has_fields: bool) -> None:
        if name in ("", "struct") or (isinstance(name, str) and scalar_code(name)):
            if has_fields and name not in ("", "struct"):
                self.fail(f"{key}.type", f"{name!r} has no fields", 'write type = "struct"')
            return
        self.fail(f"{key}.type", f"unknown type {name!r}", f"choose one of {', '.join(TYPE_NAMES)}, struct")

    def check_values(self, key: str, spec: dict[str, Any], sizes: Mapping[str, Size]) -> None:
        """fill, range and the expressions that arrays, scalars and fields share.

        The range becomes a tuple.
        """
        fill = spec.get("fill", "uniform")
        if fill not in FILLS:
            self.fail(f"{key}.fill", f"unknown fill {fill!r}", f"choose one of {', '.join(FILLS)}")
        if "range" in spec:
            if not isinstance(spec["range"], list) or len(spec["range"]) != 2:
                self.fail(f"{key}.range", f"{spec['range']!r} is not a pair", "write range = [low, high]")
            for part in spec["range"]:
                self.check_names(f"{key}.range", self.expression(f"{key}.range", part), sizes)
            low, high = spec["range"]
            if not isinstance(low, str) and not isinstance(high, str) and low > high:
                self.fail(f"{key}.range", f"{low} is above {high}", "write the lower end first")
            spec["range"] = (low, high)
        for part in _EXPRESSION_KEYS:
            if part in spec:
                self.check_names(f"{key}.{part}", self.expression(f"{key}.{part}", spec[part]), sizes)
        required = {"index": "below", "offsets": "total", "constant": "value"}.get(fill)
        if required and required not in spec:
            self.fail(f"{key}.{required}", f"fill {fill!r} needs it", f'add {required} = … , for example "n"')

    def expression(self, key: str, value: Any) -> Expression:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            self.fail(key, f"{value!r} is not a number or an expression", 'write for example "rows + 1"')
        return value

    def check_names(self, key: str, expression: Expression | None, sizes: Mapping[str, Size]) -> None:
        try:
            unknown = names(expression) - sizes.keys() if expression is not None else frozenset()
        except ExpressionError as error:
            self.fail(key, str(error), "use + - * // %, parentheses, min and max over numbers and sizes")
        if unknown:
            name = sorted(unknown)[0]
            near = difflib.get_close_matches(name, sizes, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"add {name} = … under [sizes]"
            self.fail(key, f"{name!r} is not a size", hint)


def dump(workload: Workload) -> str:
    """Canonical TOML: defaults left out, keys in the order of the dataclasses."""
    blocks: list[str] = []
    head: list[str] = []
    if workload.entry:
        head.append(f"entry = {_value(workload.entry)}")
    if workload.seeds != DEFAULT_SEEDS:
        head.append(f"seeds = {_value(workload.seeds)}")
    if head:
        blocks.append("\n".join(head))
    if workload.sizes:
        lines = []
        for name, size in workload.sizes.items():
            spec = _changed(size)
            lines.append(f"{_key(name)} = {_value(size.value if spec.keys() == {'value'} else spec)}")
        blocks.append("\n".join(["[sizes]", *lines]))
    blocks.extend(_block("[[verify]]", entry) for entry in workload.verify)
    for kind, table in (("args", workload.args), ("globals", workload.globals)):
        for name, argument in table.items():
            spec = _changed(argument)
            if "fields" in spec:
                spec["fields"] = {part: _changed(value) for part, value in argument.fields.items()}
            blocks.append(_block(f"[{kind}.{_key(name)}]", spec))
    return "\n\n".join(blocks) + "\n"


def _block(header: str, spec: Mapping[str, Any]) -> str:
    return "\n".join([header, *(f"{_key(name)} = {_value(value)}" for name, value in spec.items())])


def _changed(item: Size | Argument | FieldSpec) -> dict[str, Any]:
    """The fields of a dataclass that differ from their defaults; `value` of a size always."""
    blank = Size(-1) if isinstance(item, Size) else type(item)()
    pairs = ((f.name, getattr(item, f.name)) for f in dataclass_fields(item))
    return {name: value for name, value in pairs if value != getattr(blank, name)}


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _value(name)


def _value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case float():
            return {"Infinity": "inf", "-Infinity": "-inf", "NaN": "nan"}.get(json.dumps(value), repr(value))
        case Mapping():
            return "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + " }"
        case tuple() | list():
            return "[" + ", ".join(_value(part) for part in value) + "]"
        case _:
            return str(value)


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
