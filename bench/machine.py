"""What a timing was taken on, and what about that machine makes timings worse than they need be."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_CPU = Path("/sys/devices/system/cpu")
_BUSY = 0.25
"""Load per CPU, without our own process, from which on a machine counts as busy."""


@dataclass(frozen=True)
class Machine:
    """A description that travels with every timing; what cannot be read is empty or 0.

    Attributes:
        cpu: the processor's model name.
        cpus: logical processors that this process may use.
        governor: frequency governor of the first CPU.
        turbo: "on" or "off".
        smt: "on" or "off".
        virtual: whether a hypervisor is below.
        memory: GiB.
        kernel: operating system and release.
        llvm: version of LLVM in the core.
        package: version of Passwright.
        load: load average of the last minute; it does not tell machines apart.
        warnings: what makes timings noisy here and what to do about it; they do not tell machines apart
        either.
    """

    cpu: str = ""
    cpus: int = 0
    governor: str = ""
    turbo: str = ""
    smt: str = ""
    virtual: bool = False
    memory: float = 0.0
    kernel: str = ""
    llvm: str = ""
    package: str = ""
    load: float = field(default=0.0, compare=False)
    warnings: tuple[str, ...] = field(default=(), compare=False)


def this_machine() -> Machine:
    """The machine that this process runs on, with its load now."""
    load = os.getloadavg()[0]
    machine = _described()
    return replace(machine, load=round(load, 2), warnings=_warnings(machine, load))


@cache
def _described() -> Machine:
    """What does not change while a process runs."""
    info = _cpuinfo()
    return Machine(
        cpu=info.get("model name", platform.processor()),
        cpus=len(os.sched_getaffinity(0)),
        governor=_read(_CPU / "cpu0/cpufreq/scaling_governor"),
        turbo=_turbo(),
        smt={"1": "on", "0": "off"}.get(_read(_CPU / "smt/active"), ""),
        virtual="hypervisor" in info.get("flags", "").split(),
        memory=round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30, 1),
        kernel=f"{platform.system()} {platform.release()}",
        llvm=_llvm(),
        package=_package(),
    )


def _warnings(machine: Machine, load: float) -> tuple[str, ...]:
    found = []
    if machine.governor and machine.governor != "performance":
        found.append(
            f"the frequency governor is '{machine.governor}', clock rates follow the load: "
            "sudo cpupower frequency-set -g performance"
        )
    if machine.turbo == "on":
        found.append(f"turbo is on, clock rates follow the temperature: {_turbo_remedy()}")
    if load - 1 > _BUSY * machine.cpus:
        found.append(
            f"the load average is {load:.1f} on {machine.cpus} CPUs: end what else runs, then measure again"
        )
    if machine.virtual:
        found.append(
            "other guests of this virtual machine's host take time: measure small gains on bare metal"
        )
    return tuple(found)


def _cpuinfo() -> dict[str, str]:
    """The first processor's entries of /proc/cpuinfo."""
    lines = _read(Path("/proc/cpuinfo")).partition("\n\n")[0].splitlines()
    pairs = (line.partition(":") for line in lines)
    return {key.strip(): value.strip() for key, _, value in pairs}


def _turbo() -> str:
    states = {
        _CPU / "intel_pstate/no_turbo": {"0": "on", "1": "off"},
        _CPU / "cpufreq/boost": {"1": "on", "0": "off"},
    }
    return next((names[text] for path, names in states.items() if (text := _read(path)) in names), "")


def _turbo_remedy() -> str:
    if (_CPU / "intel_pstate/no_turbo").exists():
        return f"echo 1 | sudo tee {_CPU}/intel_pstate/no_turbo"
    return f"echo 0 | sudo tee {_CPU}/cpufreq/boost"


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""


def _llvm() -> str:
    try:
        from passwright import _native
    except ImportError:  # The pure Python parts work, and measure, without the core.
        return ""
    return str(_native.llvm_version())


def _package() -> str:
    try:
        return version("passwright")
    except PackageNotFoundError:
        return ""
