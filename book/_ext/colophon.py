"""The foot of every page: which version this is, under what licence, and how to cite it."""

from __future__ import annotations

from sphinx.application import Sphinx
from sphinx.config import Config

from lossbook import __version__

FOOT = (
    "<p>lossbook {version} · text and figures "
    '<a href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</a>, code MIT · '
    "to cite: <em>The lossbook authors, Loss functions, executed, version {version}, 2026</em></p>"
)


def write_foot(app: Sphinx, config: Config) -> None:
    """Give the theme the foot."""
    config.html_theme_options["extra_footer"] = FOOT.format(version=__version__)
    config.release = config.version = __version__


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.connect("config-inited", write_foot)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
