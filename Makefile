# Everything a contributor types. `make setup` needs only Python ≥ 3.11 with venv.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/pip install -q --disable-pip-version-check

# A stamp is named by the content it stands for, so nothing is done twice and nothing goes stale.
sum = $(shell cat $(1) | cksum | tr ' ' -)
TEST_STAMP := .venv/.test-$(call sum,requirements/test.txt)
ALL_STAMP := .venv/.all-$(call sum,requirements/all.txt)
PROJECT_STAMP := .venv/.project-$(call sum,pyproject.toml)

# These are held to 100 % of lines and branches; the edges are held to their tests.
COVERED := src/threadleaf/core/*,src/threadleaf/wire.py,src/threadleaf/sources/*,src/threadleaf/render/*,src/threadleaf/store/*,src/threadleaf/service/*

# The suite runs in two halves of about the same length at once, on two processors in half the time.
HALF_one := tests/bot tests/fetch tests/jobs tests/service tests/store
HALF_other := tests $(addprefix --ignore=,$(HALF_one))
QUICK := -m "not browser and not proof and not real"
# Each half is shown when it is over.
BOTH := $(MAKE) --no-print-directory -j2 --output-sync=recurse

UV_VERSION := 0.13.9

.DEFAULT_GOAL := setup
.PHONY: setup setup-all demo test test-all lint style types imports suite suite-one suite-other browser proofs real coverage coverage-one coverage-other proof bench teeth tools lock clean


# --- set-up ------------------------------------------------------------------

setup: $(TEST_STAMP) $(PROJECT_STAMP)

setup-all: $(TEST_STAMP) $(ALL_STAMP) $(PROJECT_STAMP)

# From nothing each time, so that a package dropped from the lock is gone from here too.
$(TEST_STAMP):
	@$(PYTHON) -c 'import sys; sys.exit("Threadleaf needs Python 3.11 or newer: make PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv --clear .venv
	$(PIP) --require-hashes --only-binary=:all: -r requirements/test.txt
	@touch $@

$(ALL_STAMP): $(TEST_STAMP)
	$(PIP) --require-hashes --only-binary=:all: -r requirements/all.txt
	@touch $@

$(PROJECT_STAMP): $(TEST_STAMP)
	$(PIP) --no-index --no-deps --no-build-isolation -e .
	@touch $@


# --- use ---------------------------------------------------------------------

# Serves on 127.0.0.1 until Ctrl-C. CHECK=1 fetches its own page and ends.
demo: setup
	$(BIN)/threadleaf demo $(if $(CHECK),--check)


# --- tests -------------------------------------------------------------------

test: suite lint

lint: style types imports

style: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

imports: setup
	$(BIN)/lint-imports

suite: setup
	@echo "The tests run in two halves at once; each is shown when it is over."
	@$(BOTH) suite-one suite-other

suite-one suite-other: suite-%:
	$(BIN)/pytest $(QUICK) $(HALF_$*)

test-all: browser proofs real coverage

# Exit code 5 is "no test was collected".
browser: setup-all tools
	$(BIN)/pytest -m browser || [ $$? -eq 5 ]

# Every proof at its size in CI.
proofs: setup-all tools
	$(BIN)/pytest -m proof

# The Bluesky network is installed once (80 s) and kept in ~/.cache/threadleaf.
real: setup-all tools
	$(BIN)/pytest -m real

# `make test` takes the PostgreSQL that is there; here the embedded one has its turn.
coverage: setup
	@rm -f .coverage .coverage.*
	@$(BOTH) coverage-one coverage-other
	$(BIN)/coverage combine -q
	$(BIN)/coverage report --include='$(COVERED)' --fail-under=100

coverage-one coverage-other: coverage-%:
	COVERAGE_FILE=.coverage.$* TL_TEST_PG="$${TL_TEST_PG:-embedded}" \
	  $(BIN)/coverage run -m pytest $(QUICK) $(HALF_$*)

# Every proof in full, written to docs/proof.jsonl. ONLY=T1 proves one row, AGAIN=1 also what stands already.
proof: setup tools
	$(BIN)/python -m tests.proof

bench: setup-all
	$(BIN)/python -m bench

teeth: setup
	$(BIN)/python -m tests.teeth


# --- upkeep ------------------------------------------------------------------

tools:
	@sh tools/system.sh

# Keeps what is locked where it still fits; `make lock UPGRADE=1` takes the newest of everything.
lock:
	@test -x .lock-venv/bin/uv-$(UV_VERSION) || { $(PYTHON) -m venv --clear .lock-venv && .lock-venv/bin/pip install -q --disable-pip-version-check uv==$(UV_VERSION) && ln -s uv .lock-venv/bin/uv-$(UV_VERSION); }
	for name in all test serve base; do \
	  .lock-venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	    --no-emit-index-url --no-emit-find-links --no-emit-build-options $(if $(UPGRADE),--upgrade) \
	    $$([ $$name = all ] || echo --constraints requirements/all.txt) requirements/$$name.in -o requirements/$$name.txt || exit 1; \
	done

clean:
	rm -rf .venv .lock-venv .cache .mypy_cache .ruff_cache .import_linter_cache .pytest_cache .hypothesis .coverage .coverage.* htmlcov build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
