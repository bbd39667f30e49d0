# Everything a person does here. Nothing is installed outside .venv, except by `make system`.

# The system's own Python where it will do: distributions build theirs by a profile of how it is used, which makes it a
# fifth quicker than one that was compiled at home.
PYTHON ?= $(shell /usr/bin/python3 -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo /usr/bin/python3 || echo python3)
PORT ?= 8080
# The pin stands in pyproject.toml, where the lock file sees it too.
UV_PIN := $(shell sed -n 's/.*"\(uv==[^"]*\)".*/\1/p' pyproject.toml)
BIN := .venv/bin
SYSTEM_PACKAGES := postgresql chromium-headless-shell poppler-utils

# The first process compiles what it imports, 800 modules of 7,500; all others are to find it done.
unexport PYTHONDONTWRITEBYTECODE
# Whatever the shell was set up for, this project's uv works in this project's .venv and with the Python that made it.
unexport VIRTUAL_ENV UV_PYTHON
export UV_PROJECT_ENVIRONMENT := .venv
export UV_PYTHON_DOWNLOADS := never

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo setup test check fmt bench docs pictures system

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

demo: setup ## Start everything with the sandbox and print the address to open (PORT=8080)
	@$(BIN)/duesday demo --port $(PORT) $(ARGS)

setup: .venv/synced ## Install what is needed into .venv
	@:

# One of the tests is `make check`: its types take as long as a tenth of all tests, and one core of several.
test: setup ## Run every check and every test; what can't run here is said in one line each
	@$(BIN)/pytest -q -n auto --dist worksteal

check: setup ## Lint, format, types, floors
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet || { echo 'Some files are not formatted: run `make fmt`.' >&2; exit 1; }
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

fmt: setup ## Format, and mend what the linter can
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

bench: setup ## Measure, and print the figures
	@$(BIN)/python -m bench $(ROW)

docs: setup ## Write the generated parts of docs/ anew
	@$(BIN)/python docs/generate.py

pictures: setup ## Take the README's pictures anew, by the test that shows they are true
	@DUESDAY_PICTURES=docs/pictures $(BIN)/pytest -q tests/browser/test_demo_day.py

system: ## Install what the full test needs of the system (Debian, as root)
	@command -v apt-get >/dev/null || { echo 'This is no Debian: install $(SYSTEM_PACKAGES) npm in your own way.' >&2; exit 1; }
	@[ "$$(id -u)" = 0 ] || { echo 'Installing system packages needs root: run `sudo make system`.' >&2; exit 1; }
	@apt-get update -qq
	@DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(SYSTEM_PACKAGES) \
		$$(command -v npm >/dev/null || echo nodejs npm) </dev/null >/dev/null

.venv/synced: pyproject.toml uv.lock | $(BIN)/uv
	@echo 'Installing what uv.lock names into .venv'
	@$(BIN)/uv sync --locked --quiet
	@touch $@

$(BIN)/uv:
	@echo 'Making .venv'
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Duesday needs Python 3.11 or newer: make PYTHON=python3.11 …")'
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check $(UV_PIN)
