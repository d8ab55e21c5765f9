"""What arguments are called in English: nouns by type, and names of variables.

A noun may have a complement ("array of integers"); `head` is what a later mention repeats ("the array"). A noun that starts
with `+` is plural and takes no article.
"""

from __future__ import annotations

import random

from passwright.irgen.notation.syntax import Declaration, Type

SPOKEN: dict[str, tuple[str, ...]] = {
    "f64": ("double", "double-precision number", "64-bit float", "float64 value"),
    "f32": ("float", "single-precision number", "32-bit float", "float32 value"),
    "i8": ("signed byte", "8-bit integer", "int8 value"),
    "i16": ("16-bit integer", "short integer", "int16 value"),
    "i32": ("integer", "int", "32-bit integer", "integer", "integer"),
    "i64": ("64-bit integer", "long integer", "int64 value", "64-bit signed integer"),
    "u8": ("byte", "unsigned byte", "8-bit unsigned integer", "uint8 value"),
    "u16": ("16-bit unsigned integer", "unsigned 16-bit integer", "uint16 value"),
    "u32": ("unsigned integer", "32-bit unsigned integer", "unsigned int", "uint32 value", "unsigned 32-bit word"),
    "u64": ("64-bit unsigned integer", "unsigned 64-bit integer", "uint64 value", "unsigned 64-bit word"),
    "bool": ("boolean", "flag", "boolean value"),
    "char": ("character", "char"),
}  # fmt: skip
ADJECTIVES: dict[str, tuple[str, ...]] = {
    "f64": ("double", "double-precision", "float64"),
    "f32": ("float", "single-precision", "float32"),
    "i8": ("int8", "8-bit integer"),
    "i16": ("int16", "16-bit integer"),
    "i32": ("integer", "int", "int32", "integer"),
    "i64": ("int64", "64-bit integer"),
    "u8": ("byte", "uint8"),
    "u16": ("uint16",),
    "u32": ("uint32", "unsigned integer"),
    "u64": ("uint64",),
    "bool": ("boolean",),
}
_CONTAINERS = ("array", "array", "array", "array", "vector", "list", "sequence")
_PLAIN = ("array", "array", "array", "array", "vector", "list", "sequence", "array of numbers", "list of numbers",
          "list of values", "array of values", "data array", "+numbers", "+values")  # fmt: skip
_STRINGS = (
    "string",
    "string",
    "string",
    "string",
    "text",
    "character string",
    "char array",
    "C string",
    "word",
)
SENTENCES: dict[str, tuple[str, ...]] = {
    "f64": ("Use double precision.", "All values are doubles.", "The data are double.", "Everything in double precision."),
    "f32": ("Use single precision.", "All values are floats.", "Use float.", "The data are 32-bit floats.",
            "Everything in single precision.", "The elements are float32.", "Work with floats."),
    "i16": ("The elements are 16-bit integers.", "Use int16_t.", "The data type is int16."),
    "i32": ("All values are integers.", "The elements are integers.", "The data are ints.", "Use 32-bit integers.",
            "The values are int.", "Elements are 32-bit integers."),
    "i64": ("The elements are 64-bit integers.", "Use 64-bit integers.", "All values are int64.", "Use int64_t."),
    "u8": ("The elements are bytes.", "Use 8-bit unsigned integers.", "The values are uint8_t."),
    "u16": ("The elements are 16-bit unsigned integers.", "Use uint16_t.", "The values are unsigned 16-bit."),
    "u32": ("The elements are unsigned integers.", "Use uint32_t.", "The values are 32-bit unsigned integers."),
    "u64": ("Use 64-bit unsigned integers.", "Use uint64_t.", "The values are unsigned 64-bit integers."),
}  # fmt: skip
"""A sentence of its own that says the type."""

_LETTERS = {
    "array": "x x x y z v u w p q b c d f g h s t A X",
    "matrix": "A A A B C M M X G W P Q K D",
    "string": "s s s s t w p q str1 str2 s1 s2 x",
    "scalar": "k k t v c p q b d h r s x",
    "whole": "k k m p q d r t b c K M",
    "size": "n n n n m N len_x n1 num_x cnt_n size_n nElems numItems n_items",
    "character": "c c c ch1 k q",
}
_MADE = {
    "array": "x1 in_arr src_arr my_array num_list inArr inData inputArray data_in vec1 arr1 a1 numList x_in vals1 "
    "sample_data src_buf raw_data a_in v0 xs_in dataArr myList",
    "matrix": "mat1 mat_a img_in grid_in gridData inMat matA m1 A1 a_mat src_img inMatrix map2d",
    "string": "my_str str_in inStr in_text textIn input_str inputString s_in word1 text1 msg_in srcStr",
    "scalar": "x0 val1 key_val my_value limit_val maxVal minVal k1 t0 thr1 in_val newValue",
    "whole": "k1 num_k idx0 pos1 my_int n_steps intVal step1 shift_by",
    "size": "n_elem num_elems n_x vec_len array_size numElements n0",
    "character": "ch1 my_char in_char chr1 theChar",
}
_WORDS = {
    "array": "arr arr nums nums numbers values data input prices scores samples array vec list items elements temps ages "
    "weights src buf heights",
    "matrix": "mat matrix grid image img table field",
    "string": "str str text word input message sentence line name",
    "scalar": "target value val limit threshold key query bound",
    "whole": "target value num count shift steps offset",
    "size": "len size count length",
    "character": "ch letter target chr",
}
_OUT_MADE = "out_arr y_out result_arr outArr outData res1 dst_buf data_out y1 outputArray out1 r_vec"
_OUT_WORDS = "out out result output dst res dest"
_OUT_LETTERS = "y y y z r w u b c h B C D"
AVOID = frozenset(["for", "over", "seq", "down", "repeat", "inf", "sorted", "offsets", "in", "nonzero", "permutation", "size", "len", "sum", "prod", "min", "max", "count", "any", "all", "first", "last", "argmin", "argmax", "and", "or", "xor", "filter", "sqrt", "cbrt", "exp", "log", "log2", "sin", "cos", "tan", "tanh", "atan", "floor", "ceil", "round", "abs", "sign", "pow", "atan2", "hypot", "gcd", "lcm", "popcount", "clz", "ctz", "parity", "bitreverse", "rotl", "rotr", "sort", "sort_desc", "argsort", "argsort_desc", "unique", "interior", "zero", "clamp", "wrap", "reflect", "out", "inout", "return", "char", "bool", "int", "long", "short", "float", "double", "a", "I"])  # fmt: skip


