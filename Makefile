# Every target is a line or two over a standard tool; CONTRIBUTING.md says when to use which.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
INSTALLED := $(VENV)/.installed
SITE := _build/html/index.html
SITE_SOURCES := _config.yml _toc.yml $(shell find book lossbook -type f -not -path '*/.*' -not -name '*.pyc' -not -name conftest.py)
# nbgrader, Sphinx and KaTeX start alembic and node from PATH.
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

# A reader's own Matplotlib settings must not change the figures.
export MATPLOTLIBRC := /dev/null
unexport MPLBACKEND

.PHONY: help book serve lab test lint text notebooks formulas requirements links look clean
help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

$(INSTALLED): requirements.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

# A second build does not repeat a page's warnings: after a failure it must start afresh.
$(SITE): $(INSTALLED) $(SITE_SOURCES)
	jupyter-book build . -W --keep-going -n --quiet || { rm -rf _build/html _build/.doctrees; exit 1; }
	touch $@

book: $(SITE)  ## install what is needed, build the site, say where to open it
	@echo "The site is built: open $(CURDIR)/$(SITE) in a browser, or run 'make serve'."

serve: $(SITE)  ## build the site and serve it on localhost (PORT=8000)
	python -m http.server --bind 127.0.0.1 --directory $(dir $(SITE)) $(PORT)

lab: $(INSTALLED)  ## open the chapters as notebooks in JupyterLab
	jupyter lab book

test: $(SITE)  ## every check: package, formulas, notebooks with figures, site
	pytest -n 2 --dist loadfile tests lossbook --doctest-modules
	pytest -n 2 --dist loadfile --nbval --nbval-cell-timeout 60 book

lint: $(INSTALLED)  ## style, types, spelling, notebook metadata
	ruff check .
	ruff format --check .
	mypy
	codespell
	python -m tools.chapters check

text: $(INSTALLED)  ## write every chapter as text to chapters/ for editing
	python -m tools.chapters text

notebooks: $(INSTALLED)  ## take edited texts back, run all chapters, normalise them
	python -m tools.chapters run

formulas: $(INSTALLED)  ## check all equations, with mutants, and store the table that the site shows
	python -m tools.formulas --json book/reference/formulas.json

links: $(INSTALLED)  ## ask every link of the book whether it still leads somewhere
	jupyter-book build . --builder linkcheck

look: $(SITE)  ## screenshots of every page, wide and narrow, light and dark, into _build/look
	python -m tools.look

requirements: $(INSTALLED)  ## recompile requirements.txt from pyproject.toml
	pip-compile --quiet --all-extras --strip-extras --no-header --no-annotate --no-emit-index-url \
		--no-emit-find-links --no-emit-trusted-host --output-file requirements.in pyproject.toml
	echo "# The environment that the book is checked with. Compiled from pyproject.toml by 'make requirements': do not edit." > requirements.txt
	sed -e '/^#/d' -e '/^$$/d' -e 's/+cpu$$//' requirements.in >> requirements.txt
	echo "-e ." >> requirements.txt
	rm requirements.in

clean:  ## remove the built site and the caches, keep the environment
	rm -rf _build .pytest_cache .mypy_cache .ruff_cache .hypothesis
