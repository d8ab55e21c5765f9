"""What the static tools are asked for, as data: warnings, checks, those left out with the reason, severities, kinds.

A finding's *kind* is the defect behind it, whichever tool names it how. Findings of one kind on one line are one
defect. Severities follow what the defect does: high is undefined behaviour or a wrong result whenever the place is
reached; medium the same under conditions that the tool assumes; low is code that usually means something else.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache

from passwright.bench.reliability.findings import Severity

WARNINGS = (
    "-Wall", "-Wextra", "-Warray-bounds-pointer-arithmetic", "-Wbad-function-cast", "-Wcast-function-type",
    "-Wcomma", "-Wconditional-uninitialized", "-Wformat=2", "-Wimplicit-fallthrough", "-Wloop-analysis",
    "-Wshadow-field-in-constructor-modified", "-Wshift-sign-overflow", "-Wshorten-64-to-32",
    "-Wtautological-constant-in-range-compare", "-Wundefined-reinterpret-cast", "-Wunreachable-code-return",
)  # fmt: skip

STYLE_WARNINGS = {
    "unused-parameter": "a signature may be given from outside",
    "unused-function": "dead code computes nothing wrong",
    "unused-variable": "dead code computes nothing wrong",
    "unused-const-variable": "dead code computes nothing wrong",
    "unused-local-typedef": "dead code computes nothing wrong",
    "unused-label": "dead code computes nothing wrong",
    "missing-field-initializers": "the language defines the rest as zero",
    "unknown-pragmas": "pragmas of other compilers and of OpenMP",
    "deprecated-copy": "a matter of declaring what the language already does",
    "ignored-qualifiers": "has no effect",
}
"""Groups of -Wall and -Wextra that say nothing about defects, with the reason."""

TIDY_CHECKS = ("bugprone-*", "cert-*")

ANALYZER_CHECKS = (
    "core", "cplusplus", "deadcode", "unix", "valist", "nullability", "optin.core.EnumCastOutOfRange",
    "optin.portability.UnixAPI", "security.FloatLoopCounter", "security.PutenvStackArray", "security.cert.env.InvalidPtr",
    "security.insecureAPI.UncheckedReturn", "security.insecureAPI.gets", "security.insecureAPI.mktemp",
)  # fmt: skip
"""Of the static analyzer: what its authors call ready. `alpha.*` is not; `optin.performance` is no defect; `osx`,
`fuchsia`, `webkit` and `mpi` are rules of other places; of `security.insecureAPI` the rest condemns memcpy and strcpy
as such. A name stands for the whole package."""

_NAMING = "a matter of naming"
_DESIGN = "about the interface, not about what is computed"
_ALIAS = "another name of a bugprone check"
_ANNEX_K = "asks for Annex K functions, which glibc does not have"
_STYLE = "style"

STYLE_CHECKS = {
    "bugprone-argument-comment": "about comments",
    "bugprone-casting-through-void": _STYLE,
    "bugprone-crtp-constructor-accessibility": _DESIGN,
    "bugprone-easily-swappable-parameters": _DESIGN,
    "bugprone-forwarding-reference-overload": _DESIGN,
    "bugprone-implicit-widening-of-multiplication-result": "every a[i * n + j] with int indices; sanitized runs show it",
    "bugprone-macro-parentheses": _STYLE,
    "bugprone-multi-level-implicit-pointer-conversion": _STYLE,
    "bugprone-narrowing-conversions": "every conversion of numeric code; -Wshorten-64-to-32 keeps the lossy ones of sizes",
    "bugprone-reserved-identifier": _NAMING,
    "bugprone-suspicious-include": "about the build",
    "bugprone-switch-missing-default-case": _STYLE,
    "bugprone-unsafe-functions": _ANNEX_K,
    "bugprone-unused-local-non-trivial-variable": "dead code computes nothing wrong",
    "cert-con36-c": _ALIAS,
    "cert-con54-cpp": _ALIAS,
    "cert-ctr56-cpp": _ALIAS,
    "cert-dcl03-c": _STYLE,
    "cert-dcl16-c": _STYLE,
    "cert-dcl37-c": _NAMING,
    "cert-dcl50-cpp": _DESIGN,
    "cert-dcl51-cpp": _NAMING,
    "cert-dcl59-cpp": _DESIGN,
    "cert-err09-cpp": _STYLE,
    "cert-err61-cpp": _STYLE,
    "cert-exp42-c": _ALIAS,
    "cert-flp37-c": _ALIAS,
    "cert-int09-c": _STYLE,
    "cert-msc24-c": _ANNEX_K,
    "cert-msc30-c": "the quality of random numbers, which no kernel may use",
    "cert-msc32-c": "the quality of random numbers, which no kernel may use",
    "cert-msc33-c": _ANNEX_K,
    "cert-msc50-cpp": "the quality of random numbers, which no kernel may use",
    "cert-msc51-cpp": "the quality of random numbers, which no kernel may use",
    "cert-msc54-cpp": _ALIAS,
    "cert-oop11-cpp": "about speed",
    "cert-oop54-cpp": _ALIAS,
    "cert-sig30-c": _ALIAS,
    "cert-str34-c": _ALIAS,
}
"""Checks of clang-tidy that are not asked for, with the reason."""

WEIGHTS: dict[Severity, float] = {"high": 1.0, "medium": 1 / 3, "low": 1 / 9}
"""What a finding counts for in the defect density: the 9-3-1 scale of quality function deployment (Akao 1990), so that
the density reads as severe defects per 1000 lines."""


@dataclass(frozen=True)
class Rule:
    """What checks whose name matches `pattern` mean."""

    pattern: str
    kind: str
    severity: Severity


def _rules(kind: str, severity: Severity, *patterns: str) -> tuple[Rule, ...]:
    return tuple(Rule(pattern, kind, severity) for pattern in patterns)


RULES: tuple[Rule, ...] = (
    *_rules("uninitialized", "high", "-Wuninitialized", "-Wuninitialized-const-reference", "core.uninitialized.*",
            "core.UndefinedBinaryOperatorResult", "valist.Uninitialized"),
    *_rules("uninitialized", "medium", "-Wsometimes-uninitialized", "-Wconditional-uninitialized"),
    *_rules("out-of-bounds", "high", "-Warray-bounds*", "-Wfortify-source", "-Wstringop-*", "unix.cstring.OutOfBounds",
            "-Wbuiltin-memcpy-chk-size", "unix.cstring.BadSizeArg", "bugprone-not-null-terminated-result"),
    *_rules("null-dereference", "high", "core.NullDereference", "core.NonNullParamChecker", "unix.cstring.NullArg",
            "-Wnull-dereference", "-Wnonnull", "nullability.*", "bugprone-stringview-nullptr"),
    *_rules("use-after-free", "high", "cplusplus.NewDelete", "cplusplus.InnerPointer", "unix.Malloc:use",
            "bugprone-dangling-handle", "-Wdangling*", "-Wfree-nonheap-object"),
    *_rules("leak", "medium", "cplusplus.NewDeleteLeaks", "unix.Malloc:leak", "bugprone-suspicious-realloc-usage"),
    *_rules("bad-free", "high", "unix.MismatchedDeallocator", "cplusplus.ArrayDelete", "-Wmismatched-new-delete",
            "bugprone-shared-ptr-array-mismatch", "bugprone-unique-ptr-array-mismatch", "unix.Malloc:free"),
    *_rules("escaping-address", "high", "core.StackAddress*", "core.StackAddrEscapeBase", "-Wreturn-stack-address",
            "bugprone-return-const-ref-from-parameter"),
    *_rules("division", "high", "core.DivideZero", "-Wdivision-by-zero"),
    *_rules("shift", "high", "core.BitwiseShift", "-Wshift-count-*", "-Wshift-negative-value", "-Wshift-overflow",
            "-Wshift-sign-overflow"),
    *_rules("overflow", "high", "-Winteger-overflow", "-Wconstant-conversion", "-Wliteral-range"),
    *_rules("format", "high", "-Wformat", "-Wformat-insufficient-args", "-Wformat-extra-args", "-Wformat-invalid-specifier"),
    *_rules("format", "medium", "-Wformat-*"),
    *_rules("no-return", "high", "-Wreturn-type", "-Wreturn-mismatch"),
    *_rules("sequence", "high", "-Wunsequenced", "-Wsequence-point", "bugprone-macro-repeated-side-effects"),
    *_rules("endless", "high", "-Winfinite-recursion", "bugprone-infinite-loop", "bugprone-too-small-loop-variable"),
    *_rules("endless", "low", "-Wfor-loop-analysis", "-Wloop-analysis"),
    *_rules("sizeof", "high", "-Wsizeof-pointer-memaccess", "-Wsizeof-array-argument", "-Wsizeof-array-div",
            "-Wsizeof-pointer-div", "unix.MallocSizeof", "bugprone-misplaced-*-in-*alloc", "bugprone-sizeof-container"),
    *_rules("sizeof", "medium", "bugprone-sizeof-expression"),
    *_rules("assignment-condition", "medium", "-Wparentheses", "bugprone-assignment-in-if-condition"),
    *_rules("parentheses", "medium", "-Wlogical-op-parentheses", "-Wbitwise-op-parentheses", "-Wlogical-not-parentheses",
            "-Wdangling-else", "-Wshift-op-parentheses", "-Wbool-operation"),
    *_rules("memory-operation", "high", "-Wdynamic-class-memaccess", "-Wnontrivial-memcall", "-Wmemset-transposed-args",
            "bugprone-undefined-memory-manipulation", "bugprone-suspicious-memset-usage", "-Wsuspicious-memaccess"),
    *_rules("comparison", "medium", "-Wtautological*", "bugprone-suspicious-string-compare", "-Wstring-compare",
            "bugprone-chained-comparison", "bugprone-redundant-branch-condition", "bugprone-suspicious-memory-comparison"),
    *_rules("comparison", "low", "-Wsign-compare"),
    *_rules("empty-body", "medium", "-Wempty-body", "bugprone-suspicious-semicolon", "-Wmisleading-indentation",
            "bugprone-multiple-statement-macro"),
    *_rules("fallthrough", "low", "-Wimplicit-fallthrough"),
    *_rules("integer-division", "medium", "bugprone-integer-division", "bugprone-incorrect-roundings",
            "bugprone-misplaced-widening-cast"),
    *_rules("use-after-move", "high", "cplusplus.Move", "bugprone-use-after-move"),
    *_rules("narrowing", "low", "-Wshorten-64-to-32", "bugprone-signed-char-misuse", "-Wimplicit-int-*conversion"),
    *_rules("float-loop", "medium", "security.FloatLoopCounter", "cert-flp30-c"),
    *_rules("unchecked-result", "low", "cert-err33-c", "cert-err34-c", "-Wunused-result", "bugprone-unused-return-value",
            "bugprone-standalone-empty"),
    *_rules("no-effect", "medium", "-Wunused-value", "-Wunused-comparison", "-Wself-assign*", "-Wcomma",
            "bugprone-unused-raii"),
    *_rules("dead-store", "low", "deadcode.DeadStores", "-Wunused-but-set-*"),
    *_rules("duplicate-branch", "low", "bugprone-branch-clone"),
    *_rules("undefined-call", "high", "core.CallAndMessage*", "cplusplus.PureVirtualCall", "-Wcall-to-pure-virtual*",
            "-Wdelete-incomplete", "-Wdelete-non-virtual-dtor", "-Wdelete-abstract-non-virtual-dtor", "-Wvarargs"),
    *_rules("swapped-arguments", "medium", "bugprone-swapped-arguments", "bugprone-string-constructor"),
    *_rules("variable-length-array", "high", "core.VLASize"),
)  # fmt: skip
"""First match wins; a check that none matches is a kind of its own."""

_DEFAULTS: dict[str, Severity] = {"clang": "low", "analyzer": "medium", "clang-tidy": "low"}


@lru_cache(maxsize=1024)
def _rule(check: str) -> Rule | None:
    return next((rule for rule in RULES if fnmatchcase(check, rule.pattern)), None)


def kind_of(check: str, message: str = "") -> str:
    """The defect that a check is about; `message` tells uses after free from leaks, which share a check."""
    name = _with_case(check, message)
    rule = _rule(name)
    return rule.kind if rule else name


def severity_of(tool: str, check: str, message: str = "") -> Severity:
    """How bad what a check reports is."""
    rule = _rule(_with_case(check, message))
    return rule.severity if rule else _DEFAULTS.get(tool, "medium")


def _with_case(check: str, message: str) -> str:
    name = check.removeprefix("clang-analyzer-")
    if name not in ("unix.Malloc", "cplusplus.NewDelete"):
        return name
    text = message.lower()
    if "leak" in text:
        return "unix.Malloc:leak"
    if "after it is freed" in text or "released memory" in text or "freed memory" in text:
        return "unix.Malloc:use"
    return "unix.Malloc:free"
