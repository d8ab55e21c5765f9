"""Reports and the resumable store of rows: figures, formats, and files that were cut off."""

from __future__ import annotations

import json
import math
import multiprocessing
import os
import re
import resource
import xml.etree.ElementTree as ElementTree
from dataclasses import fields
from pathlib import Path
from typing import get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from passwright.bench import report_html
from passwright.bench.measure import Machine, Ratio, Timing
from passwright.bench.report import (
    OURS,
    Row,
    geometric_mean,
    groups_of,
    markdown,
    peers_of,
    rich_table,
    seconds,
    summaries,
    summarise,
    to_json,
)
from passwright.bench.results import ResultStore, result_key, row_from_json, row_to_json
from passwright.bench.verify import Verdict
from passwright.passes.errors import InputError, ParseError

SAMPLES = {str: "text", int: 2, float: 1.5, bool: True, tuple: ("avx2", "avx512f"), dict: {"l1": "32K"}}


def a_machine() -> Machine:
    """A description with every field filled by its type, whatever fields it has."""
    hints = get_type_hints(Machine)
    return Machine(
        **{
            item.name: SAMPLES.get(get_origin(hints[item.name]) or hints[item.name])
            for item in fields(Machine)
        }
    )


MACHINE = a_machine()


def timing(median: float) -> Timing:
    return Timing((median * 0.99, median, median * 1.01), median, median * 0.99, median * 1.01, MACHINE)


def a_row(
    kernel: str = "lcs",
    family: str = "strings",
    ratio: float = 2.0,
    *,
    verdict: str = "equal",
    held_out: bool = False,
    recipe: str = "function(gvn) | default<O3> [polly=true]",
    gcc: float | None = 0.8e-3,
    gcc_verdict: str = "equal",
) -> Row:
    times = {"clang-O3": timing(1e-3), OURS: timing(1e-3 / ratio)}
    if gcc is not None:
        times["gcc-O3"] = timing(gcc)
    return Row(
        kernel,
        family,
        times,
        Ratio(ratio, ratio * 0.98, ratio * 1.03),
        Verdict(verdict, "12 calls compared", 12),
        recipe,
        held_out,
        {"gcc-O3": Verdict(gcc_verdict, "y[3]: 1.0 instead of 1.5", 4)} if gcc is not None else {},
        {} if gcc is not None else {"gcc-O3": "no gcc on PATH"},
    )


ROWS = [
    a_row("lcs", "strings", 2.0),
    a_row("fold", "strings", 8.0, gcc_verdict="different"),
    a_row("gemm", "tensor", 4.0, held_out=True, gcc=None),
    a_row("conv", "tensor", 3.0, verdict="different", held_out=True),
]


@pytest.mark.tiny
def test_the_geometric_mean_is_the_geometric_mean() -> None:
    mean, low, high = geometric_mean([2.0, 8.0])
    assert mean == pytest.approx(4.0)
    assert (low, high) == pytest.approx((2.0, 8.0))
    assert geometric_mean([2.0, 8.0]) == geometric_mean([2.0, 8.0])
    assert all(math.isnan(value) for value in geometric_mean([]))
    for bad in (0.0, -1.0, math.inf, math.nan):
        with pytest.raises(ValueError, match="positive"):
            geometric_mean([1.0, bad])


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=30))
def test_the_interval_holds_the_mean_and_lies_within_the_values(values: list[float]) -> None:
    mean, low, high = geometric_mean(values)
    slack = 1 + 1e-9
    assert min(values) / slack <= low <= mean * slack and mean <= high * slack <= max(values) * slack * slack


@pytest.mark.tiny
def test_what_is_not_equal_counts_as_one() -> None:
    summary = summarise(ROWS, "all")
    assert summary is not None
    assert summary.mean == pytest.approx((2 * 8 * 4 * 1) ** 0.25)
    assert (summary.kernels, summary.not_equal, summary.least, summary.most) == (4, 1, 1.0, 8.0)


@pytest.mark.tiny
def test_peers_are_summarised_over_what_was_measured() -> None:
    summary = summarise(ROWS, "all", "gcc-O3")
    assert summary is not None
    assert summary.mean == pytest.approx(1.25)
    assert (summary.kernels, summary.not_equal) == (3, 1)
    assert summarise(ROWS, "all", "polly") is None
    assert peers_of(ROWS) == ["gcc-O3"]


