"""Vocabulary: nouns, type words, names of arguments, verbs' forms, notes that change nothing."""

from __future__ import annotations

from functools import lru_cache

from passwright.irgen.notation.syntax import ARRAY_FUNCTIONS, BOUNDARIES, FUNCTIONS, REDUCTIONS, ROLES, TYPES

NOUNS: dict[int, tuple[str, ...]] = {
    1: ("array", "vector", "list", "sequence", "buffer", "1D array", "array of numbers", "series"),
    2: ("matrix", "2D array", "two-dimensional array", "grid", "table", "2-D array"),
    3: ("3D array", "volume", "three-dimensional array", "3D grid", "3D tensor", "3-D array"),
    4: ("4D array", "4-dimensional array", "four-dimensional array", "4-D tensor", "4D tensor"),
}
NOUN_WEIGHTS: dict[int, tuple[float, ...]] = {1: (50, 22, 8, 6, 5, 3, 2, 2), 2: (55, 14, 8, 8, 4, 6)}

TYPE_ADJECTIVES: dict[str, tuple[str, ...]] = {
    "f64": ("double", "double-precision", "double precision", "64-bit floating-point", "float64"),
    "f32": ("float", "single-precision", "single precision", "32-bit float", "float32"),
    "i32": ("integer", "int", "32-bit integer", "int32", "int32_t"),
    "i64": ("64-bit integer", "int64_t", "long", "int64", "64-bit int"),
    "i16": ("16-bit integer", "short", "int16_t", "int16", "short int"),
    "i8": ("signed char", "int8_t", "8-bit signed integer", "int8", "signed byte"),
    "u8": ("byte", "uint8_t", "8-bit unsigned integer", "unsigned char", "uint8"),
    "u16": ("16-bit unsigned integer", "uint16_t", "unsigned short", "uint16", "unsigned 16-bit"),
    "u32": ("unsigned int", "uint32_t", "32-bit unsigned integer", "uint32", "unsigned 32-bit"),
    "u64": ("64-bit unsigned integer", "uint64_t", "unsigned long", "uint64", "unsigned 64-bit"),
    "char": ("char", "character"),
    "bool": ("bool", "boolean"),
}
TYPE_PLURALS: dict[str, tuple[str, ...]] = {
    "f64": ("doubles", "double-precision numbers", "double precision values", "64-bit floats", "double"),
    "f32": ("floats", "single-precision numbers", "single precision values", "32-bit floats", "float"),
    "i32": ("integers", "ints", "32-bit integers", "int", "32-bit ints"),
    "i64": ("64-bit integers", "longs", "int64_t", "long integers", "64-bit ints"),
    "i16": ("16-bit integers", "shorts", "int16_t", "short integers", "16-bit ints"),
    "i8": ("signed bytes", "int8_t", "8-bit signed integers", "signed chars", "8-bit ints"),
    "u8": ("bytes", "uint8_t", "8-bit unsigned integers", "unsigned chars", "unsigned bytes"),
    "u16": (
        "16-bit unsigned integers",
        "uint16_t",
        "unsigned shorts",
        "unsigned 16-bit values",
        "16-bit words",
    ),
    "u32": (
        "unsigned ints",
        "uint32_t",
        "32-bit unsigned integers",
        "unsigned 32-bit integers",
        "32-bit words",
    ),
    "u64": (
        "64-bit unsigned integers",
        "uint64_t",
        "unsigned longs",
        "unsigned 64-bit integers",
        "64-bit words",
    ),
    "char": ("characters", "chars"),
    "bool": ("booleans", "bools"),
}
TYPE_NOTES: tuple[str, ...] = (
    "All values are @.", "Use @.", "The elements are @.", "Everything is stored as @.", "The data are @.",
    "The inputs are @.", "Work with @.", "Assume @ throughout.", "The values are @.", "We use @ here.",
)  # fmt: skip

NAMES: dict[str, tuple[str, ...]] = {
    "array": ("x", "y", "a", "b", "u", "v", "w", "p", "q", "data", "values", "vals", "arr", "nums", "numbers", "xs", "ys",
              "samples", "signal", "src", "vec", "vec1", "vec2", "v1", "v2", "arr1", "arr2", "buf", "prices", "weights",
              "temperature", "readings", "scores", "input", "series", "f", "g", "items", "lhs", "rhs", "x1", "x2"),
    "matrix": ("A", "B", "C", "M", "X", "Y", "W", "P", "Q", "mat", "mat1", "mat2", "matrix", "grid", "img", "image", "a",
               "b", "src", "data", "K", "G", "H", "lhs", "rhs", "table", "U", "V", "input"),
    "volume": ("A", "B", "V", "vol", "volume", "grid", "U", "X", "Y", "tensor", "field", "data", "src"),
    "out": ("y", "z", "result", "res", "dst", "output", "dest", "c", "r", "ys", "target", "out_buf", "result_array", "out1",
            "o", "d", "tmp", "x_out", "new_x"),
    "matrix out": ("C", "D", "R", "Y", "Z", "result", "res", "dst", "output", "mat_out", "B", "T0", "out_img", "dest", "c"),
    "scalar": ("a", "b", "c", "alpha", "beta", "k", "s", "scale", "factor", "t", "lambda_", "gamma", "eps", "w", "c0_",
               "val", "coef", "mu", "h", "x0"),
    "count": ("k", "w", "width", "steps", "iters", "num_steps", "radius", "q", "T", "niter", "stride", "window"),
    "return": ("s", "r", "result", "total", "res", "acc", "ans", "value", "d"),
    "size": ("n", "m", "p", "N", "M", "K", "P", "length", "num", "n_elems", "rows", "cols", "width", "height", "nx", "ny",
             "nz", "L", "dim", "num_samples", "q", "d", "h", "w"),
}  # fmt: skip

