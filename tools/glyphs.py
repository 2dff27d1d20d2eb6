"""Render the data set of glyphs: kanji of level 1 of JIS X 0208 in fonts that Debian packages.

Each image is the ink of one character, scaled to fill 16 by 16 pixels and centred, in 16 grey
levels, where the darkest pixel has full ink. Characters that a font lacks or draws like another are
left out; of the others 1600 are drawn with a fixed seed. A second weight of a font is used only
where it changes the images much. Fonts whose licence asks for more than
its own text and a notice (copyleft, share-alike) are not used.

Run from the repository root, on Debian, where ``apt-get download`` finds the packages of the
versions that are named below; it takes about ten seconds after the download of 220 MB::

    python -m tools.glyphs [--packages _build/fonts] [--check]

It writes the images, and a README that lists every font with its package and licence. With
``--check`` it writes nothing and compares what it renders with what is stored. Another version of
Pillow, and of the FreeType in it, may render some pixels one level apart.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from lossbook.book.datasets import GLYPHS

SIZE, LEVELS, COUNT = 16, 16, 1600

Images = NDArray[np.uint8]


class Family(NamedTuple):
    """Fonts that one project or foundry drew: relatives, which no split separates."""

    name: str
    licence: str
    holder: str
    packages: dict[str, str]  # with the version
    fonts: dict[str, str]  # the file of each


FAMILIES = (
    Family(
        "Noto CJK",
        "OFL-1.1",
        "2010-2012 Google",
        {"fonts-noto-cjk": "1:20220127+repack1-1"},
        {
            "Noto Sans CJK JP Regular": "noto/NotoSansCJK-Regular.ttc",
            "Noto Sans CJK JP Bold": "noto/NotoSansCJK-Bold.ttc",
            "Noto Serif CJK JP Regular": "noto/NotoSerifCJK-Regular.ttc",
            "Noto Serif CJK JP Bold": "noto/NotoSerifCJK-Bold.ttc",
        },
    ),
    Family(
        "IPA",
        "IPA-1.0",
        "2020-2021 Japanese Character Information Technology Promotion Council",
        {"fonts-ipafont-gothic": "00303-23", "fonts-ipafont-mincho": "00303-23"},
        {
            "IPA Gothic": "ipafont-gothic/ipag.ttf",
            "IPA Mincho": "ipafont-mincho/ipam.ttf",
        },
    ),
    Family(
        "M PLUS",
        "OFL-1.1",
        "2002-2022 The M+ FONTS Project Authors",
        {"fonts-mplus": "063+git20221017+ds-1"},
        {
            "M PLUS 1 Regular": "mplus/Mplus1-Regular.otf",
            "M PLUS 1 Black": "mplus/Mplus1-Black.otf",
        },
    ),
    Family(
        "Aoyagi",
        "public domain",
        "Kouzan Aoyagi, Soseki Aoyagi",
        {
            "fonts-aoyagi-kouzan-t": "20160404-6",
            "fonts-aoyagi-soseki": "20070207-17",
            "fonts-kouzan-mouhitsu": "20170411-3",
        },
        {
            "Aoyagi Kouzan T": "aoyagi-kouzan-t/AoyagiKouzanT.ttf",
            "Aoyagi Soseki": "aoyagi-soseki/aoyagi-soseki.ttf",
            "Kouzan Mouhitsu": "kouzan-mouhitsu/kouzan-mouhitsu.ttf",
        },
    ),
    Family(
        "BIZ UD",
        "OFL-1.1",
        "2022 The BIZ UDGothic and BIZ UDMincho Project Authors",
        {"fonts-morisawa-bizud-gothic": "1.05-2", "fonts-morisawa-bizud-mincho": "1.05-2"},
        {
            "BIZ UDGothic Regular": "bizud-gothic/BIZUDGothic-Regular.ttf",
            "BIZ UDGothic Bold": "bizud-gothic/BIZUDGothic-Bold.ttf",
            "BIZ UDMincho Regular": "bizud-mincho/BIZUDMincho-Regular.ttf",
        },
    ),
    Family(
        "Dejima",
        "MIT",
        "2007-2010 Yoshiki Hayashi",
        {"fonts-dejima-mincho": "227-16"},
        {"Dejima Mincho": "dejima-mincho/dejima-mincho-r227.ttf"},
    ),
    Family(  # LXGW WenKai is drawn after Klee One, a typeface of Fontworks
        "Fontworks",
        "OFL-1.1",
        "2020 The DotGothic16, Reggae, RocknRoll and Train Project Authors; 2021-2022 LXGW",
        {
            "fonts-dotgothic16": "1.000-20210120-2",
            "fonts-reggae": "1.000-20210120-2",
            "fonts-rocknroll": "1.000-20210120-2",
            "fonts-train": "1.000-20210120-2",
            "fonts-lxgw-wenkai": "1.250+repack-1",
        },
        {
            "DotGothic16": "dotgothic16/DotGothic16-Regular.ttf",
            "Reggae One": "reggae/ReggaeOne-Regular.ttf",
            "RocknRoll One": "rocknroll/RocknRollOne-Regular.ttf",
            "Train One": "train/TrainOne-Regular.ttf",
            "LXGW WenKai Regular": "lxgw-wenkai/LXGWWenKai-Regular.ttf",
        },
    ),
    Family(
        "Hanazono",
        "OFL-1.1 or Hanazono Font License",
        "2008-2011 GlyphWiki Project",
        {"fonts-hanazono": "20170904-2.1"},
        {"Hanazono Mincho A": "hanazono/HanaMinA.ttf"},
    ),
    Family(
        "Kiloji",
        "BSD-3-Clause",
        "2007 Kirono",
        {"fonts-kiloji": "1:2.1.0-25"},
        {"Kiloji": "kiloji/kiloji.ttf"},
    ),
    Family(
        "Konatu",
        "MIT",
        "2007-2012 Mitiya Masuda",
        {"fonts-konatu": "20121218-11"},
        {"Konatu": "konatu/Konatu.ttf"},
    ),
    Family(
        "Motoya",
        "Apache-2.0",
        "2010-2012 Motoya Co., Ltd.",
        {"fonts-motoya-l-cedar": "1.01-5"},
        {"Motoya L Cedar": "motoya-l-cedar/MTLc3m.ttf"},
    ),
    Family(
        "Sawarabi",
        "OFL-1.1 (chosen) or CC-BY-SA-3.0",
        "2008-2019 mshio",
        {"fonts-sawarabi-mincho": "20220815-1"},
        {"Sawarabi Mincho": "sawarabi-mincho/sawarabi-mincho-medium.ttf"},
    ),
    Family(
        "Seto",
        "OFL-1.1",
        "2003-2014 Nozomi Seto",
        {"fonts-seto": "6.20-8"},
        {"SetoFont": "seto/setofont.ttf"},
    ),
    Family(
        "WenQuanYi",
        "Apache-2.0 (chosen) or GPL-3+ with font exception",
        "2008-2009 The WenQuanYi Project, 2006-2008 Google and Ascender (Droid Sans Fallback)",
        {"fonts-wqy-microhei": "0.2.0-beta-3.1"},
        {"WenQuanYi Micro Hei": "wqy/wqy-microhei.ttc"},
    ),
    Family(
        "YOz",
        "OFL-1.1",
        "2004-2017 Y.Oz",
        {"fonts-yozvox-yozfont-standard-kana": "14.04-2"},
        {"YOzFont": "yozvox-yozfont/YOzRS_.ttf"},
    ),
)

README = """\
# Data of the book

