# make setup: .venv with everything pinned; make test; make test-book; make book; make serve; make pdf; make archive.

PYTHON ?= python3
BIN = .venv/bin
SCALE ?= laptop
CORPUS ?= vader
RESULTS ?=
SEED ?= 0
OUT ?= _build
PORT ?= 8000

# Tests keep their downloads and runs apart from the user's.
TEST_CACHE = $(CURDIR)/.cache/test

.PHONY: setup test test-book lint book serve pdf archive clean

setup: .venv/ready

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info[:2] >= (3, 11) else "Python 3.11 or newer is needed: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch .venv/ready

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy ltlib tests benchmarks book/tools
	$(BIN)/nbqa mypy notebooks
	$(BIN)/lint-imports --no-cache --no-logo

test: lint
	rm -rf $(TEST_CACHE)/store
	mkdir -p $(TEST_CACHE)
	LTLIB_CACHE=$(TEST_CACHE) $(BIN)/python -m pytest tests --ignore tests/built
	LTLIB_CACHE=$(TEST_CACHE) $(BIN)/python -m pytest --nbval notebooks

# The built book as a reader meets it: every page in a browser, on paper, run, explored.
test-book: setup
	mkdir -p $(TEST_CACHE)
	LTLIB_CACHE=$(TEST_CACHE) $(BIN)/python -m pytest tests/built

book: setup
	$(BIN)/ltlib book --scale $(SCALE) --corpus $(CORPUS) --results '$(RESULTS)' --seed $(SEED) --out $(OUT)

serve: book
	$(BIN)/python -m http.server $(PORT) --bind 127.0.0.1 --directory $(OUT)/source/_build/html

pdf: book
	$(BIN)/python -m book.tools.pdf $(OUT)

archive: setup
	$(BIN)/python -m book.tools.archive $(OUT)

clean:
	rm -rf _build .cache
