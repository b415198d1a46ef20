# What is needed: Python 3.11 or newer, Node 20 or newer, make and git.
# Everything else is installed into .venv, web/node_modules and the data directory.
# A stamp in .stamps says that a step was done for what it depends on.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

BIN := .venv/bin
STATIC := src/taskyard/server/static
WEB_SOURCES := $(shell find web/src web/public web/index.html web/vite.config.ts \
	web/tsconfig.json -type f 2>/dev/null)
# Arguments for pytest or the server: make test ARGS="-k tasks"
ARGS ?=
BENCH ?= $(basename $(notdir $(wildcard bench/[a-z]*.py)))
# The real agents that test-agents installs, and where: one folder for the machine.
AGENTS ?= claude-code codex gemini aider opencode copilot qwen
TEST_DATA ?= /var/tmp/taskyard-test

.PHONY: help
help: ## Show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

.PHONY: run
run: setup ui ## Install what is missing, start the server, say how to log in
	@$(BIN)/taskyard agents install claude-code
	@exec $(BIN)/taskyard server --import-starter $(ARGS)

.PHONY: test
test: setup .stamps/ui .stamps/browser ## Run the tests; ARGS="-k something" chooses
	$(BIN)/pytest $(ARGS)

.PHONY: test-agents
test-agents: setup ## Install real agents (2.5 GB) and test with each; AGENTS="codex" chooses
	$(BIN)/taskyard agents install $(AGENTS) --data-dir $(TEST_DATA)
	TASKYARD_TEST_DATA_DIR=$(TEST_DATA) TASKYARD_TEST_AGENTS="$(AGENTS)" $(BIN)/pytest -n 0 \
		tests/integration/runner/test_real_agents.py tests/integration/runner/test_claude.py \
		tests/integration/runner/test_real_states.py tests/integration/runner/test_real_control.py \
		tests/integration/runner/test_real_options.py tests/integration/runner/test_real_cancel.py \
		tests/integration/runner/tui/test_hooked_agents.py tests/integration/runner/tui/test_steering.py \
		tests/e2e/test_agents.py $(ARGS)

.PHONY: check
check: setup .stamps/web ## Formatting, lint, types, import rules, generated files
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/basedpyright
	$(BIN)/lint-imports
	npm --prefix web run --silent generate -- --check
	npm --prefix web run check

.PHONY: bench
bench: setup ## Measure everything, against a baseline of the same run; BENCH="follow_up" chooses
	@missed=; for name in $(BENCH); do \
		echo "== bench/$$name.py"; $(BIN)/python bench/$$name.py || missed="$$missed $$name"; \
	done; test -z "$$missed" || { echo "Missed a goal:$$missed"; exit 1; }

.PHONY: ui
ui: .stamps/ui ## Build the web pages into the server

.PHONY: format
format: setup ## Format the code and apply what lint can fix
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: docs
docs: setup ## Write the pages that are made from the code
	$(BIN)/taskyard settings > docs/reference/settings.md

.PHONY: lock
lock: setup ## Write requirements.lock anew from pyproject.toml
	$(BIN)/uv pip compile pyproject.toml --upgrade --all-extras --group dev --universal \
		--python-version 3.11 --no-header --no-annotate -o requirements.lock

.PHONY: clean
clean: ## Forget what was installed here; the data directory stays
	rm -rf .stamps .venv web/node_modules $(STATIC)

.PHONY: setup
setup: .stamps/python .stamps/machine

.stamps:
	@mkdir -p .stamps

.stamps/python: requirements.lock pyproject.toml | .stamps
	@python=$$(for name in python3.11 python3.12 python3.13 python3.14 python3; do \
		command -v $$name >/dev/null && $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		&& { echo $$name; break; }; done || true); \
	test -n "$$python" || { echo "Taskyard needs Python 3.11 or newer (Debian: apt install python3 python3-venv)."; exit 1; }; \
	test -x $(BIN)/python || $$python -m venv .venv || \
		{ echo "Python cannot make a virtual environment (Debian: apt install python3-venv)."; exit 1; }
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet "$$(grep '^uv==' requirements.lock)"
	$(BIN)/uv pip install --quiet --python .venv -r requirements.lock
	$(BIN)/uv pip install --quiet --python .venv --no-deps --editable .
	@touch $@

# Said once, not at every start; `taskyard doctor` says more, with reasons and fixes.
.stamps/machine: .stamps/python
	@command -v git >/dev/null || echo "git is not installed: agents cannot commit (Debian: apt install git)."
	@touch $@

# For the tests that open the pages in a browser; without one they are skipped.
.stamps/browser: | .stamps
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || \
		{ test "$$(id -u)" = 0 && command -v apt-get >/dev/null && \
		apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium >/dev/null; } || \
		echo "No Chromium: tests of the pages in a browser are skipped (Debian: apt install chromium)."
	@touch $@

.stamps/web: web/package-lock.json web/package.json | .stamps
	@command -v npm >/dev/null || { echo "Taskyard needs Node.js 20 or newer with npm (https://nodejs.org)."; exit 1; }
	@# Not `npm ci`: it refuses a lock without the binaries of platforms that the
	@# registry it was made with does not carry. `install` takes the same versions.
	npm --prefix web install --no-save --no-audit --no-fund --loglevel=error
	@touch $@

.stamps/ui: .stamps/web $(WEB_SOURCES)
	npm --prefix web run --silent build
	@touch $@