`glyphs.npz` holds {count} kanji in {fonts} fonts of {families} families, {size} by {size} pixels in
{levels} grey levels. `python -m tools.glyphs` rendered it from the Debian packages below; its text
says how. `lossbook.book.datasets.glyphs` reads it. No font file is part of it.

The licences are those of `debian/copyright` in the packages of these versions. Fonts under copyleft
or share-alike licences were not used, nor fonts with terms of their own.

| Family | Fonts | Package and version | Licence | Copyright |
|:---|:---|:---|:---|:---|
"""


def fetch(folder: Path) -> None:
    """Download the packages that the folder lacks, and unpack all of them there."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {name: version for family in FAMILIES for name, version in family.packages.items()}
    missing = [f"{n}={v}" for n, v in wanted.items() if not list(folder.glob(f"{n}_*.deb"))]
    if missing:
        subprocess.run(["apt-get", "download", *missing], cwd=folder, check=True)
    for name in wanted:
        (package,) = folder.glob(f"{name}_*.deb")
        subprocess.run(["dpkg-deb", "-x", package, folder], check=True)


def candidates() -> list[str]:
    """Return the kanji of JIS X 0208, level 1: rows 16 to 47."""
    codes = (
        bytes([160 + row, 160 + cell])
        for row in range(16, 48)
        for cell in range(1, 95 if row < 47 else 52)
    )
    return [code.decode("euc_jp") for code in codes]


