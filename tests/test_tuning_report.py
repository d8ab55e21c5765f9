"""The report of a tuning run: what it says, that hostile text stays text, and how it looks in a browser."""

from __future__ import annotations

import html
import json
import math
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from test_cli import COLUMNS, locked, passwright, source
from test_report import MACHINE, html_tree

from passwright.bench.measure import Ratio, Timing
from passwright.bench.verify import Verdict
from passwright.evidence import SourceLines
from passwright.explain import StepExplanation
from passwright.irgen.kernel import Kernel
from passwright.passes.recipe import O3, Recipe
from passwright.policy.outcome import Outcome
from passwright.result import FileResult, KernelResult, OptimizeResult
from passwright.tuning_report.charts import improvements, search_curve
from passwright.tuning_report.facts import Facts, Remark, Worth, facts_of
from passwright.tuning_report.page import page

RECIPE = Recipe.parse("function(sroa,gvn) | default<O3> [polly=true polly-tiling=false]")
OWNED = "document.title='owned'"
HOSTILE = f'</code></td></tr></table><script>{OWNED}</script><img src=x onerror="{OWNED}">\u202e\x1b\x00\'"'


def outcome(
    ratio: float, at: float, status: str = "ok", recipe: Recipe = RECIPE, message: str = ""
) -> Outcome:
    return Outcome(recipe, status, ratio, 5, "c", False, 300, 90, 0.01, 0.02, "measure", message, at)


def timing(median: float) -> Timing:
    return Timing((median * 0.99, median, median * 1.01), median, median * 0.99, median * 1.01, MACHINE)


OUTCOMES = (
    outcome(0.7, 0.5, "worse"),
    outcome(1.3, 1.0, recipe=Recipe.parse("function(sroa,gvn) | default<O3> [polly=true]")),
    outcome(0.0, 1.5, "crashed", message="SIGSEGV in pass licm"),
    outcome(1.2, 2.0),
    outcome(2.2, 3.1),
    *(outcome(1 + 0.01 * number, 3.5 + 0.2 * number) for number in range(40)),
)


def a_result(
    name: str = "gemm", *, path: str = "src/gemm.c", evidence: str = "", **values: object
) -> KernelResult:
    kernel = Kernel(name, name, Path(path), "c", (), "znver4", b"", b"", None)
    made = KernelResult(
        kernel,
        RECIPE,
        Ratio(2.1, 2.0, 2.3),
        Verdict("equal", evidence or "182 calls equal bit for bit: 24 sizes, 51 seeds; 24 inputs with special values", 182),
        timing(2e-3),
        timing(1e-3),
        (400, 500),
        (90, 120),
        outcomes=OUTCOMES,
        notes=(f"{name}: n = 130: an integer parameter that loops follow",),
        stages={"verify": 1.25, "compile": 2.5},
        seconds=20.0,
    )  # fmt: skip
    return replace(made, **values)  # type: ignore[arg-type]


def some_facts(
    text: str = "", message: str = "vectorized loop (vectorization width: 8, interleaved count: 4)"
) -> Facts:
    lines = tuple((text or COLUMNS * 3).split("\n"))
    steps = (
        StepExplanation("function(sroa,gvn)", "Takes variables apart.", True, 0.001, (93, 60), (), None, ()),
        StepExplanation(str(RECIPE.steps[1]), "Tiles loops.", True, 0.2, (60, 600), (), None, ()),
    )
    worth = (
        (Worth("function(sroa,gvn)", Ratio(1.0, 0.98, 1.02), ""),),
        (
            Worth(str(RECIPE.steps[1]), Ratio(30.0, 29.0, 31.0), ""),
            Worth("polly=true", Ratio(5.9, 5.8, 6.2), ""),
            Worth("polly-tiling=false", None, "not timed: timed-out: step 2 of 2 " + "very long " * 20),
        ),
    )
    remarks = tuple(
        Remark(
            1 + number % 2,
            2 + number % 4,
            number % 3 > 0,
            "loop-vectorize",
            f"{message} {number}",
            1,
            number % 4 > 0,
        )
        for number in range(24)
    )
    return Facts(
        steps, worth, True, SourceLines("src/gemm.c", 1, lines), (2, 5), remarks, ("2. licm: hoisting add",)
    )


