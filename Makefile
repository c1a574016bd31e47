# Partner Portal: `make help` lists what there is.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help demo test attacks check check-static fix coverage lock release release-dump bench clean

# The first of these that is Python 3.11 or newer makes .venv; `make PYTHON=/path/to/python3.11` chooses.
PYTHON ?= python3
PYTHONS := $(PYTHON) python3.11 python3.12 python3.13
BIN := .venv/bin
# What the lock files name is installed again when their text has changed.
STAMP := $(shell cat requirements*.lock | cksum | tr -d " ")
DEMO := .venv/demo-$(STAMP)
DEV := .venv/dev-$(STAMP)
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --use-pep517 --require-hashes
# Every version with the hashes of its files, for each Python from 3.11 on; `UPGRADE=1` takes newer ones where it may.
LOCK := $(BIN)/uv pip compile --quiet --no-config --universal --python-version 3.11 --generate-hashes \
	--annotation-style line --custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade)

# What settings need to be imported; mypy and the checks connect to nothing.
KEY := MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=
PRODUCTION := env DATABASE_URL=postgresql://portal@localhost/portal REDIS_URL=redis://localhost:6379/0 \
	SECRET_KEY=only-for-the-checks-$(KEY)-$(KEY) PORTAL_KEYS=checks:$(KEY) ALLOWED_HOSTS=portal.example.com

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' Makefile
	@echo '  Settings of the demo: PORT=8000 PORTAL_DATA_DIR=.data RESET=1'

demo: $(DEMO) ## run the whole portal on this machine until Ctrl-C
	@PORT='$(PORT)' PORTAL_DATA_DIR='$(PORTAL_DATA_DIR)' RESET='$(RESET)' exec $(BIN)/python -m demo.run

test: $(DEV) ## run every test on real PostgreSQL, Redis, Terraform and sandbox
	@$(BIN)/python -m pytest -n 2

attacks: $(DEV) ## run every attack of tests/attacks in its full size, and show its figures
	@ATTACKS=all $(BIN)/python -m pytest -n 2 tests/attacks

check: $(DEV) ## lint Python, templates, CSS and JS; format, types, layers, migrations, deployment settings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint --quiet templates demo/templates
	$(PRODUCTION) $(BIN)/mypy
	$(PRODUCTION) $(BIN)/lint-imports --no-logo
	$(PRODUCTION) $(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING
	@$(MAKE) --no-print-directory check-static

# stylelint and eslint are npm's alone. Without npm the check says so; REQUIRE_NPM=1, as in CI, makes that an error.
check-static:
	@if $(MAKE) --silent node_modules/.package-lock.json; then \
		node_modules/.bin/stylelint 'static/css/*.css' && node_modules/.bin/eslint static/js workshop *.mjs; \
	elif [ -n "$(REQUIRE_NPM)" ]; then exit 1; \
	else echo 'CSS and JavaScript are not checked: npm is missing, or cannot install stylelint and eslint.'; fi

fix: $(DEV) ## repair what ruff can repair, format, indent templates
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/python -m workshop.template_layout templates demo/templates

coverage: $(DEV) ## run every test, and show what they ran of each app beside its floor
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest -n 2
	@$(BIN)/coverage combine --quiet
	@$(BIN)/python -m workshop.floors

lock: $(DEV) ## bring the lock files up to date with requirements*.txt
	@$(LOCK) requirements-dev.txt -o requirements-dev.lock
	@$(LOCK) requirements-demo.txt -c requirements-dev.lock -o requirements-demo.lock
	@$(LOCK) requirements.txt -c requirements-dev.lock -o requirements.lock

release: $(DEV) ## set VERSION=x.y.z, cut the changelog, commit, tag
	@$(BIN)/python -m workshop.release '$(VERSION)'

release-dump: $(DEV) ## keep a database of this version for the test that migrates it
	@$(BIN)/python -m workshop.dump

bench: $(DEV) ## measure, print one table, write bench/results.json; ONLY=scale or another group alone
	@$(BIN)/python -m bench $(ONLY)

clean: ## remove .venv, caches and the demo's default data
	rm -rf .venv node_modules .data .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis staticfiles
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(DEMO): $(BIN)/python
	@echo 'Installing requirements-demo.lock'
	@$(PIP) -r requirements-demo.lock
	@touch $@

$(DEV): $(BIN)/python
	@echo 'Installing requirements-dev.lock'
	@$(PIP) -r requirements-dev.lock
	@touch $@ $(DEMO)

node_modules/.package-lock.json: package.json package-lock.json
	@command -v npm >/dev/null && npm ci --silent && touch $@

$(BIN)/python:
	@for python in $(PYTHONS); do \
		"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		"$$python" -c 'import ensurepip, venv' 2>/dev/null || { \
			echo "$$python cannot make a virtual environment: install its venv package (Debian: apt-get install python3-venv)." >&2; exit 1; }; \
		rm -rf .venv && "$$python" -m venv .venv && exit 0; rm -rf .venv; exit 1; \
	done; \
	echo 'Partner Portal needs Python 3.11 or newer, and found none: make PYTHON=/path/to/python3.11 chooses one.' >&2; exit 1
