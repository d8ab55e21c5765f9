"""Integers as bits: checksums, hashes, counts, streams of random words; and text as bytes."""

from __future__ import annotations

from collections.abc import Sequence

from passwright.bench.corpus.array import Array, Size
from passwright.bench.corpus.draft import Draft
from passwright.bench.corpus.families.common import LINE, output, title
from passwright.bench.corpus.grammar import converted, mix, store
from passwright.bench.corpus.scalar import I32, U8, U16, U32, U64, Scalar
from passwright.bench.corpus.value import (
    Value,
    bitwise,
    literal,
    rotate,
    shift_left,
    shift_right,
)


def _scramble(draft: Draft, state: Value, rounds: int) -> None:
    """Statements that mix the bits of an unsigned variable."""
    bits = state.type.bits
    for _ in range(rounds):
        op = draft.rng.choice(("multiply", "xor right", "xor left", "rotate", "add", "not"))
        match op:
            case "multiply":
                factor = literal(draft.rng.getrandbits(bits - 1) | 1, state.type)
                draft.line(f"{state.text} *= {factor.text};")
            case "xor right":
                draft.line(f"{state.text} ^= {shift_right(state, draft.rng.randint(3, bits - 5)).text};")
            case "xor left":
                draft.line(f"{state.text} ^= {shift_left(state, draft.rng.randint(3, 17)).text};")
            case "rotate":
                draft.line(f"{state.text} = {rotate(state, draft.rng.randint(3, 29)).text};")
            case "add":
                draft.line(f"{state.text} += {literal(draft.rng.getrandbits(20), state.type).text};")
            case _:
                draft.line(f"{state.text} = ~{state.text};")


def bits(draft: Draft) -> None:
    """Hashes and checksums of data, streams of pseudo-random words, counting and moving bits."""
    title(draft, "hash digest checksum scramble count pack", "words bits keys blocks stream packets",
          "Works on the bits of integers.")  # fmt: skip
    kind = draft.rng.choice(
        ("digest", "digest", "each", "each", "stream", "count", "register", "pack", "swap")
    )
    n = draft.size(("n", "count", "len"), LINE[:5])
    word = draft.rng.choice((U32, U32, U64))
    match kind:
        case "digest":
            source = draft.array(("data", "bytes", "words"), draft.rng.choice((U8, U8, U32, U16)), (n,))
            state = draft.local(
                literal(draft.rng.getrandbits(31) | 1, word), "hash", "h", "state", mutable=True
            )
            second = draft.local(literal(0, word), "sum", "high", mutable=True) if draft.chance(0.4) else None
            with draft.loop("i k", n) as i:
                op = draft.rng.choice("^+")
                draft.line(f"{state.text} {op}= {source.at(i).text};")
                _scramble(draft, state, draft.rng.randint(1, 3))
                if second:
                    draft.line(f"{second.text} += {state.text};")
                    if draft.chance(0.5):
                        draft.line(f"{second.text} %= {draft.rng.choice((65521, 255, 65535))}u;")
            draft.returns = word
            both = bitwise("^", state, rotate(second, 7)) if second else state
            draft.line(f"return {both.text};")
        case "each":
            source, target = draft.array(("keys", "words", "in"), word, (n,)), output(draft, (n,), word)
            with draft.loop("i k", n) as i:
                state = draft.local(source.at(i), "x", "key", "w", mutable=True)
                _scramble(draft, state, draft.rng.randint(2, 5))
                store(draft, target.at(i), mix(draft, [state], draft.rng.randint(0, 1)))
        case "stream":
            lanes = draft.size(("lanes", "streams"), (16, 64, 200))
            states = draft.array(("state", "seeds"), word, (lanes,), "inout")
            steps = draft.size(("steps", "rounds"), (20, 64, 100), fixed=draft.chance(0.4))
            first, second_ = (
                (("i", lanes), ("t", steps)) if draft.chance(0.5) else (("t", steps), ("i", lanes))
            )
            with draft.loop(*first) as a, draft.loop(*second_) as b:
                state = draft.local(states.at(a if first[0] == "i" else b), "s", "x", mutable=True)
                _scramble(draft, state, draft.rng.randint(2, 4))
                draft.line(f"{states.at(a if first[0] == 'i' else b).text} = {state.text};")
        case "count":
            _count(draft, n, word)
        case "register":
            _register(draft, n)
        case "pack":
            _pack(draft, n)
        case _:
            _swap(draft, n, word)


