# Every target is a line or two over a standard tool; CONTRIBUTING.md says when to use which.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
INSTALLED := $(VENV)/.installed
# 'make book SOLUTIONS=no' builds the students' site, without the exercises' solutions.
OUT := $(if $(filter no,$(SOLUTIONS)),_build/students/)
SITE := $(OUT)_build/html/index.html
PDF := $(OUT)_build/lossbook.pdf
# 'make slides MINUTES=50' makes decks that a lecture of that length can show, in a folder of their own.
SLIDES := _build/slides$(if $(MINUTES),-$(MINUTES))/index.html
# npm writes this file when it has installed what package-lock.json names.
MODULES := node_modules/.package-lock.json
SITE_SOURCES := _config.yml _toc.yml benchmarks/losses.md $(shell find book lossbook eqtest/src -type f -not -path '*/.*' -not -name '*.pyc' -not -name conftest.py)
# nbgrader, Sphinx and KaTeX start alembic and node from PATH.
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

# A reader's own Matplotlib settings must not change the figures.
export MATPLOTLIBRC := /dev/null
unexport MPLBACKEND

LOWEST := $(PYTHON) -c "import tomllib; project = tomllib.load(open('pyproject.toml', 'rb'))['project']; \
	print(*(need.replace('>=', '==') + '.*' for need in project['dependencies']))"
PACKAGE_ALONE := $(filter-out tests/test_efficientnet.py tests/test_grading.py tests/test_imports.py,$(wildcard tests/test_*.py)) lossbook/reference lossbook/functional lossbook/nn lossbook/registry.py --doctest-modules

.PHONY: help book serve lab plain test test-package test-notebooks test-site test-lab grading questions course slides pdf portable lowest newest bench bench-losses replicate lint text notebooks formulas requirements links look clean
help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

$(INSTALLED): requirements.txt pyproject.toml eqtest/pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(MODULES): package-lock.json | $(INSTALLED)
	npm ci --ignore-scripts --no-audit --no-fund --loglevel error

# A second build does not repeat a page's warnings: after a failure it must start afresh.
$(SITE): $(INSTALLED) $(SITE_SOURCES) tools/plain.py
	jupyter-book build . --path-output ./$(OUT) --all -W --keep-going -n --quiet || { rm -rf $(OUT)_build/html $(OUT)_build/.doctrees; exit 1; }
	python -m tools.plain --site $(OUT)_build/html
	touch $@

book: $(SITE)  ## install what is needed, build the site, say where to open it
	@echo "The site is built: open $(CURDIR)/$(SITE) in a browser, or run 'make serve'."

serve: $(SITE)  ## build the site and serve it on localhost (PORT=8000)
	python -m http.server --bind 127.0.0.1 --directory $(dir $(SITE)) $(PORT)

plain: $(SITE)  ## the notebooks for any program, with the package: a folder and a zip file of it
	@echo "They stand in $(CURDIR)/$(OUT)_build/lossbook-notebooks, and packed in $(OUT)_build/html/lossbook-notebooks.zip."

lab: $(SITE)  ## open the chapters as plain notebooks in JupyterLab
	JUPYTER_CONFIG_PATH=tools/jupyter jupyter lab $(OUT)_build/notebooks/book

# Every part runs, whatever another one finds; the last line names those that failed.
PARTS := package notebooks site
test: $(INSTALLED)  ## every check: package with formulas, notebooks with figures, site with slides
	@failed=; for part in $(PARTS); do \
		$(MAKE) --no-print-directory test-$$part || failed="$$failed $$part"; done; \
	if [ "$$failed" ]; then echo "make test: FAILED:$$failed"; exit 1; fi; \
	echo "make test: all parts passed: $(PARTS)"

# Two workers share the cores: threads within them would wait for one another. What is set stays.
test-package test-notebooks: export OMP_NUM_THREADS ?= 1
test-package test-notebooks: export OPENBLAS_NUM_THREADS ?= 1

test-package: $(INSTALLED)
	pytest -n 2 --dist loadfile tests lossbook eqtest --doctest-modules $(addprefix --ignore ,tests/course tests/lab tests/site)

test-notebooks: $(INSTALLED)
	pytest -n 2 --dist loadfile --nbval --nbval-cell-timeout 150 book

test-site: $(SITE) $(SLIDES) $(MODULES)
	pytest -n 2 --dist worksteal tests/site