@pytest.mark.tiny
def test_held_out_families_stand_apart() -> None:
    groups = groups_of(ROWS)
    assert list(groups) == ["all", "mined families", "held-out families", "strings", "tensor (held out)"]
    assert [row.kernel for row in groups["held-out families"]] == ["gemm", "conv"]
    assert list(groups_of(ROWS[:2])) == ["all", "strings"]
    assert {summary.group for summary in summaries(ROWS)} == set(groups)


@pytest.mark.tiny
@pytest.mark.parametrize(
    ("value", "text"),
    [(2.5, "2.5 s"), (1.234e-3, "1.23 ms"), (4.2e-5, "42 µs"), (3.1e-9, "3.1 ns"), (0, "0 ns")],
)
def test_durations_have_fitting_units(value: float, text: str) -> None:
    assert seconds(value) == text


@pytest.mark.tiny
def test_markdown_is_one_table_a_family_with_whole_lines() -> None:
    text = markdown(ROWS, title="A run")
    tables = re.findall(r"(?m)(?:^\|.*\|$\n?)+", text)
    assert len(tables) == 3
    for table in tables:
        # A cell's own bars are escaped: every line has as many cells as the head.
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.strip().splitlines()}) == 1
    assert "## tensor (held out)" in text
    assert "1.25 (different)" in text and "| different |" in text


@pytest.mark.tiny
def test_the_terminal_table_shows_every_kernel_and_mean() -> None:
    console = Console(width=200, record=True, file=open(os.devnull, "w"))  # noqa: SIM115
    console.print(rich_table(ROWS, title="[a title]"))
    text = console.export_text()
    for word in (
        "lcs",
        "fold",
        "gemm",
        "conv",
        "mean: held-out families",
        "tensor (held out)",
        "2.00",
        "different",
    ):
        assert word in text


@pytest.mark.tiny
def test_markup_in_recipes_is_shown_and_not_obeyed() -> None:
    console = Console(width=200, record=True, file=open(os.devnull, "w"))  # noqa: SIM115
    console.print(rich_table([a_row(recipe="default<O3> [bold=true]")]))
    assert "[bold=true]" in console.export_text()


@pytest.mark.tiny
def test_json_keeps_the_raw_samples() -> None:
    document = json.loads(to_json(ROWS, title="A run"))
    first = document["rows"][0]
    assert first["peer_times"]["clang-O3"]["samples"] == list(ROWS[0].peer_times["clang-O3"].samples)
    assert len(document["machines"]) == 1 and document["baseline"] == "clang-O3"
    assert any(summary["group"] == "held-out families" for summary in document["summaries"])


def html_tree(text: str) -> ElementTree.Element:
    """The page as XML: it has no void elements but `meta`, which are closed here."""
    text = re.sub(r"<(meta[^>]*)>", r"<\1/>", text.removeprefix("<!doctype html>\n"))
    return ElementTree.fromstring(text)


@pytest.mark.tiny
def test_the_page_is_well_formed_and_needs_nothing_else() -> None:
    text = report_html.page(ROWS, title="Speed & <shape>", subtitle="passwright bench kernels")
    tree = html_tree(text)
    assert tree.findtext("head/title") == "Speed & <shape>"
    assert not re.search(r"(?i)<(script|link|img|iframe)\b|\b(src|href)=|@import|url\(|https?://", text)
    assert len(tree.findall(".//tbody/tr")) == len(groups_of(ROWS)) + len(ROWS)
    assert [code.text for code in tree.iter("code")].count(ROWS[0].recipe) == 4
    assert "no gcc on PATH" in text and "12 calls compared" in text


@pytest.mark.tiny
def test_bars_are_drawn_to_scale() -> None:
    scale = report_html.Scale(0.5, 8.0, 400)
    assert (scale.x(0.5), scale.x(1), scale.x(8)) == pytest.approx((0, 100, 400))
    assert (scale.x(0), scale.x(0.1), scale.x(64)) == (0, 0, 400)
    assert scale.ticks() == [0.5, 1, 2, 4, 8]
    tree = html_tree(report_html.page([a_row(ratio=1.9), a_row("slow", ratio=0.6)]))
    [*_, fast, slow] = [
        rect for rect in tree.iter("rect") if rect.get("height") == "10" and rect.get("y") == "5"
    ]
    assert (fast.get("class"), slow.get("class")) == ("ours", "slower")
    assert float(fast.get("x", 0)) == pytest.approx(100, abs=0.1)  # 0.5 … 2 over 200 pixels: 1 is the middle
    assert float(fast.get("width", 0)) == pytest.approx(100 * math.log2(1.9), abs=0.1)
    assert float(slow.get("x", 0)) + float(slow.get("width", 0)) == pytest.approx(100, abs=0.1)