def a_page(results: list[KernelResult], facts: list[Facts]) -> str:
    file = FileResult(Path("src/gemm.c"), tuple(results), b"", b"", b"")
    whole = OptimizeResult((file,), False, 20.0)
    return page(whole, facts, subtitle="passwright optimize src/gemm.c --report r.html")


LONG = "void_" + "a_very_long_name_of_a_function_in_generated_code" * 4
PAGE = a_page(
    [
        a_result(),
        a_result(LONG, path=f"src/{LONG}.cpp"),
        a_result("kept", recipe=O3, ratio=Ratio(1, 1, 1), outcomes=()),
    ],
    [
        some_facts(),
        some_facts("x = " + "longword" * 60 + ";\n" + "int y;\n" * 300),
        Facts(problems=("no steps: it crashed",)),
    ],
)
HOSTILE_PAGE = a_page(
    [
        a_result(
            HOSTILE,
            path=HOSTILE,
            evidence=HOSTILE,
            outcomes=(outcome(1.5, 1, message=HOSTILE),),
            notes=(HOSTILE,),
            ended=HOSTILE,
        )
    ],
    [some_facts(HOSTILE, HOSTILE)],
)


# -- what it says -----------------------------------------------------------------------------------------------------------


@pytest.mark.tiny
@pytest.mark.parametrize("text", [PAGE, HOSTILE_PAGE], ids=["usual", "hostile"])
def test_it_is_well_formed_and_needs_nothing_else(text: str) -> None:
    tree = html_tree(text)
    assert tree.findtext("head/title") == "Tuning report"
    assert not re.search(r"<(script|link|img|iframe)\b|@import|url\(|https?://", text)
    assert not re.search(r'\s(src|on\w+)="', text)
    assert "\u202e" not in text and "\x1b" not in text and "\x00" not in text
    assert all(link.get("href", "").startswith("#kernel-") for link in tree.iter("a"))
    identifiers = [node.get("id") for node in tree.iter() if node.get("id")]
    assert len(identifiers) == len(set(identifiers))
    for link in tree.iter("a"):
        assert link.get("href", "")[1:] in identifiers
    assert all(node.get("aria-label") or node.get("aria-hidden") for node in tree.iter("svg"))


@pytest.mark.tiny
def test_everything_about_a_kernel_is_there() -> None:
    first = PAGE[PAGE.index('id="kernel-0"') : PAGE.index('id="kernel-1"')]
    for text in (
        "182 calls equal bit for bit",
        "n = 130",
        "45 recipes (1 worse, 43 ok, 1 crashed)",
        "Takes variables apart.",
        "30.00×",
        "5.80 … 6.20",
        "93 → 60",
        "SIGSEGV in pass licm",
        "3 samples of the reference",
        "remarks elsewhere",
        "for (int j = 0; j &lt; m; j++)",
    ):
        assert text in first, text
    assert "znver4" in PAGE and MACHINE.cpu in PAGE
    assert "no steps: it crashed" in PAGE and "There was none" in PAGE


@pytest.mark.tiny
def test_it_says_what_was_not_measured() -> None:
    searched = replace(some_facts(), measured=False)
    text = a_page([a_result()], [searched])
    assert "--time-steps" in text and "one short measurement" in text
    assert "--time-steps" not in a_page([a_result()], [some_facts()])


@pytest.mark.tiny
def test_the_search_curve_is_drawn_to_scale() -> None:
    assert [(number, one.ratio) for number, one in improvements(OUTCOMES)] == [(2, 1.3), (5, 2.2)]
    tree = html_tree(f"<html>{search_curve(OUTCOMES, Ratio(2.1, 2.0, 2.3))}</html>")
    circles = list(tree.iter("circle"))
    assert len(circles) == len(OUTCOMES) - 1  # one has no ratio
    heights = {one.get("cy") for one in circles}
    lowest, highest = max(map(float, heights)), min(map(float, heights))
    span = math.log(2.2 / 0.7) / math.log(4.0 / 0.5)  # the axis goes from 0.5 to 4
    assert lowest - highest == pytest.approx(span * (230 - 14 - 44), abs=0.2)
    (best,) = [node for node in tree.iter("path") if node.get("class") == "best"]
    assert best.get("d", "").count("V") == 2
    assert search_curve((), None).startswith("<svg")


