"""Run the package's tests and the notebooks as other processors would compute them.

Run from the repository root, as ``make portable`` does::

    python -m tools.portable [part ...]

Each setting asks PyTorch, NumPy and OpenBLAS for the instructions of one family of processors, and
for one or two threads. Settings that this processor cannot follow are left out, and named.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import torch

# What PyTorch calls the instructions, from the oldest, and the group of them in NumPy's names.
GROUPS = {"default": "", "avx2": "X86_V3", "avx512": "X86_V4"}
ORDER = list(GROUPS)
PARTS = ("package", "notebooks")


class Setting(NamedTuple):
    """One family of processors, as the environment asks for it."""

    kernel: str  # OpenBLAS's name of the family
    capability: str
    threads: int

    def __str__(self) -> str:
        """Name the setting in the summary."""
        return f"{self.kernel}, {self.capability}, {self.threads} thread(s)"

    def runs_on(self, newest: str) -> bool:
        """Say whether a processor whose newest instructions these are can follow."""
        return ORDER.index(self.capability) <= ORDER.index(newest)

    def environment(self, newest: str) -> dict[str, str]:
        """Return the variables; NumPy warns of switching off what a processor does not have."""
        newer = ORDER[ORDER.index(self.capability) + 1 : ORDER.index(newest) + 1]
        return {
            "ATEN_CPU_CAPABILITY": self.capability,
            "NPY_DISABLE_CPU_FEATURES": " ".join(GROUPS[name] for name in newer),
            "OMP_NUM_THREADS": str(self.threads),
            "OPENBLAS_CORETYPE": self.kernel,
            "OPENBLAS_NUM_THREADS": str(self.threads),
            # What was compiled for other instructions gives a NaN, and PyTorch keeps it for all.
            "TORCHINDUCTOR_CACHE_DIR": str(Path("_build", self.capability).resolve()),
        }


SETTINGS = (
    Setting("Prescott", "default", 1),
    Setting("Haswell", "avx2", 2),
    Setting("Zen", "avx2", 1),
    Setting("SkylakeX", "avx512", 2),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run every setting that this processor can follow; return 1 if a test fails."""
    parser = argparse.ArgumentParser(prog="python -m tools.portable", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("parts", nargs="*", default=PARTS, help=f"default: {' '.join(PARTS)}")
    options = parser.parse_args(arguments)
    newest = torch.backends.cpu.get_cpu_capability().lower()
    outcomes = {}
    for setting in SETTINGS:
        if not setting.runs_on(newest):
            outcomes[setting] = "left out: this processor has no such instructions"
            continue
        environment = os.environ | setting.environment(newest)
        failed = [
            part
            for part in options.parts
            if subprocess.run(["make", f"test-{part}"], env=environment).returncode
        ]
        outcomes[setting] = f"FAILED: {', '.join(failed)}" if failed else "passed"
    for setting, outcome in outcomes.items():
        print(f"{setting}: {outcome}")
    return int(any(outcome.startswith("FAILED") for outcome in outcomes.values()))


if __name__ == "__main__":
    sys.exit(main())