def _count(draft: Draft, n: Size, word: Scalar) -> None:
    """Set bits, leading zeros, parity: by loops over the bits or by folding halves."""
    source, target = (
        draft.array(("words", "masks"), word, (n,)),
        output(draft, (n,), draft.rng.choice((U8, I32))),
    )
    kind = draft.rng.choice(("shift", "clear", "fold", "leading"))
    with draft.loop("i k", n) as i:
        x = draft.local(source.at(i), "x", "bits", mutable=True)
        draft.line("int found = 0;")
        if kind == "shift":
            with draft.block(f"for (int b = 0; b < {word.bits}; b++)"):
                draft.line(f"found += (int)(({x.text} >> b) & 1u);")
        elif kind == "clear":
            with draft.block(f"while ({x.text} != 0)"):
                draft.line(f"{x.text} &= {x.text} - 1;")
                draft.line("found++;")
        elif kind == "leading":
            with draft.block(f"while ({x.text} != 0)"):
                draft.line(f"{x.text} >>= {draft.rng.choice((1, 1, 2))};")
                draft.line("found++;")
        else:
            for half in (16, 8, 4, 2, 1):
                draft.line(f"{x.text} ^= {x.text} >> {half};")
            draft.line(f"found = (int)({x.text} & 1u);")
        store(draft, target.at(i), mix(draft, [Value("found", I32, 0, 64)], draft.rng.randint(0, 1)))


def _register(draft: Draft, n: Size) -> None:
    """A feedback shift register over bytes, bit by bit."""
    width = draft.rng.choice((16, 32))
    type = U16 if width == 16 else U32
    data = draft.array(("data", "message"), U8, (n,))
    polynomial = draft.rng.getrandbits(width) | 1
    draft.line(f"uint32_t crc = {draft.rng.choice((0, (1 << width) - 1))}u;")
    with draft.loop("i k", n, plain=True) as i:
        draft.line(f"crc ^= {data.at(i).text};")
        with draft.block("for (int b = 0; b < 8; b++)"):
            if draft.chance(0.5):
                draft.line(f"crc = (crc & 1u) ? (crc >> 1) ^ {polynomial:#x}u : crc >> 1;")
            else:
                draft.line(f"crc = (crc >> 1) ^ ({polynomial:#x}u & (0u - (crc & 1u)));")
    draft.returns = type
    draft.line(f"return {converted(draft, Value.of('crc', U32), type).text};")


def _pack(draft: Draft, n: Size) -> None:
    """Several small values to a word, or back."""
    width = draft.rng.choice((1, 2, 4, 8))
    per = 32 // width
    mask = (1 << width) - 1
    parts_extent = (n, draft.size(("per_word", "parts"), (per,), fixed=True))
    packs = draft.chance(0.5)
    parts = draft.array(("parts", "fields"), U8, parts_extent, "in" if packs else "inout")
    packed = draft.array(("packed", "words"), U32, (n,), "inout" if packs else "in")
    flat = Array(parts.name, U8, ())
    with draft.loop("i k", n) as i:
        if packs:
            draft.line("uint32_t word = 0;")
            with draft.block(f"for (int p = 0; p < {per}; p++)"):
                draft.line(
                    f"word |= ((uint32_t){flat.at(f'{i} * {per} + p').text} & {mask}u) << (p * {width});"
                )
            draft.line(f"{packed.at(i).text} = word;")
        else:
            with draft.block(f"for (int p = 0; p < {per}; p++)"):
                target = flat.at(f"{i} * {per} + p").text
                draft.line(f"{target} = (uint8_t)(({packed.at(i).text} >> (p * {width})) & {mask}u);")


