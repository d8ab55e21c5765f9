"""What a tuning run has found out so far, so that the same command goes on after Ctrl-C: one JSON line per kernel.

A line belongs to a kernel by source, entry, CPU and fingerprint: code that has changed since is tuned anew.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path

from passwright.passes import config
from passwright.passes.json_lines import append_line, read_lines


@dataclass(frozen=True)
class Finding:
    """What became of one kernel.

    `recipe` is empty where it stays as it was, for `reason`. `ratio` is of the whole program's time with this kernel alone
    changed: value, low, high.
    """

    source: str
    entry: str
    cpu: str
    fingerprint: str
    share: float
    recipe: str = ""
    ratio: tuple[float, float, float] = (1.0, 1.0, 1.0)
    verdict: str = ""
    reason: str = ""
    flags: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What it is found by."""
        return self.source, self.entry, self.cpu, self.fingerprint


class State:
    """The findings of one command, kept in the cache folder."""

    def __init__(self, identity: object) -> None:
        """`identity`: everything that the findings depend on besides the code."""
        name = blake2b(repr(identity).encode(), digest_size=10).hexdigest()
        self.path = Path(config.cache_dir(), "tune", f"{name}.jsonl")
        self.findings: dict[tuple[str, str, str, str], Finding] = {}
        for fields in read_lines(self.path):
            finding = Finding(**fields | {"ratio": tuple(fields["ratio"]), "flags": tuple(fields["flags"])})
            self.findings[finding.key] = finding

    def add(self, finding: Finding) -> None:
        """Keep a finding.  Raises InputError when it cannot be written."""
        self.findings[finding.key] = finding
        append_line(self.path, asdict(finding))

    def forget(self) -> None:
        """Remove everything."""
        self.path.unlink(missing_ok=True)
        self.findings.clear()
