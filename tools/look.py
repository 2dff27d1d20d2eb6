"""Take a picture of every page in every setting: ``python -m tools.look [page ...]``.

Pictures land in ``_build/look/``, to be looked at before a change of pages or styles is merged.
"""

from __future__ import annotations

import sys

from tqdm import tqdm

from tools.browser import ROOT, SETTINGS, open_page, serve, toc_pages, visit

PICTURES = ROOT / "_build" / "look"


def main(names: list[str]) -> None:
    """Take the pictures of the named pages, or of all."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    chosen = [page for page in toc_pages() if not names or page in names]
    with serve() as site, open_page() as page:
        for name in tqdm(chosen, unit="page"):
            for setting in SETTINGS:
                visit(page, f"{site}/{name}.html", setting)
                target = PICTURES / f"{name.replace('/', '--')}-{setting}.png"
                page.screenshot(path=target, full_page=True)
    print(f"{len(chosen) * len(SETTINGS)} pictures in {PICTURES.relative_to(ROOT)}/")


if __name__ == "__main__":
    main(sys.argv[1:])
