# Everything runs in .venv, which tools/bootstrap.py brings up to date first (python3 is enough).

PYTHON ?= python3
IN_VENV = @$(PYTHON) tools/bootstrap.py --dev --
UV = @$(PYTHON) tools/bootstrap.py --uv --
COMPILE = pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url

.PHONY: run test nightly check faults bench screenshots lock audit sbom fuzz simulate mutations

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

faults: ## every fault at many moments, for hours: make faults ARGS="--fault F2 --moments 10"
	$(IN_VENV) -m tests.faults --json .dev/faults.jsonl $(ARGS)

fuzz: ## calls and forms by chance, for long: make fuzz ARGS="--examples 1000 --seed 7"
	$(IN_VENV) -m tests.fuzz $(ARGS)

simulate: ## made-up municipalities for years: make simulate ARGS="--municipalities 100 --jobs 2"
	$(IN_VENV) -m samspel simulate $(ARGS)

mutations: ## faults put in on purpose, each to be caught; writes the list into docs/simulation.md
	$(IN_VENV) -m tests.mutations $(ARGS)

bench: ## how fast it is, as ratios; writes bench.json: make bench ARGS="--only mail-path"
	$(IN_VENV) -m tests.bench $(ARGS)

screenshots: ## the pictures of docs/screenshots, of the example as it is now
	$(IN_VENV) -m tools.screenshots $(ARGS)

lock: ## the newest packages that fit, with their hashes: make lock ARGS=--upgrade
	$(UV) $(COMPILE) $(ARGS) pyproject.toml --output-file requirements.lock
	$(UV) $(COMPILE) $(ARGS) pyproject.toml --group dev --extra traces --output-file requirements-dev.lock
	@echo "hatchling>=1.27,<2" | $(PYTHON) tools/bootstrap.py --uv -- $(COMPILE) $(ARGS) - \
		--output-file requirements-build.lock

audit: ## known holes in what requirements.lock pins; says so if nobody can be asked
	$(IN_VENV) tools/audit.py

sbom: ## what is in it, as CycloneDX: dist/samspel.cdx.json, which the image takes along
	@mkdir -p dist
	$(IN_VENV) -W ignore -m cyclonedx_py requirements requirements.lock --pyproject pyproject.toml \
		--output-reproducible --of JSON --output-file dist/samspel.cdx.json
