# `make help` lists the targets. `make demo` and `make test` need nothing but make and Python 3.11 or newer.

PYTHON ?= python3
WORKERS ?= 2
SUITE ?= smoke
BIN := .venv/bin

# One thread a process: results do not depend on it, and test workers would only get in each other's way.
export OMP_NUM_THREADS := 1
# The build backend is pinned too: older pip reads the first for its build environments, newer pip the second.
export PIP_CONSTRAINT := constraints.txt
export PIP_BUILD_CONSTRAINT := constraints.txt

.DEFAULT_GOAL := help
.PHONY: help setup setup-locked demo play test test-all test-browser test-cluster test-interop validate benchmark pages speed peers docs lessons warm lint format typecheck schema lock wheel clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

setup: .venv/.installed  ## create .venv and install everything (a minute or two)

setup-locked: .venv/.python  ## the same, but every file must have a hash that requirements.lock lists
	if [ "$$(uname -s)" = Linux ]; then $(BIN)/python -m pip install -q --no-deps --require-hashes -r requirements-cpu.lock; fi
	PIP_CONSTRAINT= $(BIN)/python -m pip install -q --require-hashes -r requirements.lock
	PIP_CONSTRAINT= $(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	@touch .venv/.installed

demo: .venv/.installed  ## train two managers and compare ten policies: about five minutes
	$(BIN)/python scripts/demo.py

play: .venv/.installed  ## open the playground in a browser
	$(BIN)/incentive-env play

test: .venv/.installed warm  ## run the quick tests
	$(BIN)/pytest -n $(WORKERS)

test-all: .venv/.installed warm  ## run all tests: minutes
	$(BIN)/pytest -n $(WORKERS) -m "not browser and not cluster and not interop"

test-browser: .venv/.installed warm  ## test the playground in headless Chromium, if installed
	$(BIN)/pytest -m browser

test-cluster: .venv/.installed warm  ## test sweeps on Ray, on two nodes of which one is lost
	$(BIN)/pytest -m cluster

test-interop: .venv/.interop warm  ## test other frameworks: RLlib, TorchRL, SuperSuit
	$(BIN)/pytest -m interop

validate: .venv/.installed warm  ## check the published facts: 256 floors, a few minutes
	$(BIN)/python scripts/validate.py --report runs/validation
	$(BIN)/python scripts/validate.py --config contact_center

benchmark: .venv/.installed  ## run a suite (SUITE=smoke, standard, full) and write its report
	$(BIN)/python scripts/benchmark.py run --suite $(SUITE)
	$(BIN)/python scripts/report.py runs/benchmark/$(SUITE)/results.json

pages: .venv/.installed  ## regenerate docs/leaderboard.md, its picture and the README's results
	$(BIN)/python scripts/benchmark.py pages

speed: .venv/.installed  ## measure all speeds into docs/results/speed.json and docs/performance.md: many minutes
	$(BIN)/python scripts/maintain/speed.py --until-better --out docs/results/speed.json
	$(BIN)/python scripts/maintain/speed.py --page docs/results/speed.json

peers: .venv/.installed  ## create .venv-peers with the other environments that `make speed` measures
	$(BIN)/python agents/speed/peers/install.py

docs: .venv/.installed  ## build the documentation site into site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

lessons: .venv/.installed warm  ## regenerate the output and pictures of the lessons
	$(BIN)/python tests/docs/refresh.py

# Compile the model once, so that the test workers find it in numba's cache instead of compiling it each.
warm: .venv/.installed
	@$(BIN)/python -c "import gymnasium as gym, incentive_env; gym.make('incentive_env/Telesales-v1').reset(seed=0)"

lint: .venv/.installed typecheck  ## lint, formatting, types and import layers; changes nothing
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports --no-logo --no-cache

format: .venv/.installed  ## make safe lint repairs, and format
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

typecheck: .venv/.installed  ## mypy, strict, on incentive_env, agents and scripts
	$(BIN)/mypy

schema: .venv/.installed  ## regenerate docs/configuration.md
	$(BIN)/python scripts/maintain/schema.py --markdown docs/configuration.md

lock: .venv/.installed  ## regenerate requirements.lock and docs/licences.md, after a change of constraints.txt
	$(BIN)/python -m pip install -q -c constraints.txt --group lock
	$(BIN)/python scripts/maintain/lock.py
	$(BIN)/python scripts/maintain/licences.py

wheel: .venv/.installed  ## build dist/*.whl, and use it in an empty virtual environment
	$(BIN)/python scripts/maintain/check_wheel.py

clean:  ## delete builds and caches; keeps .venv and runs
	rm -rf build dist *.egg-info .coverage coverage.xml .pytest_cache .hypothesis .mypy_cache .ruff_cache .import_linter_cache
	find incentive_env agents scripts tests -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "needs Python 3.11 or newer: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .venv
	@touch $@

.venv/.installed: pyproject.toml constraints.txt | .venv/.python
	$(BIN)/python -m pip install -q -c constraints.txt pip
	$(BIN)/python -m pip install -q -c constraints.txt -e '.[all]' --group setup
	@touch $@

.venv/.interop: .venv/.installed
	$(BIN)/python -m pip install -q -c constraints.txt --group interop
	@touch $@
