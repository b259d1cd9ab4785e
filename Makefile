# make setup: .venv with everything pinned; make test, test-all, test-book; make book, serve, pdf, archive.

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
PYTEST = LTLIB_CACHE=$(TEST_CACHE) $(BIN)/python -m pytest --durations 10

.PHONY: setup test test-all test-book lint book serve pdf archive clean

setup: .venv/ready

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info[:2] >= (3, 11) else "Python 3.11 or newer is needed: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch .venv/ready

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --num-workers 2 ltlib tests benchmarks book
	$(BIN)/nbqa mypy notebooks
	$(BIN)/lint-imports --no-cache --no-logo

# All but what waits, fuzzes or kills for long; the ten slowest are printed. With a
# thread for each core, two processes would wait for each other's threads.
test: CHOSEN = -m 'not long'
test test-all: lint
	rm -rf $(TEST_CACHE)/store
	mkdir -p $(TEST_CACHE)
	OMP_NUM_THREADS=1 $(PYTEST) -n 2 --dist worksteal $(CHOSEN) tests --ignore tests/built
	$(PYTEST) -n 2 --dist loadfile --nbval --nbval-kernel-startup-timeout 300 notebooks

# The built book as a reader meets it: every page in a browser, on paper, run, explored.
test-book: setup
	mkdir -p $(TEST_CACHE)
	$(PYTEST) tests/built

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
