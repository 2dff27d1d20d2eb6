"""One button on each page that folds code away: it shows all of it, on this and on later pages.

``reading.js`` does the work and remembers the choice; a page without folded code has no button.
"""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

BUTTON = {
    "type": "javascript",
    "javascript": "switchCode()",
    "tooltip": "Show or hide all code",
    "icon": "fas fa-code",
    "label": "code-switch",
    "classes": "pst-navbar-icon",
}


def add_button(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Put the button before the theme's, if there is something to show."""
    if '<details class="admonition hide' in context.get("body", ""):
        context["header_buttons"].insert(0, BUTTON)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.connect("html-page-context", add_button, priority=502)  # after the theme's own
    return {"parallel_read_safe": True, "parallel_write_safe": True}
