# make demo   an invented zone, one round run through the real path, served on 127.0.0.1
# make test   everything that must hold before a change is taken in
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000

.PHONY: help demo test lint types contracts unit postgres browser coverage words lock bench-allocation clean

help: ## what can be made here
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

$(VENV)/runtime: requirements.lock
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	touch $@

$(VENV)/test: requirements-test.lock $(VENV)/runtime
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.lock
	touch $@

words: $(VENV)/runtime ## compile the English catalogue
	@$(BIN)/pybabel --quiet compile -d translations

demo: $(VENV)/runtime words ## build and serve the invented zone
	$(BIN)/python -m demo --port $(PORT)

test: lint types contracts unit postgres browser ## lint, types, contracts, both databases, browser

lint: $(VENV)/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint --quiet --lint templates

types: $(VENV)/test
	$(BIN)/mypy

contracts: $(VENV)/test
	$(BIN)/lint-imports

unit: $(VENV)/test words
	$(BIN)/python -m pytest -n 2 -m "not browser"

postgres: $(VENV)/test words
	$(BIN)/python -m tests.postgres pytest -n 2 -m "not browser and not pure and not gate and not page"

browser: $(VENV)/test words
	$(BIN)/python -m pytest -n 2 --dist loadfile -m browser

coverage: $(VENV)/test words ## branch coverage of the suite on SQLite
	$(BIN)/python -m pytest -n 2 -m "not browser" --cov --cov-branch --cov-report=term-missing:skip-covered

lock: ## renew the hash locks from pyproject.toml
	$(BIN)/python -m uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --custom-compile-command "make lock" pyproject.toml -o requirements.lock
	$(BIN)/python -m uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --extra test \
	  -c requirements.lock --custom-compile-command "make lock" pyproject.toml -o requirements-test.lock
	$(BIN)/python -m uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --extra bench \
	  -c requirements.lock --custom-compile-command "make lock" pyproject.toml -o requirements-bench.lock

.venv-bench/ready: requirements-bench.lock
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	touch $@

bench-allocation: .venv-bench/ready ## the solver's figures against its wanted ones and its peers (NEW_HAVEN=DIR for the real lottery)
	.venv-bench/bin/python -m bench.allocation $(if $(NEW_HAVEN),--new-haven $(NEW_HAVEN))

clean: ## remove the environment and the demo data
	rm -rf $(VENV) .venv-bench demo-data build
