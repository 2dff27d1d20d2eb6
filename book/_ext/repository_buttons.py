"""Switch on the buttons that lead out of the book when the book's repository has an address.

Without an address the theme would lead readers to the repository of Jupyter Book itself, or
fail; with one, a single key of ``_config.yml`` (``repository.url``) is enough. Colab and Binder
open the plain notebooks, which stand on a branch of their own.
"""

from __future__ import annotations

from plain_notebooks import BRANCH
from sphinx.application import Sphinx
from sphinx.config import Config

LAUNCH_BUTTONS = {
    "notebook_interface": "jupyterlab",
    "binderhub_url": "https://mybinder.org",
    "colab_url": "https://colab.research.google.com",
}


def switch_on(app: Sphinx, config: Config) -> None:
    """Add launch, repository and issue buttons if there is a repository."""
    options = config.html_theme_options
    if options.get("repository_url"):
        options["launch_buttons"] = LAUNCH_BUTTONS
        options["repository_branch"] = BRANCH
        options["use_repository_button"] = True
        options["use_issues_button"] = True


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.connect("config-inited", switch_on)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