@pytest.mark.tiny
def test_an_empty_table_has_every_form() -> None:
    assert "<html" in report_html.page([])
    assert json.loads(to_json([]))["rows"] == []
    assert markdown([]).count("\n") >= 2
    assert rich_table([]).row_count == 0


@pytest.mark.tiny
def test_rows_survive_json() -> None:
    for row in ROWS:
        assert row_from_json(json.loads(json.dumps(row_to_json(row)))) == row


@pytest.mark.tiny
def test_keys_depend_on_everything_but_the_options_order() -> None:
    key = result_key("strings/lcs", {"budget": 20, "policy": "evolve"}, "zen4")
    assert key == result_key("strings/lcs", {"policy": "evolve", "budget": 20}, "zen4")
    others = {
        result_key("strings/fold", {"budget": 20, "policy": "evolve"}, "zen4"),
        result_key("strings/lcs", {"budget": 21, "policy": "evolve"}, "zen4"),
        result_key("strings/lcs", {"budget": 20, "policy": "evolve"}, "zen5"),
    }
    assert len(others | {key}) == 4


def test_a_run_continues_where_it_stopped(tmp_path: Path) -> None:
    path = tmp_path / "runs" / "results.jsonl"
    with ResultStore(path) as store:
        store.append("a", ROWS[0])
        store.append("b", ROWS[1])
    with ResultStore(path) as store:
        assert "a" in store and "b" in store and "c" not in store and len(store) == 2
        assert list(store.rows(["b", "missing", "a"])) == [ROWS[1], ROWS[0]]
        store.append("a", ROWS[2])
        assert store.get("a") == ROWS[2]
    with ResultStore(path) as store:
        assert store.get("a") == ROWS[2] and len(store) == 2


@pytest.mark.parametrize("kept", [1, 40, -1])
def test_a_truncated_last_line_is_dropped(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "results.jsonl"
    with ResultStore(path) as store:
        store.append("a", ROWS[0])
    first = path.read_bytes()
    path.write_bytes(first + first.replace(b'"key": "a"', b'"key": "b"')[:kept])
    with ResultStore(path) as store:
        assert "a" in store and "b" not in store
        store.append("c", ROWS[1])
    with ResultStore(path) as store:
        assert len(store) == 2 and store.get("c") == ROWS[1]


@pytest.mark.parametrize(
    "line", ["{", "[]", '"text"', '{"format": 1, "key": "x", "row": {"kernel": "k"}}', '{"format": 9}']
)
def test_a_broken_line_is_an_error_with_its_number(tmp_path: Path, line: str) -> None:
    path = tmp_path / "results.jsonl"
    with ResultStore(path) as store:
        store.append("a", ROWS[0])
    with path.open("a") as file:
        file.write(line + "\n")
    with pytest.raises(ParseError, match=r"results\.jsonl:2: not a result row") as caught:
        ResultStore(path)
    assert caught.value.hint


def test_a_place_that_cannot_be_written_is_the_inputs_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot open"):
        ResultStore(tmp_path / "file" / "results.jsonl")


def test_a_full_disk_is_said_and_leaves_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    with ResultStore(path) as store:
        store.append("a", ROWS[0])
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 100, limits[1]))
        try:
            with pytest.raises(InputError, match="cannot write"):
                store.append("b", ROWS[1])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert "b" not in store
    with ResultStore(path) as store:
        assert "a" in store and len(store) == 1


def test_a_device_is_no_store() -> None:
    with pytest.raises(InputError, match="not a regular file"):
        ResultStore("/dev/zero")


def append_many(path: Path, start: int) -> None:
    with ResultStore(path) as store:
        for number in range(start, start + 20):
            store.append(str(number), ROWS[0])


def test_two_processes_share_a_file(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=append_many, args=(path, start)) for start in (0, 20)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(30)
        assert process.exitcode == 0
    with ResultStore(path) as store:
        assert len(store) == 40
