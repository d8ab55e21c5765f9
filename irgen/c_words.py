"""Words of C and C++: those that name nothing else, and which header declares what a source uses."""

from __future__ import annotations

import re
from collections.abc import Iterable

from passwright.irgen.prototype import Language

KEYWORDS = frozenset({
    "auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else", "enum", "extern",
    "float", "for", "goto", "if", "inline", "int", "long", "register", "restrict", "return", "short", "signed",
    "sizeof", "static", "struct", "switch", "typedef", "union", "unsigned", "void", "volatile", "while", "bool",
    "true", "false", "alignas", "alignof", "and", "and_eq", "asm", "bitand", "bitor", "catch", "class", "compl",
    "concept", "const_cast", "consteval", "constexpr", "constinit", "co_await", "co_return", "co_yield", "decltype",
    "delete", "dynamic_cast", "explicit", "export", "friend", "mutable", "namespace", "new", "noexcept", "not",
    "not_eq", "nullptr", "operator", "or", "or_eq", "private", "protected", "public", "reinterpret_cast",
    "requires", "static_assert", "static_cast", "template", "this", "thread_local", "throw", "try", "typeid",
    "typename", "using", "virtual", "wchar_t", "xor", "xor_eq", "main", "NULL", "std", "int8_t", "int16_t",
    "int32_t", "int64_t", "uint8_t", "uint16_t", "uint32_t", "uint64_t", "size_t", "ptrdiff_t", "intptr_t",
    "uintptr_t",
})  # fmt: skip
"""Keywords of both languages (what is written may be compiled as either), and types that go without a prefix."""

_USES: dict[str, tuple[str, str]] = {
    r"u?int(8|16|32|64)_t|INT(8|16|32|64)_M\w+|UINT(8|16|32|64)_MAX": ("stdint.h", "cstdint"),
    r"size_t|ptrdiff_t": ("stddef.h", "cstddef"),
    r"bool|true|false": ("stdbool.h", ""),
    r"(sqrt|cbrt|exp|exp2|log|log2|log10|sin|cos|tan|sinh|cosh|tanh|asin|acos|atan|atan2|pow|hypot|floor|ceil|round|trunc|fabs|"
    r"fmin|fmax|fmod|fma|lround|llround|copysign)f?|INFINITY|NAN|HUGE_VAL|isnan|isinf|M_PI": ("math.h", "cmath"),
    r"mem(cpy|set|move|cmp|chr)|str(len|cmp|ncmp|cpy|ncpy|chr|cat)": ("string.h", "cstring"),
    r"malloc|calloc|realloc|free|qsort|bsearch|abs|labs|llabs": ("stdlib.h", "cstdlib"),
    r"is(alpha|digit|alnum|space|upper|lower|punct)|to(upper|lower)": ("ctype.h", "cctype"),
    r"(CHAR|SHRT|INT|LONG|LLONG|SCHAR)_(MIN|MAX|BIT)|U(CHAR|INT|LONG|LLONG)_MAX": ("limits.h", "climits"),
    r"(DBL|FLT)_(MAX|MIN|EPSILON)": ("float.h", "cfloat"),
    r"std::(sort|stable_sort|min|max|minmax|fill|fill_n|copy|copy_n|copy_if|swap_ranges|reverse|find|find_if|count|count_if|"
    r"min_element|max_element|minmax_element|transform|unique|rotate|all_of|any_of|none_of|lower_bound|upper_bound|"
    r"binary_search|clamp|for_each|remove_if|nth_element|partial_sort|is_sorted|equal|reverse_copy|generate|merge|"
    r"adjacent_find|unique_copy|lexicographical_compare|max_element|search)": ("", "algorithm"),
    r"std::(accumulate|iota|inner_product|partial_sum|gcd|lcm|reduce|transform_reduce|inclusive_scan|exclusive_scan|"
    r"adjacent_difference|midpoint)": ("", "numeric"),
    r"std::(vector)": ("", "vector"),
    r"std::(string|to_string)": ("", "string"),
    r"std::(array)": ("", "array"),
    r"std::(span)": ("", "span"),
    r"std::(numeric_limits)": ("", "limits"),
    r"std::(greater|less|plus|minus|multiplies|divides|bit_and|bit_or|bit_xor|logical_\w+|function)": ("", "functional"),
    r"std::(swap|pair|make_pair|move|exchange)": ("", "utility"),
    r"std::(popcount|countl_zero|countr_zero|rotl|rotr|bit_cast|has_single_bit)": ("", "bit"),
    r"std::(unique_ptr|make_unique)": ("", "memory"),
    r"std::(distance|begin|end|back_inserter)": ("", "iterator"),
    r"std::(abs)": ("", "cmath cstdlib"),
}  # fmt: skip
_PATTERNS = {
    re.compile(rf"(?:std::)?(?:{words})" if headers[0] else words): headers
    for words, headers in _USES.items()
}


def headers(text: str, language: Language) -> list[str]:
    """Names of the standard headers, in order, that a source needs which uses what `text` uses."""
    words = set(re.findall(r"(?:std::)?[A-Za-z_]\w*", text))
    found: set[str] = set()
    for pattern, names in _PATTERNS.items():
        header = names[language == "cpp"]
        if header and any(pattern.fullmatch(word) for word in words):
            found |= set(header.split())
    return sorted(found)


def free_name(wanted: str, taken: Iterable[str]) -> str:
    """`wanted`, or with underscores after it until nothing else is called so and C lets it be a name."""
    known = set(taken)
    while wanted in known or wanted in KEYWORDS:
        wanted += "_"
    return wanted
