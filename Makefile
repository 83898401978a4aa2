# Needs make, a shell and Python 3.11 or later. `make demo` runs everything; `make test` is what CI runs.

SHELL = /bin/sh
BIN = .venv/bin
RUNTIME = .venv/installed-runtime
READING = .venv/installed-reading
DEV = .venv/installed-dev
TYPESCRIPT = clients/typescript
NODE = $(TYPESCRIPT)/node_modules/.installed
.DEFAULT_GOAL = help
.PHONY: help demo test check bench-api bench-ledger bench-push bench-sync receipts-report typescript fuzz openapi format lock
.DELETE_ON_ERROR:

help: ## List what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1@\2/p' Makefile | awk -F@ '{ printf "%-16s %s\n", $$1, $$2 }'

demo: $(RUNTIME) ## Run everything here with made-up data, on PORT (8000), keeping it in DATA_DIR (.data)
	@exec $(BIN)/python manage.py demo

test: check ## Check everything and run the tests
	$(BIN)/python -m pytest -n 3 --dist loadgroup

check: $(DEV) ## Look at format, style, types, imports, migrations, settings and the API's description
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py check --fail-level WARNING
	$(BIN)/python manage.py spectacular --validate --fail-on-warn --file /dev/null
	$(BIN)/python manage.py compare_openapi
	@$(MAKE) --no-print-directory typescript

bench-api: $(DEV) ## Measure the hot reads with PERSONS (40000) contact persons, against raw SQL and plain serializers
	$(BIN)/python -m benchmarks.api

bench-ledger: $(DEV) ## Measure the ledger of a decision against adding up its entries
	$(BIN)/python -m benchmarks.ledger

bench-push: $(DEV) ## Measure deliveries against firebase-admin's own send_each, and the sweep with a million rows
	$(BIN)/python -m benchmarks.push

bench-sync: $(DEV) ## Let 200 phones on a bad network write 2000 things, and account for every one
	$(BIN)/python -m benchmarks.fleet

receipts-report: $(READING) ## Tell how well the receipts in DIR are read, against its labels.json
	@test -n "$(DIR)" || { echo "Say which folder: make receipts-report DIR=/path/to/receipts" >&2; exit 1; }
	@$(BIN)/python -m benchmarks.receipts "$(DIR)"

# Optional: whoever has no node learns from CI.
typescript: ## Compile the sample client against types made of docs/openapi.json, where there is node
	@if ! command -v npm >/dev/null; then echo "There is no npm here (node 20 or later): skipping the TypeScript client"; \
	else $(MAKE) --no-print-directory $(NODE) && cd $(TYPESCRIPT) && npm run --silent check; fi

$(NODE): $(TYPESCRIPT)/package-lock.json
	@cd $(TYPESCRIPT) && npm ci --loglevel=error
	@touch $(NODE)

fuzz: $(DEV) ## Try the API with made-up data as each role, EXAMPLES (100) of each operation
	EXAMPLES=$${EXAMPLES:-100} $(BIN)/python -m pytest tests/api/test_fuzz.py

openapi: $(DEV) ## Write docs/openapi.json, the description of the API
	$(BIN)/python manage.py spectacular --format openapi-json --validate --fail-on-warn --file docs/openapi.json

format: $(DEV) ## Format the code, and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

UV_COMPILE = $(BIN)/uv pip compile pyproject.toml --quiet --upgrade --generate-hashes --no-emit-index-url \
	--no-emit-find-links --universal --python-version 3.11 --custom-compile-command "make lock"

lock: $(DEV) ## Pin the newest versions that pyproject.toml allows
	$(UV_COMPILE) --output-file requirements.txt
	$(UV_COMPILE) --extra reading --constraint requirements.txt --output-file requirements-reading.txt
	$(UV_COMPILE) --extra dev --extra reading --constraint requirements-reading.txt --output-file requirements-dev.txt

# What runs on the machine of a developer has what the demo and the reading of receipts need too.
$(DEV): requirements-dev.txt
	@$(call install,requirements-dev.txt,$(DEV))
	@touch $(RUNTIME) $(READING)

$(READING): requirements-reading.txt
	@$(call install,requirements-reading.txt,$(READING))
	@touch $(RUNTIME)

$(RUNTIME): requirements.txt
	@$(call install,requirements.txt,$(RUNTIME))

# The lock files name all there is, so that there is nothing to resolve.
PIP_OPTIONS = --require-hashes --no-deps --disable-pip-version-check --no-input

# A pipe hides pip's exit code: the stamp tells whether it got through.
define install
	set -e; rm -f $(2); \
	if ! $(BIN)/python -c 'import pip' 2>/dev/null; then \
	  for python in $(PYTHON) python3.13 python3.12 python3.11 python3; do \
	    $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; python=; \
	  done; \
	  if [ -z "$$python" ]; then echo "Python 3.11 or later is needed: install it, or say PYTHON=/path/to/python" >&2; exit 1; fi; \
	  if ! $$python -c 'import ensurepip, venv' 2>/dev/null; then \
	    echo "$$python cannot make a .venv: install python3-venv (on Debian: apt install python3-venv)" >&2; exit 1; fi; \
	  echo "Making .venv with $$($$python --version)"; \
	  $$python -m venv $$($(BIN)/python -c pass 2>/dev/null || echo --clear) .venv; \
	fi; \
	echo "Installing $(1) into .venv (once; a minute or two)"; \
	{ PYTHONUNBUFFERED=1 $(BIN)/python -m pip install $(PIP_OPTIONS) -r $(1) && touch $(2); } \
	  | sed -n 's/^\(Collecting [^ ]*\).*/  \1/p; s/^Installing collected.*/  Unpacking/p'; \
	if [ ! -f $(2) ]; then echo "Installing $(1) failed, see above" >&2; exit 1; fi
endef