@pytest.mark.tiny
def test_a_long_search_is_cut_and_says_so() -> None:
    many = tuple(outcome(1.1, number / 10) for number in range(700))
    text = a_page([a_result(outcomes=many)], [some_facts()])
    assert "200 more are left out here" in text and "All 700 recipes tried" in text


def test_facts_of_a_real_kernel(tmp_path: Path) -> None:
    from passwright import optimize

    path = source(tmp_path, "// €\n" + COLUMNS)
    result = optimize(path, budget="0s", policy="o3").kernels[0]
    facts = facts_of(result)
    assert facts.problems == () and facts.function == (3, 6) and not facts.measured
    assert [step.text for step in facts.steps] == ["default<O3>"]
    assert {one.line for one in facts.remarks} <= {3, 4, 5, 6} and facts.remarks
    assert not any(one.news for one in facts.remarks)  # it is what -O3 says
    shorter = Recipe.parse("default<O2> [unroll-runtime=false]")
    tried = (outcome(2.0, 1, recipe=shorter), outcome(1.6, 2, recipe=Recipe.parse("default<O2>")))
    facts = facts_of(replace(result, recipe=shorter, ratio=Ratio(2, 1.9, 2.1), outcomes=tried))
    assert facts.worth == ((Worth("unroll-runtime=false", Ratio(1.25, 1.25, 1.25), ""),),)
    path.unlink()
    assert facts_of(result).source is None


@pytest.mark.slow
def test_timed_steps_and_usage(tmp_path: Path) -> None:
    path = source(tmp_path, COLUMNS)
    message = passwright("optimize", path, "--time-steps", folder=tmp_path, code=2).stderr
    assert "--time-steps is for --report" in message
    locked(tmp_path)
    arguments = ("--report", "r.html", "--time-steps", "--policy", "coreset", "--budget", "3 evaluations")
    passwright("optimize", path, *arguments, "--lock", "new.lock", folder=tmp_path)
    text = (tmp_path / "r.html").read_text()
    html_tree(text)
    for part in ("Kernels", "Search", "Verdict", "Recipe", "Source", "Raw data", "Machine and versions"):
        assert f"{part}</h" in text or f"<h3>{part}" in text, part
    assert "[sizes]" in text and "--report r.html" in text


@pytest.mark.tiny
def test_colours_can_be_read() -> None:
    """WCAG 2.1, 1.4.3: text has a contrast of 4.5 against what is behind it, in light and dark."""
    css = (Path(__file__).parent.parent / "bench/report.css").read_text()
    light, dark = re.findall(r":root \{([^}]*)\}", css)
    for block in (light, dark):
        colours = dict(re.findall(r"--([\w-]+): *(#[0-9a-f]{3,6})", block))
        for name in ("ink", "faint", "ours", "bad", "good"):
            for behind in ("back", "card"):
                assert contrast(colours[name], colours[behind]) >= 4.5, (name, behind, colours)


def contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
        parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


# -- in a browser -----------------------------------------------------------------------------------------------------------

PROBE = """
const wrong = [];
const box = e => e.getBoundingClientRect();
const name = e => `${e.tagName}.${e.getAttribute('class') || ''} ${(e.textContent || '').trim().slice(0, 40)}`;
function look(when) {
  if (document.documentElement.scrollWidth > innerWidth) wrong.push(`${when}: the page is wider than the window`);
  const looked = 'h1,h2,h3,p,ul,dl,.figure,.scroll,.chip,summary,pre,svg.fit,table.source,td,th';
  for (const e of document.querySelectorAll(looked)) {
    if (!e.checkVisibility()) continue;
    const b = box(e);
    if (b.height < 1 && e.textContent.trim()) wrong.push(`${when}: nothing to see of ${name(e)}`);
    if (!e.parentElement.closest('.scroll') && (b.right > innerWidth + 1 || b.left < -1))
      wrong.push(`${when}: outside of the window: ${name(e)}`);
    if (e.tagName === 'TD' && e.scrollWidth > e.clientWidth + 1) wrong.push(`${when}: too wide for its cell: ${name(e)}`);
  }
  for (const parent of document.querySelectorAll('body,header,main,section,.figures,.chips,.legend,tr,td,dl,ul,details')) {
    const children = [...parent.children].filter(e => e.checkVisibility() && e.tagName !== 'SCRIPT' && box(e).width > 0);
    for (let i = 0; i < children.length; i++) for (let j = i + 1; j < children.length; j++) {
      const a = box(children[i]), b = box(children[j]);
      if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
          Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1)
        wrong.push(`${when}: ${name(children[i])} lies over ${name(children[j])}`);
    }
  }
  for (const svg of document.querySelectorAll('svg')) for (const e of svg.querySelectorAll('text,rect,circle')) {
    const a = box(svg), b = box(e);
    const inside = b.left >= a.left - 1 && b.right <= a.right + 1 && b.top >= a.top - 1 && b.bottom <= a.bottom + 1;
    if (svg.checkVisibility() && !inside)
      wrong.push(`${when}: outside of its chart: ${name(e)} ${b.left} ${b.right} in ${a.left} ${a.right}`);
  }
}
look('closed');
document.querySelectorAll('details').forEach(e => { e.open = true; });
look('open');
const found = {wrong: wrong, title: document.title, width: innerWidth, charts: document.querySelectorAll('svg.fit').length,
  lines: document.querySelectorAll('table.source tr').length, chips: document.querySelectorAll('.chip').length,
  active: document.querySelectorAll('img,iframe,object,script:not(#probe-script)').length,
  back: getComputedStyle(document.body).backgroundColor};
const pre = document.createElement('pre');
pre.id = 'probe';
pre.textContent = JSON.stringify(found);
document.body.append(pre);
"""


