# Everything runs in .venv, which tools/bootstrap.py brings up to date first (python3 is enough).

PYTHON ?= python3
IN_VENV = @$(PYTHON) tools/bootstrap.py --dev --
UV = @$(PYTHON) tools/bootstrap.py --uv --
COMPILE = pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url

.PHONY: run test nightly check bench screenshots lock

run: ## everything, in the foreground; Ctrl-C ends it
	@$(PYTHON) tools/bootstrap.py -- -m samspel run

test: ## every test; some of them: make test ARGS="-k bootstrap"
	$(IN_VENV) -m pytest -n auto --dist loadgroup --no-loadscope-reorder $(ARGS)

nightly: export HYPOTHESIS_PROFILE = nightly
nightly: ## the laws, over a hundred thousand histories; mails changed in every way; ten years
	$(IN_VENV) -m pytest -n auto --dist loadgroup --timeout 0 tests/unit/test_laws.py \
		tests/unit/test_incoming_fuzz.py tests/integration/test_ten_years.py $(ARGS)

check: ## lint, format, types, imports
	$(IN_VENV) -m ruff check
	$(IN_VENV) -m ruff format --check
	$(IN_VENV) -m mypy
	$(IN_VENV) .venv/bin/lint-imports

bench: ## how fast it is, as ratios; writes bench.json
	$(IN_VENV) -m tests.bench

screenshots: ## the pictures of docs/screenshots, of the example as it is now
	$(IN_VENV) -m tools.screenshots $(ARGS)

lock: ## the newest packages that fit, with their hashes: make lock ARGS=--upgrade
	$(UV) $(COMPILE) $(ARGS) pyproject.toml --output-file requirements.lock
	$(UV) $(COMPILE) $(ARGS) pyproject.toml --group dev --extra traces --output-file requirements-dev.lock
