"""The generator: placeholders, names, vocabulary, the network and its NumPy form, training, drawing within a grammar."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passwright.irgen import prototype as prototypes
from passwright.irgen.generator import signatures
from passwright.irgen.generator.config import EOS, PAD, load_config
from passwright.irgen.generator.lexemes import joined, spaced
from passwright.irgen.generator.naming import for_model, from_model, names_of
from passwright.irgen.generator.placeholders import Words, rewrite, undo
from passwright.irgen.notation.canonical import canonical
from passwright.irgen.notation.parse import parse
from passwright.irgen.notation.syntax import Program
from passwright.irgen.notation.text import program_text
from passwright.passes.errors import UsageError

pytest.importorskip("tokenizers", reason="the extra `generate` is not installed")
from passwright.irgen.generator import tokenizer as vocabulary

PROGRAMS = [
    "s = sum[i](x[i] * y[i]) for f64[n] x, f64[n] y, size n, return f64 s",
    "C[i, j] += A[i, k] * B[k, j] for f64[n, m] A, f64[m, p] B, inout f64[n, p] C, size n, size m, size p",
    "y[i] = (x[i - 1] + 2.5 * x[i] + x[i + 1]) / 3 @ clamp for f64[n] x, out f64[n] y, size n",
    "c = count[i](s[i] == 'a' || s[i] == '\\'') for char[n] s, len n, return i32 c",
    "h[k[i]] += 1 for i32[n] k in 0..b, out i32[b] h, size n, size b",
    "seq down y[i] = b[i] - sum[j in i + 1..n](U[i, j] * y[j]) for f64[n, n] U, f64[n] b, out f64[n] y, size n",
    "t[i] = x[i] * 100; r = max[i](t[i]) for i32[n] x, size n, return i32 r",
]
WORDS = Words(
    frozenset(
        [
            "add",
            "to",
            "every",
            "element",
            "of",
            "the",
            "array",
            "and",
            "store",
            "it",
            "in",
            "result",
            "compute",
            "by",
            "c",
            "function",
            "write",
            "an",
            "matrix",
            "is",
            "with",
            "length",
            "return",
            "sum",
            "values",
            "a",
            "scale",
            "given",
            "as",
        ]
    ),
    frozenset({"values", "result"}),
)


@pytest.mark.tiny
@pytest.mark.parametrize(
    ("english", "text", "names"),
    [
        (
            "Add 0.5 to every element of the array prices.",
            "add c0 to every element of the array v0 .",
            ["prices"],
        ),
        ("Scale x by a.", "scale v0 by v1 .", ["x", "a"]),
        ("Write a C function", "write a c function", []),
        (
            "A is an n by m matrix; C = A*B",
            "v0 is an v1 by v2 matrix ; v3 = v0 * v4",
            ["A", "n", "m", "C", "B"],
        ),
        (
            "Given arrays A and B, store the sum in C.",
            "given arrays v0 and v1 , store the sum in v2 .",
            ["A", "B", "C"],
        ),
        ("y = alpha*x", "v0 = v1 * v2", ["y", "alpha", "x"]),
        ("the 5x5 element of 32-bit `row_sum`, 'z'", "the 5 x 5 element of 32 bit v0 , k0", ["row_sum"]),
        ("the array values", "the array v0", ["values"]),
        ("sum of the values", "sum of the values", []),
        ("`x[i] * 2.5`", "v0 [ v1 ] * c0", ["x", "i"]),
    ],
)
def test_names_numbers_and_characters_become_placeholders(english: str, text: str, names: list[str]) -> None:
    found = rewrite(english, WORDS)
    assert (found.text, list(found.names.values())) == (text, names)


@pytest.mark.tiny
def test_parameters_of_a_prototype_are_names_in_the_text() -> None:
    assert rewrite("Scale gains twice", WORDS).names == {}
    found = rewrite("Scale gains twice by values", WORDS, ["gains", "values"], "scale")
    assert found.text == "scale v0 twice by values"


def test_programs_come_back_from_placeholders() -> None:
    for text in PROGRAMS:
        program = parse(text)
        mentioned = rewrite(f"`{' '.join(d.name for d in program.declarations)}` 2.5 'a'", WORDS)
        again = from_model(for_model(program, mentioned), mentioned)
        assert canonical(again).text == canonical(program).text
        assert [d.name for d in again.declarations] == [d.name for d in program.declarations]


def test_names_that_nobody_gave_avoid_those_that_somebody_gave() -> None:
    program = parse("y[x] = i[x] * 0.25 for f64[n] i, out f64[n] y, size n")
    back = rewrite("scale `i` and `n`", WORDS)
    again = from_model(for_model(program, back), back)
    assert canonical(again).program == canonical(program).program
    assert len(set(names_of(again))) == 4


names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{1,8}", fullmatch=True)


pieces = st.one_of(
    names.map(lambda n: f"`{n}`"),
    st.sampled_from(sorted(WORDS.known)),
    st.floats(0.01, 1e6).map(repr),
    st.sampled_from(["'a'", "'\\n'", "3", ",", "("]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(pieces, max_size=12))
def test_what_stands_behind_placeholders_is_kept(parts: list[str]) -> None:
    found = rewrite(" ".join(parts), WORDS)
    back = undo(found.text, found)
    for placeholder, name in found.names.items():
        back = " ".join(name if lexeme == placeholder else lexeme for lexeme in back.split())
    plain = [part.strip("`").lower() for part in parts]
    assert spaced(back).lower() == spaced(" ".join(plain))


def test_prototypes_drawn_fit_their_programs() -> None:
    rng = random.Random(1)
    for text in PROGRAMS * 8:
        program = parse(text)
        drawn = signatures.draw(rng, program, "f")
        if drawn is None:
            continue
        one = prototypes.parse(drawn[0])
        order = [d.name for d in drawn[1].declarations if d.role not in ("return", "len")]
        assert [p.name for p in one.parameters] == order
        assert {d.name for d in drawn[1].declarations} == {d.name for d in program.declarations}


@pytest.fixture(scope="module")
def small_vocabulary() -> object:
    texts = [joined(spaced(text)) for text in PROGRAMS] * 10
    return vocabulary.train([*texts, *sorted(WORDS.known)], 900)


def test_texts_come_back_from_tokens(small_vocabulary: object) -> None:
    for text in PROGRAMS:
        tokens = vocabulary.encode(small_vocabulary, joined(spaced(text)))  # type: ignore[arg-type]
        assert vocabulary.decode(small_vocabulary, tokens) == spaced(text)  # type: ignore[arg-type]
        assert parse(vocabulary.decode(small_vocabulary, tokens)) == parse(text)  # type: ignore[arg-type]
    tokens = vocabulary.encode(small_vocabulary, "straße ☃")  # type: ignore[arg-type]
    assert vocabulary.decode(small_vocabulary, tokens) == "straße ☃"  # type: ignore[arg-type]


@pytest.mark.parametrize("placeholder", [*vocabulary.PLACEHOLDERS, *vocabulary.WORDS])
@pytest.mark.tiny
def test_placeholders_and_words_of_the_languages_are_single_tokens(
    small_vocabulary: object, placeholder: str
) -> None:
    assert len(vocabulary.encode(small_vocabulary, placeholder)) == 1  # type: ignore[arg-type]


@pytest.mark.tiny
def test_unknown_configurations_are_refused() -> None:
    with pytest.raises(UsageError, match="no configuration huge"):
        load_config("huge")
    base = load_config("base")
    assert (base.encoder_layers, base.decoder_layers, base.heads, base.hidden) == (12, 12, 16, 1024)


# The network. torch is needed from here on.


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory, small_vocabulary: object) -> Path:
    """A folder of examples: sentences about a few programs, and the code of each."""
    from passwright.irgen.generator.examples import check_bodies, code_texts
    from passwright.irgen.generator.shards import KINDS, Example, write

    folder = tmp_path_factory.mktemp("examples")
    (folder / "tokenizer.json").write_text(small_vocabulary.to_str())  # type: ignore[attr-defined]
    (folder / "words.json").write_text(json.dumps({"known": sorted(WORDS.known), "names": []}))
    programs: dict[str, tuple[Program, str]] = {}
    rows = []

    def add(kind: str, source: str, target: str) -> None:
        ids = [vocabulary.encode(small_vocabulary, t) for t in (source, target)]  # type: ignore[arg-type]
        rows.append(Example(ids[0], [*ids[1], EOS], KINDS.index(kind), 0, 0))

    for number, text in enumerate(PROGRAMS):
        program = parse(text)
        whole = canonical(program)
        programs[whole.text] = (whole.program, "test")
        for verb in ("compute", "return", "write"):
            back = rewrite(f"{verb} result {number}", WORDS)
            add("parse", f"parse: {back.text}", joined(for_model(program, back)))
    checked = check_bodies(programs, 2)
    assert set(checked.outcomes) == {"right"}
    for one, _ in code_texts(checked, programs):
        add("code", one.source, one.target)
    write(folder / "train-000.npz", rows)
    write(folder / "validation-000.npz", rows[:8])
    size = small_vocabulary.get_vocab_size()  # type: ignore[attr-defined]
    (folder / "manifest.json").write_text(json.dumps({"vocabulary": size, "pairs": len(rows)}))
    return folder


def test_masks_allow_what_is_written_and_forbid_the_rest(examples: Path) -> None:
    pytest.importorskip("llguidance", reason="the extra `generate` is not installed")
    from passwright.irgen.generator.masks import grammar
    from passwright.irgen.generator.shards import read

    text = (examples / "tokenizer.json").read_text()
    found = read(examples, "train")
    for row in range(len(found)):
        target = found.target[(found.target_ends[row - 1] if row else 0) : found.target_ends[row]].tolist()
        of = grammar(text, ("notation", "c")[int(found.kind[row])])
        assert of.along(target) is not None
        assert of.along([*target[:-2], EOS]) is None or of.along([*target[:-2], target[0], EOS]) is None


def test_training_lowers_the_loss_resumes_and_ships(examples: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="the extra `train` is not installed")
    pytest.importorskip("accelerate", reason="the extra `train` is not installed")
    from passwright.irgen.generator.export import ship
    from passwright.irgen.generator.generator import Generator
    from passwright.irgen.generator.train import Run, train

    config = load_config("tiny")
    lines: list[str] = []
    run = Run(examples, tmp_path, config, minutes=5, threads=1, cpu=True, report=lines.append, steps=40)
    first = train(run)
    assert first["steps"] == 40 and first["stopped"] == "time"
    rows = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    losses = [row["train/tokens"] for row in rows if "train/tokens" in row]
    assert losses[-1] < 0.8 * losses[0]
    assert all(row["train/syntax"] >= 0 for row in rows if "train/syntax" in row)
    second = train(Run(**{**vars(run), "resume": True, "steps": 60}))
    assert second["steps"] == 60 and second["loss"] < first["loss"]
    ship(tmp_path / "checkpoint.pt", examples, tmp_path / "weights", second)
    generator = Generator.load(tmp_path / "weights")
    chances = generator.intent("Compute the sum.")
    assert abs(sum(chances.values()) - 1) < 1e-5
    for program, probability in generator.parse("Compute the sum.", k=3):
        assert 0 < probability <= 1
        assert parse(program_text(program)) == program


def test_the_numpy_form_gives_the_networks_logits() -> None:
    torch = pytest.importorskip("torch", reason="the extra `train` is not installed")
    pytest.importorskip("transformers", reason="the extra `train` is not installed")
    import numpy as np

    from passwright.irgen.generator.export import arrays
    from passwright.irgen.generator.inference import Network
    from passwright.irgen.generator.model import Generator

    torch.manual_seed(0)
    config = load_config("tiny")
    network = Generator(config, 300).eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
    ours = Network(arrays(network), config)
    source, target = torch.randint(3, 300, (1, 150)), torch.randint(3, 300, (1, 140))
    with torch.no_grad():
        encoded = network.t5.encoder(input_ids=source).last_hidden_state
        wanted = (
            network.t5(encoder_outputs=(encoded,), decoder_input_ids=network.shifted(target))
            .logits[0]
            .numpy()
        )
        intents = network.intent(encoded.mean(1)).softmax(-1)[0].numpy()
    own = ours.encode(source[0].numpy())
    assert np.allclose(own, encoded[0].numpy(), atol=1e-4)
    assert np.allclose(ours.intent(own), intents, atol=1e-5)
    cache = ours.start(own, 2, 200)
    tokens = [PAD, *target[0].tolist()[:-1]]
    found = np.stack([cache.step(np.array([token, token])) for token in tokens])
    assert np.allclose(found[:, 0], wanted, atol=2e-3)
    assert np.allclose(found[:, 1], found[:, 0], atol=1e-5)


def test_drawings_are_of_the_grammar_and_ranked() -> None:
    pytest.importorskip("torch", reason="the extra `train` is not installed")
    pytest.importorskip("llguidance", reason="the extra `generate` is not installed")
    import torch

    from passwright.irgen.generator.decode import Drawing, draw
    from passwright.irgen.generator.export import arrays
    from passwright.irgen.generator.inference import Network
    from passwright.irgen.generator.masks import Grammar
    from passwright.irgen.generator.model import Generator

    tokenizer = vocabulary.train(["a b c"], 700)
    grammar = Grammar(tokenizer.to_str(), 'start: "(" start ")" | X\nX: /[ab]/\n%ignore / +/\n')
    torch.manual_seed(1)
    network = Network(arrays(Generator(load_config("tiny"), tokenizer.get_vocab_size())), load_config("tiny"))
    told: list[int] = []
    found = draw(
        network, [5, 6, 7], Drawing(samples=6, most=60, temperature=1.0, sure=2.0), grammar, told.append
    )
    assert found
    assert [f.log_probability for f in found] == sorted((f.log_probability for f in found), reverse=True)
    for one in found:
        text = vocabulary.decode(tokenizer, one.tokens).replace(" ", "")
        depth = text.count("(")
        assert text in (f"{'(' * depth}{x}{')' * depth}" for x in "ab")
    assert told