CHROMIUM = shutil.which("chromium")
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: apt-get install chromium")


def browse(text: str, folder: Path, width: int) -> tuple[str, str]:
    """The page's document after it was loaded, and what the browser says of it."""
    path = folder / "page.html"
    path.write_text(text, encoding="utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"]
    command = [
        str(CHROMIUM),
        *options,
        f"--window-size={width},1200",
        f"--user-data-dir={folder / 'profile'}",
    ]
    command += ["--enable-logging=stderr", "--virtual-time-budget=2000", "--dump-dom", path.as_uri()]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    return run.stdout, run.stderr


def probed(text: str, folder: Path, width: int) -> dict[str, object]:
    """What the probe, a script in a copy of the page that allows scripts, has found."""
    copy, count = re.subn(r"<meta http-equiv[^>]*>\n", "", text)
    assert count == 1
    copy = copy.replace("</body>", f'<script id="probe-script">{PROBE}</script></body>')
    document, said = browse(copy, folder, width)
    assert "CONSOLE" not in said, said
    return json.loads(html.unescape(document.split('<pre id="probe">')[1].split("</pre>")[0]))


@needs_browser
@pytest.mark.parametrize("width", [1280, 600])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_looked_at(tmp_path: Path, width: int, scheme: str) -> None:
    text = PAGE.replace("(prefers-color-scheme: dark)", "all") if scheme == "dark" else PAGE
    found = probed(text, tmp_path, width)
    assert found["wrong"] == []
    assert found["width"] == width and found["charts"] == 2 and found["active"] == 0
    assert found["chips"] == 48 and int(str(found["lines"])) > 20
    assert found["back"] == ("rgb(20, 24, 29)" if scheme == "dark" else "rgb(251, 252, 253)")


@needs_browser
def test_it_loads_as_it_is(tmp_path: Path) -> None:
    document, said = browse(PAGE, tmp_path, 1280)
    assert "CONSOLE" not in said, said
    assert document.count("<section") == 3 and document.count('class="fit"') == 2


@needs_browser
def test_hostile_text_does_nothing(tmp_path: Path) -> None:
    found = probed(HOSTILE_PAGE, tmp_path, 600)  # which would even allow scripts
    assert found["title"] == "Tuning report" and found["active"] == 0 and found["wrong"] == []


@needs_browser
def test_the_probe_sees_what_is_wrong(tmp_path: Path) -> None:
    spoilt = PAGE.replace(
        "<h2>Kernels</h2>", '<h2 style="width:2000px">Kernels</h2><p style="margin-top:-30px">over</p>'
    )
    wrong = " ".join(probed(spoilt, tmp_path, 600)["wrong"])  # type: ignore[arg-type]
    assert "wider than the window" in wrong and "lies over" in wrong and "outside of the window" in wrong


@needs_browser
def test_scripts_are_not_allowed(tmp_path: Path) -> None:
    with_script = PAGE.replace("</body>", "<script>document.title='owned'</script></body>")
    document, said = browse(with_script, tmp_path, 600)
    assert "<title>Tuning report</title>" in document and "Content Security Policy" in said