FUNCTION_NOUNS: tuple[str, ...] = (
    "function", "C function", "routine", "kernel", "C kernel", "C routine", "function in C", "numerical kernel",
    "compute kernel", "small function", "helper function", "procedure", "subroutine", "method", "loop", "C program",
)  # fmt: skip
FUNCTION_WEIGHTS = (40, 30, 8, 10, 8, 4, 6, 1, 1, 2, 2, 2, 1, 1, 1, 1)
CPP_NOUNS: tuple[str, ...] = (
    "C++ function", "function in C++", "C++ kernel", "C++ routine", "C++17 function", "modern C++ function",
)  # fmt: skip

NOTES: tuple[str, ...] = (
    "Make it fast.", "It should be efficient.", "Performance matters.", "Please optimise for speed.",
    "It should run as fast as possible.", "The code should be cache friendly.", "Avoid unnecessary memory accesses.",
    "The arrays do not overlap.", "You may assume the input is valid.", "No error handling is needed.",
    "The input is never empty.", "Do not allocate memory.", "The function should be simple and readable.",
    "Use a simple loop.", "It will be called in a hot loop.", "Keep it short.", "Do not use any libraries.",
    "Only the standard library may be used.", "The compiler should be able to vectorise it.", "No recursion please.",
    "It must not modify its inputs.", "Use plain loops.", "It runs on large data sets.", "Thanks!", "Thank you.",
    "Do not print anything.", "Just the code please.", "Write clean code.", "Efficient code is preferred.",
    "The pointers do not alias.", "Correctness comes first.", "Return only the function.",
    "Use the function signature below.", "Keep the given signature.", "The signature is given below.",
    "Use the following function signature.", "No main function is needed.", "Explain nothing, only code.",
    "Use descriptive names.", "It has to be numerically correct.",
)  # fmt: skip
NOTES_THAT_KEEP_INPUTS = frozenset(
    {"It must not modify its inputs.", "The arrays do not overlap.", "The pointers do not alias."}
)
OPENINGS: tuple[str, ...] = (
    "Hi, ", "Hello, ", "Hey, ", "Please, ", "Task: ", "TODO: ", "Request: ", "Problem: ", "Exercise: ", "// ", "/* ", 
    "For my project: ",
)  # fmt: skip

_DOUBLED = {"set", "get", "sum", "clip", "run", "map", "swap", "scan", "put", "flip", "cut", "trim", "blur", "skip", "dot",
            "zip", "step", "pad", "bin", "tag", "drop", "split", "plot", "shut", "log", "sub"}  # fmt: skip
_THIRD = {"do": "does", "be": "is", "have": "has", "go": "goes"}


@lru_cache(4096)
def third_person(verb: str) -> str:
    """`computes` of `compute`."""
    if verb in _THIRD:
        return _THIRD[verb]
    if verb.endswith(("s", "sh", "ch", "x", "z")):
        return verb + "es"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + "s"


@lru_cache(4096)
def gerund(verb: str) -> str:
    """`computing` of `compute`."""
    if verb in _DOUBLED:
        return verb + verb[-1] + "ing"
    if verb == "be":
        return "being"
    if verb.endswith("e") and not verb.endswith("ee"):
        return verb[:-1] + "ing"
    return verb + "ing"


@lru_cache(4096)
def plural(noun: str) -> str:
    """Of a noun phrase whose head is the last word, or stands before " of "."""
    head, of, rest = noun.partition(" of ")
    if head.endswith("matrix"):
        head = head[:-1] + "ces"
    elif head.endswith("y") and head[-2] not in "aeiou":
        head = head[:-1] + "ies"
    elif not head.endswith("series"):
        head += "es" if head.endswith(("s", "sh", "ch", "x")) else "s"
    return head + of + rest


def article(phrase: str) -> str:
    """`a` or `an`, with the phrase."""
    low = phrase.lower()
    vowel = low[:1] in "aeio" or (
        low.startswith(("8", "11", "18", "un", "up", "ul")) and not low.startswith("uni")
    )
    return ("an " if vowel else "a ") + phrase


RESERVED = frozenset((*TYPES, *ROLES, *REDUCTIONS, *FUNCTIONS, *ARRAY_FUNCTIONS, *BOUNDARIES)) | frozenset(
    ["for", "over", "seq", "down", "repeat", "inf", "sorted", "offsets", "nonzero", "permutation", "T"]
)
"""No names of arguments: words of the notation."""