def is_plain(name: str) -> bool:
    """Whether it is a word that only its place, or a backtick, tells from prose."""
    return len(name) > 1 and name.isalpha() and name.islower()


def kind_of(declaration: Declaration) -> str:
    """Which names suit it."""
    rank = len(declaration.shape)
    if declaration.role in ("size", "len"):
        return "size"
    if rank == 0:
        if declaration.type == "char":
            return "character"
        return "scalar" if declaration.type in ("f32", "f64") else "whole"
    if declaration.type == "char":
        return "string"
    return "array" if rank == 1 else "matrix"


def new_name(rng: random.Random, declaration: Declaration, taken: set[str], plain: bool = True) -> str:
    """A name for it that is not taken, which it then is; no plain word unless `plain`."""
    kind = kind_of(declaration)
    output = declaration.role == "out" and kind in ("array", "matrix", "string")
    pools = (_OUT_LETTERS, _OUT_MADE, _OUT_WORDS) if output else (_LETTERS[kind], _MADE[kind], _WORDS[kind])
    for _ in range(40):
        pool = rng.choices(pools, (0.55, 0.25, 0.2))[0].split()
        name = pool[int(rng.random() * len(pool))]
        if name not in taken and name not in AVOID and (plain or not is_plain(name)):
            break
    else:
        name = next(f"v{i}" for i in range(99) if f"v{i}" not in taken)
    taken.add(name)
    return name


def noun_for(rng: random.Random, declaration: Declaration, typed: bool) -> str:
    """A noun for an argument that the operation has no own word for; with its type if `typed`."""
    kind, type_ = kind_of(declaration), declaration.type
    if kind == "string":
        return rng.choice(_STRINGS)
    if kind == "character":
        return rng.choice(("character", "character", "char", "letter"))
    if kind in ("scalar", "whole"):
        if typed:
            return rng.choice(SPOKEN[type_])
        return rng.choice(("integer", "integer", "number", "int", "whole number")) if kind == "whole" else rng.choice(
            ("number", "number", "value", "real number")
        )  # fmt: skip
    if kind == "matrix":
        noun = rng.choice(("matrix", "matrix", "matrix", "2D array", "two-dimensional array"))
        return _typed(rng, noun, type_) if typed else noun
    if not typed:
        return rng.choice(_PLAIN)
    return _typed(rng, rng.choice(_CONTAINERS), type_)


def _typed(rng: random.Random, noun: str, type_: Type) -> str:
    if rng.random() < 0.4 and type_ in ADJECTIVES:
        return f"{rng.choice(ADJECTIVES[type_])} {noun}"
    return f"{noun} of {plural(rng.choice(SPOKEN[type_]))}"


def plural(noun: str) -> str:
    """Of the word before a complement: "arrays of integers"."""
    first, of, rest = noun.partition(" of ")
    if first.endswith(("matrix", "vertex", "index")):
        first = first[:-2] + "ices"
    elif first.endswith("y") and first[-2] not in "aeiou":
        first = first[:-1] + "ies"
    elif not first.endswith("data"):
        first += "es" if first.endswith(("s", "x", "ch", "sh")) else "s"
    return first + of + rest


def head(noun: str) -> str:
    """What a later mention repeats."""
    return noun.removeprefix("+").partition(" of ")[0]


def article(noun: str) -> str:
    """The noun with "a" or "an"; none for a plural."""
    if noun.startswith("+"):
        return noun[1:]
    first = noun.split()[0].strip("`{}")
    if len(first) == 1:
        vowel = first.lower() in "aefhilmnorsx"
    else:
        vowel = first[0].lower() in "aeiou8" and not first.lower().startswith(
            ("uni", "us", "uint", "one", "u8", "u16", "u32")
        )
    return f"{'an' if vowel else 'a'} {noun}"


def third_person(verb: str) -> str:
    if verb in ("have", "do", "be"):
        return {"have": "has", "do": "does", "be": "is"}[verb]
    if verb.endswith(("s", "x", "z", "ch", "sh", "o")):
        return verb + "es"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + "s"


_DOUBLED = frozenset(
    [
        "swap",
        "get",
        "set",
        "put",
        "sum",
        "cap",
        "map",
        "trim",
        "flip",
        "clip",
        "drop",
        "cut",
        "split",
        "skip",
        "strip",
        "scan",
        "run",
        "step",
        "zip",
        "pad",
        "bin",
        "xor",
    ]
)


def gerund(verb: str) -> str:
    if verb in _DOUBLED and verb[-1] not in "xr":
        return verb + verb[-1] + "ing"
    if verb == "xor":
        return "xoring"
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")):
        return verb[:-1] + "ing"
    return verb + "ing"