def image(font: ImageFont.FreeTypeFont, character: str) -> Images:
    """Return one character, scaled and centred, with values from 0 to ``LEVELS`` - 1."""
    canvas = Image.new("L", (128, 128))
    ImageDraw.Draw(canvas).text((64, 64), character, font=font, fill=255, anchor="mm")
    box = canvas.getbbox()
    if box is None:
        return np.zeros((SIZE, SIZE), np.uint8)
    ink = canvas.crop(box)
    scale = SIZE / max(ink.size)
    small = ink.resize([max(1, round(scale * side)) for side in ink.size], Image.Resampling.BOX)
    result = Image.new("L", (SIZE, SIZE))
    result.paste(small, ((SIZE - small.width) // 2, (SIZE - small.height) // 2))
    grey = np.asarray(result, dtype=float)
    return np.round((LEVELS - 1) * grey / grey.max()).astype(np.uint8)


def drawn(images: Images) -> NDArray[np.bool_]:
    """Return which of a font's images hold ink and differ from all others: a box is no character.

    Example:
        >>> drawn(np.array([[[3]], [[0]], [[2]], [[2]]], dtype=np.uint8)).tolist()
        [True, False, False, False]
    """
    rows = images.reshape(len(images), -1)
    _, place, count = np.unique(rows, axis=0, return_inverse=True, return_counts=True)
    return (count[place] == 1) & rows.any(axis=1)


def render(folder: Path) -> dict[str, NDArray[np.generic]]:
    """Return what is stored: images (characters, fonts, 16, 16), and the names of both axes."""
    characters = candidates()
    every, fonts, families = [], [], []
    for family in FAMILIES:
        for name, file in family.fonts.items():
            (path,) = folder.glob(f"usr/share/fonts/*/{file}")
            font = ImageFont.truetype(path, 60)
            every.append(np.stack([image(font, character) for character in characters]))
            fonts.append(name)
            families.append(family.name)
    in_all = np.flatnonzero(np.all([drawn(images) for images in every], axis=0))
    chosen = np.sort(np.random.default_rng(0).permutation(in_all)[:COUNT])
    return {
        "images": np.stack([images[chosen] for images in every], axis=1),
        "characters": np.array(characters)[chosen],
        "fonts": np.array(fonts),
        "families": np.array(families),
    }


def readme() -> str:
    """Return the text that stands beside the data: what it is, and the licence of every font."""
    head = README.format(
        count=COUNT,
        fonts=sum(len(family.fonts) for family in FAMILIES),
        families=len(FAMILIES),
        size=SIZE,
        levels=LEVELS,
    )
    rows = []
    for family in FAMILIES:
        packages = ", ".join(f"`{name}` {version}" for name, version in family.packages.items())
        cells = [family.name, ", ".join(family.fonts), packages, family.licence, family.holder]
        rows.append(f"| {' | '.join(cells)} |\n")
    return head + "".join(rows)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.glyphs", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--packages", type=Path, default=Path("_build/fonts"))
    parser.add_argument("--check", action="store_true", help="compare with the stored file only")
    options = parser.parse_args(arguments)
    fetch(options.packages)
    rendered = render(options.packages)
    if options.check:
        with np.load(GLYPHS) as stored:
            same = all(np.array_equal(stored[name], rendered[name]) for name in rendered)
        print("The stored glyphs are as rendered." if same else "The stored glyphs differ.")
        return 0 if same else 1
    np.savez_compressed(GLYPHS, allow_pickle=False, **rendered)
    GLYPHS.with_name("README.md").write_text(readme(), encoding="utf-8")
    print(f"{GLYPHS} and its README written.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