test-lab: $(SITE)  ## three plain notebooks and three chapters in a real JupyterLab
	pytest tests/lab

pdf: $(PDF)  ## the whole book as one PDF, with outline and links: _build/lossbook.pdf
$(PDF): $(SITE) tools/pdf.py $(wildcard tools/paper/*)
	python -m tools.pdf --site $(dir $(SITE)) $@

portable: $(INSTALLED)  ## package and notebooks again, as other processors compute: instructions, threads
	python -m tools.portable

# The package alone: tests and doctests that need no more than it and the test tools.
lowest newest:  ## the package with the lowest allowed, or the newest, NumPy and PyTorch
	$(PYTHON) -m venv _build/$@
	_build/$@/bin/pip install --quiet $(if $(filter lowest,$@),$$($(LOWEST))) . pytest pytest-xdist hypothesis scipy scikit-learn tqdm
	_build/$@/bin/python -m pytest -n 2 --dist loadfile -p no:cacheprovider $(PACKAGE_ALONE)

grading: $(INSTALLED)  ## prove the course's grading with right, wrong and misbehaving submissions
	pytest -n 2 --dist loadfile tests/course

questions: $(INSTALLED)  ## check the bank of questions; write its pages, Moodle XML and QTI 2.1 (_build/questions)
	python -m tools.quiz

course: $(INSTALLED)  ## the course's sets into _build/course (SEED=2027 draws other hidden inputs and tables, GROUPS=3 makes three students' sets)
	$(MAKE) book SOLUTIONS=no
	python -m tools.course build --site _build/students/_build/html $(if $(SEED),--seed $(SEED)) $(if $(GROUPS),--groups $(GROUPS))

$(SLIDES): $(SITE) tools/slides.py $(wildcard tools/deck/*)
	python -m tools.slides --site $(dir $(SITE)) $(if $(MINUTES),--minutes $(MINUTES))

slides: $(SLIDES)  ## a deck of slides for each chapter, with stepped derivations (MINUTES=50: its core), into _build/slides

lint: $(INSTALLED)  ## style, types, spelling, notebook metadata
	ruff check .
	ruff format --check .
	mypy
	codespell
	python -m tools.chapters check
	python -m tools.numbers
	python -m tools.course check

text: $(INSTALLED)  ## write every chapter as text to chapters/ for editing
	python -m tools.chapters text

notebooks: $(INSTALLED)  ## take edited texts back, run all chapters, normalise them
	python -m tools.chapters run

bench: $(INSTALLED)  ## train all losses of the comparison, section 1.3.10, store the results, and run the chapter
	python -m tools.bench
	python -m tools.chapters run 1_classification/3_softmax/10_comparison

bench-losses: $(INSTALLED)  ## time and weigh the losses beside PyTorch's own, store the run, and run the chapter that shows it
	python -m benchmarks.losses
	python -m tools.chapters run 3_practice/5_scale

replicate: $(INSTALLED)  ## run the chapters with other seeds, and say which findings hold (SEED="1 2 3")
	python -m tools.replicate $(or $(SEED),1)

formulas: $(INSTALLED)  ## check all equations, with mutants, and store the table that the site shows
	python -m tools.formulas --json book/reference/formulas.json
	python -m tools.printed --json book/reference/printed.json

links: $(INSTALLED)  ## ask every link of the book whether it still leads somewhere
	jupyter-book build . --builder linkcheck

look: $(SITE)  ## screenshots of every page, wide and narrow, light and dark, into _build/look
	python -m tools.look

requirements: $(INSTALLED)  ## recompile requirements.txt from pyproject.toml
	pip-compile --quiet --all-extras --strip-extras --no-header --no-annotate --no-emit-index-url \
		--no-emit-find-links --no-emit-trusted-host --output-file requirements.in pyproject.toml
	echo "# The environment that the book is checked with. Compiled from pyproject.toml by 'make requirements': do not edit." > requirements.txt
	sed -e '/^#/d' -e '/^$$/d' -e '/^lossbook @/d' -e 's/+cpu$$//' requirements.in >> requirements.txt
	printf "%s\n" "-e ." "-e ./eqtest" >> requirements.txt
	rm requirements.in

clean:  ## remove the built site and the caches, keep the environment
	rm -rf _build .pytest_cache .mypy_cache .ruff_cache .hypothesis