def _swap(draft: Draft, n: Size, word: Scalar) -> None:
    """Fields of a word exchanged: bytes reversed, bits spread, halves swapped."""
    source, target = draft.array(("words", "in"), word, (n,)), output(draft, (n,), word)
    suffix = "ul" if word == U64 else "u"
    masks = {1: 0x55, 2: 0x33, 4: 0x0F}
    with draft.loop("i k", n) as i:
        x = draft.local(source.at(i), "x", "w", mutable=True)
        for width in draft.rng.sample((1, 2, 4, 8, 16), draft.rng.randint(1, 4)):
            unit = (
                bytes([masks[width]]) * 8
                if width < 8
                else (b"\x00" * (width // 8) + b"\xff" * (width // 8)) * 4
            )
            mask = int.from_bytes(unit[: word.bits // 8] if width < 8 else unit[-(word.bits // 8) :], "big")
            text = f"{mask:#x}{suffix}"
            draft.line(f"{x.text} = (({x.text} >> {width}) & {text}) | (({x.text} & {text}) << {width});")
        store(draft, target.at(i), mix(draft, [x], draft.rng.randint(0, 1)))


_CLASSES = {
    "lower": "{c} >= 'a' && {c} <= 'z'",
    "vowel": "{c} == 'a' || {c} == 'e' || {c} == 'i' || {c} == 'o' || {c} == 'u'",
    "space": "{c} == ' ' || {c} == ','",
    "stop": "{c} == '.'",
    "early": "{c} < 'm'",
    "digit": "{c} >= '0' && {c} <= '9'",
}


def _class(draft: Draft, c: str) -> str:
    """A test of a character, at times through a helper function."""
    word, text = draft.rng.choice(list(_CLASSES.items()))
    if draft.chance(0.3):
        inline = "static inline"
        name = draft.helper(
            f"is_{word}", f"{inline} int is_{word}(int c) {{\n  return {text.format(c='c')};\n}}"
        )
        return f"{name}({c})"
    return text.format(c=c)


def text(draft: Draft) -> None:
    """Bytes of text: counted, changed, split, compared, copied in part, numbers read."""
    title(draft, "scan count fold split parse compare strip", "text words lines fields characters names",
          "Goes through text byte by byte.")  # fmt: skip
    n = draft.size(("n", "len", "length"), LINE[:5])
    alphabet = draft.rng.choice(("", "abcdefghij 0123456789,", "ab .", "0123456789 ,"))
    source = draft.array(("text", "s", "input"), U8, (n,), fill="text", alphabet=alphabet)
    kind = draft.rng.choice(("count", "change", "copy", "words", "numbers", "search", "runs"))
    match kind:
        case "count":
            _tally(draft, n, source)
        case "change":
            target = draft.array(("out", "dst"), U8, (n,), "inout")
            with draft.loop("i k", n) as i:
                c = draft.local(source.at(i), "c", "ch", mutable=True)
                with draft.block(f"if ({_class(draft, c.text)})"):
                    draft.line(f"{c.text} = {converted(draft, mix(draft, [c], 1), U8).text};")
                if draft.chance(0.4):
                    with draft.otherwise(f"else if ({_class(draft, c.text)})"):
                        draft.line(f"{c.text} = '{draft.rng.choice('_- .')}';")
                draft.line(f"{target.at(i).text} = {c.text};")
        case "copy":
            target = draft.array(("out", "dst"), U8, (n,), "inout")
            draft.line(f"{draft.index} used = 0;")
            with draft.loop("i k", n, plain=True) as i:
                c = draft.local(source.at(i), "c", "ch")
                if draft.chance(0.5):
                    draft.line(f"if ({_class(draft, c.text)}) continue;")
                    draft.line(f"{target.at('used++').text} = {c.text};")
                else:
                    with draft.block(f"if ({_class(draft, c.text)})"):
                        draft.line(f"{target.at('used++').text} = {c.text};")
            draft.returns = draft.index_type
            draft.line("return used;")
        case "words":
            starts = draft.array(("starts", "begins"), I32, (n,), "inout")
            draft.line("int inside = 0;")
            draft.line(f"{draft.index} words = 0;")
            with draft.loop("i k", n, plain=True) as i:
                draft.line(f"const int now = {_class(draft, source.at(i).text)};")
                with draft.block("if (now && !inside)"):
                    draft.line(f"{starts.at('words++').text} = (int32_t){i};")
                draft.line("inside = now;")
            draft.returns = draft.index_type
            draft.line("return words;")
        case "numbers":
            target = draft.array(("numbers", "out"), draft.rng.choice((U32, U64)), (n,), "inout")
            draft.line(f"{draft.spell(target.type)} number = 0;")
            draft.line(f"{draft.index} found = 0;")
            base = draft.rng.choice((10, 10, 16, 8))
            with draft.loop("i k", n, plain=True) as i:
                c = draft.local(source.at(i), "c", "ch")
                with draft.block(f"if ({_class(draft, c.text)})"):
                    draft.line(f"number = number * {base} + ({c.text} & 15u);")
                with draft.otherwise(f"else if ({draft.pick('number != 0', _class(draft, c.text))})"):
                    draft.line(f"{target.at('found++').text} = number;")
                    draft.line("number = 0;")
            draft.returns = draft.index_type
            draft.line("return found;")
        case "search":
            _search(draft, n, source)
        case _:
            target = output(draft, (n,), draft.rng.choice((U16, I32)))
            draft.line("uint32_t run = 0;")
            with draft.loop("i k", n, begin="1", plain=True) as i:
                same = f"{source.at(i).text} == {source.at(f'{i} - 1').text}"
                draft.line(f"run = {same} ? run + 1 : 0;")
                store(draft, target.at(i), mix(draft, [Value.of("run", U32)], draft.rng.randint(0, 1)))


def _tally(draft: Draft, n: Size, source: Array) -> None:
    """Counts of several kinds of characters."""
    kinds = draft.rng.randint(1, 3)
    names = [draft.name(*_CLASSES) for _ in range(kinds)]
    for name in names:
        draft.line(f"uint32_t {name} = 0;")
    with draft.loop("i k", n) as i:
        c = draft.local(source.at(i), "c", "ch")
        for number, name in enumerate(names):
            test = _class(draft, c.text)
            shape = draft.rng.choice(("if", "add"))
            draft.line(
                f"if ({test}) {name}++;" if shape == "if" else f"{name} += ({test}) ? {number + 1}u : 0u;"
            )
    draft.returns = U32
    draft.line(f"return {_join(names)};")


def _join(names: Sequence[str]) -> str:
    return " + ".join(
        name if number == 0 else f"{number * 31}u * {name}" for number, name in enumerate(names)
    )


def _search(draft: Draft, n: Size, source: Array) -> None:
    """All places of a short pattern, compared in an inner loop that stops at the first difference."""
    m = draft.size(("m", "pattern_len"), (2, 3, 4), min=1, fixed=draft.chance(0.4))
    pattern = draft.array(("pattern", "needle"), U8, (m,), low=97, high=100)
    hits = draft.array(("hits", "marks"), U8, (n,), "inout")
    draft.line(f"{draft.index} total = 0;")
    with draft.block(f"for ({draft.index} i = 0; i + {m.text} <= {n.text}; i++)"):
        draft.line(f"{draft.index} j = 0;")
        if draft.chance(0.5):
            draft.line(f"while (j < {m.text} && {source.at('i + j').text} == {pattern.at('j').text}) j++;")
        else:
            with draft.block(f"for (; j < {m.text}; j++)"):
                draft.line(f"if ({source.at('i + j').text} != {pattern.at('j').text}) break;")
        draft.line(f"{hits.at('i').text} = j == {m.text};")
        draft.line(f"total += {draft.pick('j', f'j == {m.text}')};")
    draft.returns = draft.index_type
    draft.line("return total;")
