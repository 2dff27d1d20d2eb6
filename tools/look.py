"""Take pictures of every page in every setting: ``python -m tools.look [page ...]``.

Pictures land in ``_build/look/``, to be looked at before a change of pages or styles is merged. A
long page is cut into columns that stand side by side, so that each sheet can be read on a screen.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator

from PIL import Image
from tqdm import tqdm

from tools.browser import ROOT, SETTINGS, open_page, serve, toc_pages, visit

PICTURES = ROOT / "_build" / "look"
COLUMN = {1280: 2400, 390: 1800}  # the height of a column, by the width of the page
ACROSS = {1280: 2, 390: 4}
# A figure is loaded when a reader comes near it; a picture of the page does not scroll.
LOAD_FIGURES = """
    () => Promise.all([...document.images].map(image => {
        image.loading = "eager";
        return image.decode().catch(() => {});
    }))
"""


def sheets(picture: Image.Image) -> Iterator[Image.Image]:
    """Cut the picture of a page into sheets of columns, in reading order."""
    width, height = picture.size
    tall, across = COLUMN[width], ACROSS[width]
    columns = [
        picture.crop((0, top, width, min(top + tall, height))) for top in range(0, height, tall)
    ]
    for first in range(0, len(columns), across):
        sheet = Image.new("RGB", (across * (width + 10), tall), "gray")
        for place, column in enumerate(columns[first : first + across]):
            sheet.paste(column, (place * (width + 10), 0))
        yield sheet


def main(names: list[str]) -> None:
    """Take the pictures of the named pages, or of all."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    chosen = [page for page in toc_pages() if not names or page in names]
    count = 0
    with serve() as site, open_page() as page:
        for name in tqdm(chosen, unit="page"):
            for setting in SETTINGS:
                visit(page, f"{site}/{name}.html", setting)
                page.evaluate(LOAD_FIGURES)
                picture = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")
                for number, sheet in enumerate(sheets(picture), start=1):
                    sheet.save(PICTURES / f"{name.replace('/', '--')}-{setting}-{number}.png")
                    count += 1
    print(f"{count} sheets in {PICTURES.relative_to(ROOT)}/")


if __name__ == "__main__":
    main(sys.argv[1:])
