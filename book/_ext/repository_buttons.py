"""What a book gains when its repository has an address: buttons that lead there, and one itself.

Without an address the theme would lead readers to the repository of Jupyter Book itself, or
fail; with one, a single key of ``_config.yml`` (``repository.url``) is enough. Colab and Binder
open the plain notebooks, which stand on a branch of their own. CI publishes the site on GitHub's
pages: each page names its address there, and a site map lists them all for search engines.
"""

from __future__ import annotations

from pathlib import Path

from plain_notebooks import BRANCH
from sphinx.application import Sphinx
from sphinx.config import Config

LAUNCH_BUTTONS = {
    "notebook_interface": "jupyterlab",
    "binderhub_url": "https://mybinder.org",
    "colab_url": "https://colab.research.google.com",
}
SITE_MAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"


def switch_on(app: Sphinx, config: Config) -> None:
    """Add launch, repository and issue buttons if there is a repository."""
    options = config.html_theme_options
    if options.get("repository_url"):
        options["launch_buttons"] = LAUNCH_BUTTONS
        options["repository_branch"] = BRANCH
        options["use_repository_button"] = True
        options["use_issues_button"] = True
        owner, name = options["repository_url"].rstrip("/").split("/")[-2:]
        config["html_baseurl"] = config.html_baseurl or f"https://{owner.lower()}.github.io/{name}/"


def write_site_map(app: Sphinx, error: Exception | None) -> None:
    """List the pages' addresses, if the site has one."""
    base = app.config.html_baseurl
    if error or app.builder.format != "html" or not base:
        return
    pages = (f"<url><loc>{base}{name}.html</loc></url>" for name in sorted(app.env.all_docs))
    text = f'<urlset xmlns="{SITE_MAPS}">\n' + "\n".join(pages) + "\n</urlset>\n"
    Path(app.outdir, "sitemap.xml").write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.connect("config-inited", switch_on)
    app.connect("build-finished", write_site_map)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
