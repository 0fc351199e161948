# Every command a developer or a continuous-integration machine needs.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
ARGS   ?=
# One more than cores: some tests wait for processes.
TESTERS ?= 3
PACKAGES = --constraint constraints.txt --editable '.[dev]'
# uv asks for many packages at once; where it does not get at the index that pip is configured for, pip does it.
export UV_HTTP_RETRIES ?= 0
CLIENT := miniprogram
# Tests start many short processes: what one has compiled the next should find, whatever the caller's environment says.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup demo run check fix test run-tests test-slow test-pg15 fuzz storm bench bench-large simulate migrate migration \
        openapi policy-table client browser walks screenshots

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Anhu needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	-$(BIN)/pip install --quiet --no-compile --constraint constraints.txt uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python $(PACKAGES) || $(BIN)/pip install --quiet --no-compile $(PACKAGES)
	touch $@

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

fix: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The checks and the mini-program's own tests beside the server's; then its pages in a browser, alone: a page has a bar in
# seconds, and somebody who waits for it.
test: setup
	$(MAKE) --no-print-directory -j 2 run-tests check client browser
	$(MAKE) --no-print-directory walks ARGS=

run-tests: setup
	$(BIN)/pytest -n $(TESTERS) $(ARGS)

# What takes much of a minute: the runbooks of a new fund walked command by command, the large bench in small, a demo
# that is stopped on its way, a district's days, the controls of the kills and of the storm.
test-slow: setup
	$(BIN)/pytest -n 2 -m slow $(ARGS)

# Many random requests for every route of the OpenAPI document; `make test` tries a few.
fuzz: setup
	ANHU_FUZZ_EXAMPLES=200 $(BIN)/pytest -n 2 tests/fuzz $(ARGS)

# Phones over a bad network, seed by seed: make storm ARGS="--seeds 200"; a failure says how to see it again.
storm: setup
	$(BIN)/python -m tests.storm $(ARGS)

# The server on its embedded database, at http://127.0.0.1:8000 (the docs: /docs/).
run: setup
	$(BIN)/anhu serve $(ARGS)

migrate: setup
	$(BIN)/anhu db migrate $(ARGS)

# Write a migration for what the models have and the migrations have not: make migration NAME=what_changes
migration: setup
	$(BIN)/python -m migrations.generate $(NAME)

openapi: setup
	$(BIN)/anhu openapi > docs/openapi.json
	$(BIN)/python -m app.facts > docs/facts.md

# What holds in each fund and district, for policy officers.
policy-table: setup
	$(BIN)/anhu policies table app/policies/files > docs/policy-table.md

# Both ways from a client's home to the bank, on a demo clock; ARGS=--exit ends after the report.
demo: setup
	$(BIN)/python -m demo $(ARGS)

test-pg15: setup
	$(BIN)/python -m tests.pg15 -n $(TESTERS) $(ARGS)

# Speed of a clean check-in beside a minimal hand-written application; ARGS=--help lists the options. Exit 1: a bar missed.
bench: setup
	$(BIN)/python -m bench $(ARGS)

# The same product in a region of two million visits; a quarter of an hour and 20 GB of disk while it runs.
bench-large: setup
	$(BIN)/python -m bench.large $(ARGS)

# How much of the known frauds the risk rules find in made-up months: make simulate ARGS="--seed 1 --seed 2"
simulate: setup
	$(BIN)/anhu simulate $(ARGS)

# The mini-program: types from the API's document, lint, unit tests, a build for the browser, its size.
client: $(CLIENT)/node_modules/.installed $(CLIENT)/types/schema.d.ts
	cd $(CLIENT) && npm run --silent all

# Its pages in Chromium, against the real server and database; pictures in miniprogram/shots.
walks: setup browser $(CLIENT)/node_modules/.installed
	$(BIN)/pytest -n 2 tests/client $(ARGS)

browser:
	.ci/needs chromium font

# Pictures for the README (docs/screens) out of the walks: look at each before they are committed.
screenshots: walks
	$(BIN)/python -m tests.client.pictures

$(CLIENT)/node_modules/.installed: $(CLIENT)/package-lock.json
	.ci/needs node
	cd $(CLIENT) && npm ci --ignore-scripts --no-audit --no-fund
	touch $@

$(CLIENT)/types/schema.d.ts: docs/openapi.json $(CLIENT)/node_modules/.installed
	cd $(CLIENT) && npm run --silent types
