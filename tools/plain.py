"""Pack the plain notebooks with the package, for readers who have Python and nothing else.

While the site is built, ``book/_ext/plain_notebooks.py`` writes every chapter, self-check and
solution as a notebook that needs no extension. Here the package joins them, and what running them
takes; the site offers all of it as one zip file. Run from the repository root once the site is
built::

    python -m tools.plain [--site _build/html]

The assignments are not among the site's pages, and so neither here are their solutions and tests.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from tools.archive import pack
from tools.browser import ROOT, SITE, toc_pages

NAME = "lossbook-notebooks"
PACKAGE = (
    "lossbook/**/*",
    "pyproject.toml",
    "LICENSE",
    "LICENSE-TEXT",
    "eqtest/src/eqtest/**/*",
    "eqtest/pyproject.toml",
    "eqtest/README.md",
    "eqtest/LICENSE",
)

README = """# lossbook: the chapters as notebooks

The chapters of the book as notebooks, with their outputs, and the package that they import. You
need Python 3.11 or later and about 3 GB of disk. In this folder, on Linux and macOS:

```bash
python3 -m venv .venv && .venv/bin/pip install -r requirements.txt
.venv/bin/jupyter lab --notebook-dir=. book/1_classification/2_cross_entropy.ipynb
```

On Windows, in PowerShell:

```powershell
py -m venv .venv; .venv\\Scripts\\pip install -r requirements.txt
.venv\\Scripts\\jupyter lab --notebook-dir=. book\\1_classification\\2_cross_entropy.ipynb
```

The first line installs everything into the folder `.venv` and needs a network, the second needs
none. It opens chapter 1.2; the others stand in the list at the left. Any other program that opens
notebooks will do: the first cell of each installs what is missing.

On Linux `pip` may take a build of PyTorch with CUDA. To save the space, set `PIP_EXTRA_INDEX_URL`
to PyTorch's index of CPU builds first, as [pytorch.org](https://pytorch.org/get-started/locally/)
describes.
"""


def environment(pins: Iterable[str]) -> dict[str, str]:
    r"""Return the files that say what running the notebooks takes.

    Args:
        pins: the lines of the book's own requirements.txt. What of it the notebooks need comes in
            these versions, and nothing else comes.

    Example:
        >>> environment(["numpy==2.4.6", "-e ."])["constraints.txt"]
        'numpy==2.4.6\n'
    """
    return {
        "requirements.txt": "--constraint constraints.txt\njupyterlab\n.[chapters]\n./eqtest\n",
        "constraints.txt": "".join(f"{pin}\n" for pin in pins if "==" in pin),
        "runtime.txt": "python-3.11\n",  # for Binder, whose own Python is older
    }


def gather(notebooks: Path, site: Path, folder: Path) -> None:
    """Lay everything into a new folder: notebooks, their data, the package and how to run them.

    Only pages of the site are taken: a reader may have added notebooks beside them, and an earlier
    build may have had the solutions.
    """
    shutil.rmtree(folder, ignore_errors=True)
    for page in toc_pages():
        notebook = Path(f"{page}.ipynb")
        if (site / f"{page}.html").exists() and (notebooks / notebook).exists():
            copy(notebooks / notebook, folder / notebook)
    for path in notebooks.rglob("*.json"):
        copy(path, folder / path.relative_to(notebooks))
    for pattern in PACKAGE:
        for path in ROOT.glob(pattern):
            if path.is_file() and path.suffix != ".pyc":
                copy(path, folder / path.relative_to(ROOT))
    pins = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    for name, text in {"README.md": README, **environment(pins)}.items():
        (folder / name).write_text(text, encoding="utf-8")


def copy(source: Path, target: Path) -> None:
    """Copy a file to a folder that need not exist."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def main(arguments: Sequence[str] | None = None) -> int:
    """Gather what a built site's readers need, and lay its zip file into the site."""
    parser = argparse.ArgumentParser(description="Pack the plain notebooks with the package.")
    parser.add_argument("--site", type=Path, default=SITE, help="where the built site is")
    site: Path = parser.parse_args(arguments).site
    notebooks, folder = site.parent / "notebooks", site.parent / NAME
    if not notebooks.exists():
        print(f"{notebooks} holds no notebooks: run 'make book' first", file=sys.stderr)
        return 1
    gather(notebooks, site, folder)
    pack(folder, site / f"{NAME}.zip", NAME)
    return 0


if __name__ == "__main__":
    sys.exit(main())
