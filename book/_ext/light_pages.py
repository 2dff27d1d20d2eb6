"""What a page loads, made light once the site is built: one style sheet, one script, few icons.

The theme and its extensions bring a dozen style sheets and as many scripts, and a font of two
thousand icons for the twenty that pages show. Here they become one file of each kind, figures get a
palette, and images say their size, so that text does not jump while they load.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from fontTools import subset
from PIL import Image
from sphinx.application import Sphinx

STYLE = re.compile(r'[ \t]*<link\b[^>]*?href="(?P<file>[^"?]*_static/[^"?]+\.css)[^"]*"[^>]*>\n?')
SCRIPT = re.compile(r'[ \t]*<script src="(?P<file>[^"?]*_static/[^"?]+\.js)[^"]*"></script>\n?')
# Settings that a script reads as soon as it is loaded.
SETTING = re.compile(r"[ \t]*<script>(?:let|var) [^<]*</script>\n?")
# Selected tabs are remembered by a script that reads its own tag: left beside the others.
TABS = re.compile(r"[ \t]*<script [^>]*design-tabs\.js[^>]*></script>\n?")
IMAGE = re.compile(
    r'<img (?P<attributes>[^>]*?src="(?P<file>[^"]*_images/[^"]+\.png)"[^>]*?)\s*/?>'
)
URL = re.compile(r"url\([\"']?(?!data:|#)([^)\"']+)[\"']?\)")
IMPORT = re.compile(r"@import [\"']([^\"']+)[\"'];")
ICON_RULE = re.compile(r"(?:\.fa-[\w-]+:(?:before|after),?)+\{content:\"[^\"]*\"\}")
# Asked for at once, so that formulas have their size when they are first painted.
FONTS = ("KaTeX_Main-Regular", "KaTeX_Math-Italic")
PRELOAD = (
    '<link rel="preload" href="{up}/katex/fonts/{font}.woff2" as="font" type="font/woff2"'
    " crossorigin />\n"
)
ICON_FONT = "vendor/fontawesome/webfonts/fa-solid-900.woff2"
# Behind it reading.js brings the current entry into view, before the contents are shown.
END_OF_CONTENTS = '<div class="sidebar-primary-items__end'
# A figure's lines and letters have a few hundred colours, a photograph has tens of thousands.
COLOURS_OF_A_FIGURE, PALETTE = 2**14, 256
OF_THE_SEARCH = ("searchtools.js", "language_data.js")


def lighten(app: Sphinx, exception: Exception | None) -> None:
    """Bundle what the pages load, and rewrite the pages."""
    if exception or app.builder.format != "html":
        return
    out = Path(app.outdir)
    pages = {path: path.read_text(encoding="utf-8") for path in sorted(out.rglob("*.html"))}
    pages = {path: text for path, text in pages.items() if "_static/styles/theme.css" in text}
    styles, scripts = _files(pages, STYLE), _files(pages, SCRIPT)
    names = set(re.findall(r"\bfa-[a-z-]+", "".join(pages.values())))
    sheet = _without_icons("".join(_relocated(out / "_static", file) for file in styles), names)
    (out / "_static" / "site.css").write_text(sheet, encoding="utf-8")
    code = [(out / "_static" / file).read_text(encoding="utf-8") for file in scripts]
    (out / "_static" / "site.js").write_text(";\n".join(code), encoding="utf-8")
    _subset_font(out / "_static" / ICON_FONT, sheet)
    for picture in out.glob("_images/*.png"):
        _make_light(picture)
    for path, text in pages.items():
        path.write_text(_page(path, text, out), encoding="utf-8")


def _make_light(file: Path) -> None:
    """Write a picture again: a figure with a palette, which nobody sees, a photograph at half size.

    A figure has twice the pixels that its place on a page has, for sharp lines and letters. A
    photograph has no more to show with them.
    """
    with Image.open(file) as picture:
        whole = picture.convert("RGB")
    if whole.getcolors(COLOURS_OF_A_FIGURE):
        # Colours that differ by rounding must become one: a fill's bytes are then as good as none.
        method, dither = Image.Quantize.MAXCOVERAGE, Image.Dither.NONE
        light = whole.quantize(PALETTE, method=method, dither=dither)
    else:
        light = whole.reduce(2)
    light.save(file, optimize=True)


def _files(pages: dict[Path, str], tag: re.Pattern[str]) -> list[str]:
    """Return what the tags of all pages name, below _static, in the order in which it is named."""
    found: dict[str, None] = {}
    for text in pages.values():
        names = (match["file"].partition("_static/")[2] for match in tag.finditer(text))
        found |= dict.fromkeys(name for name in names if name not in OF_THE_SEARCH)
    return list(found)


def _relocated(static: Path, file: str) -> str:
    """Return a style sheet as it reads from _static: with what it imports, and its addresses."""
    text = (static / file).read_text(encoding="utf-8").replace('@charset "UTF-8";', "")
    text = re.sub(r"/\*# sourceMappingURL=.*?\*/", "", text)

    def below(address: str) -> str:
        return posixpath.normpath(posixpath.join(posixpath.dirname(file), address))

    text = URL.sub(lambda found: f"url({below(found[1])})", text)
    return IMPORT.sub(lambda found: _relocated(static, below(found[1])), text) + "\n"


def _without_icons(sheet: str, names: Iterable[str]) -> str:
    """Return the style sheet without the rules of icons that no page shows."""
    used = set(names)
    return ICON_RULE.sub(
        lambda rule: rule[0] if used & set(re.findall(r"fa-[\w-]+", rule[0])) else "", sheet
    )


def _subset_font(font: Path, sheet: str) -> None:
    """Leave in the font of icons what the style sheet can show."""
    escaped = {int(code, 16) for code in re.findall(r"\\(f[0-9a-f]{3})\b", sheet)}
    literal = {ord(letter) for letter in sheet if "\ue000" <= letter <= "\uf8ff"}
    options = subset.Options(flavor="woff2", layout_features=[], notdef_outline=True)
    with subset.load_font(font, options) as loaded:
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=escaped | literal)
        subsetter.subset(loaded)
        subset.save_font(loaded, font, options)


def _page(path: Path, text: str, out: Path) -> str:
    """Return a page with its bundles in place of all that they hold."""
    up = posixpath.relpath("_static", path.parent.relative_to(out).as_posix())
    settings = "".join(dict.fromkeys(SETTING.findall(text)))
    text = SETTING.sub("", text)
    search = [match[0] for match in SCRIPT.finditer(text) if match["file"].endswith(OF_THE_SEARCH)]
    if "sd-tab-set" not in text:
        text = TABS.sub("", text)
    shown = text.partition("<template")[0]
    fonts = [PRELOAD.format(up=up, font=font) for font in FONTS if 'class="katex"' in shown]
    for tag, bundle in (
        (STYLE, f'{"".join(fonts)}<link rel="stylesheet" href="{up}/site.css" />\n'),
        (SCRIPT, f'{settings}<script src="{up}/site.js"></script>\n{"".join(search)}'),
    ):
        first = tag.search(text)
        if first:
            start = first.start()
            text = text[:start] + bundle + tag.sub("", text[start:])
    text = text.replace(END_OF_CONTENTS, f"<script>showCurrentEntry();</script>\n{END_OF_CONTENTS}")
    return IMAGE.sub(lambda image: _sized(image, path.parent), text)


def _sized(image: re.Match[str], folder: Path) -> str:
    width, height = _size((folder / image["file"]).resolve())
    # A notebook says how large it shows a figure; a page's column is as wide as it is.
    attributes = re.sub(r' style="width: \d+px; height: \d+px;"', "", image["attributes"])
    return f'<img {attributes} width="{width}" height="{height}" loading="lazy" />'


@cache
def _size(file: Path) -> tuple[int, int]:
    with Image.open(file) as picture:
        return picture.size


def describe(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, object], doctree: object
) -> None:
    """Give each page its description: its question or its first paragraph, in plain words."""
    body = str(context.get("body", ""))
    body = re.sub(
        r"<(?:annotation|math|script|style)\b.*?</(?:annotation|math|script|style)>",
        "",
        body,
        flags=re.DOTALL,
    )
    paragraphs = (
        re.sub(r"<[^>]+>", "", found) for found in re.findall(r"<p>(.*?)</p>", body, re.DOTALL)
    )
    words = next(
        (" ".join(text.split()) for text in paragraphs if len(text) > 60), app.config.project
    )
    context["description"] = words if len(words) <= 200 else words[:200].rpartition(" ")[0] + " …"


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.connect("html-page-context", describe)
    app.connect("build-finished", lighten, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
