# `make run` and `make test` need Python 3.11 or newer and make; they set up the rest.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: setup run messages check test long durations coverage format wheels \
	crash faults fuzz truth load events chaos mutants upgrade-trial bench bench-quick \
	pictures lock sbom advisories clean

run: setup
	@$(BIN)/python -m bot

# What the bot runs on, for a service that starts it by itself.
setup: $(VENV)/.run
	@$(BIN)/python -m bot.catalogues

# Collects every sentence into the catalogues of bot/locale; NEW=de begins one.
messages: $(VENV)/.dev
	$(BIN)/python -m bot.catalogues update $(NEW)

# What is read without being run: seconds.
check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

PLAYED := -n 2 --dist worksteal --timeout 120

# What takes less than a quarter of a second each, the short versions of the trials, and
# a part of what chance plays. What one process compiles, those that tests start need not.
test long durations coverage: export PYTHONDONTWRITEBYTECODE :=
test: check
	$(BIN)/python -m bot.catalogues
	$(BIN)/pytest $(PLAYED) -m "not long" --hypothesis-profile=brief

# All that `make test` leaves out, and more of what chance plays. CI runs both.
long: $(VENV)/.dev
	$(BIN)/python -m bot.catalogues
	$(BIN)/pytest $(PLAYED) -m "long or hypothesis"

# Measures each test, and writes down which are long; RUNS (2) of them all.
durations: $(VENV)/.dev
	$(BIN)/python -m bot.catalogues
	for run in $$(seq $(or $(RUNS),2)); do $(BIN)/pytest $(PLAYED) -q \
		--junitxml=dist/run-$$run.xml || exit 1; done
	$(BIN)/python -m tests.tools.durations dist/run-*.xml

# Every test, and the lines and branches that none of them runs: at most one in twenty.
# Before a release: counting makes the run longer by two thirds.
coverage: $(VENV)/.dev
	$(BIN)/python -m bot.catalogues
	$(BIN)/pytest $(PLAYED) --cov --cov-report=term-missing:skip-covered

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# The two distributions, `patchbay` and `patchbay-sandbox`, into dist/.
wheels: $(VENV)/bin/python
	$(BIN)/pip wheel -q --disable-pip-version-check --no-deps -w dist . ./bot/sandbox

# What is promised, shown by hurting the bot; see docs/promises.md.
crash: $(VENV)/.dev
	$(BIN)/python -m tests.trials.crash

# Every word that people read, judged from outside: HISTORIES (2000); SEED repeats them.
truth: $(VENV)/.dev
	$(BIN)/python -m tests.trials.truth

faults: SEED := $(or $(SEED),$(shell date +%s))
faults: $(VENV)/.dev
	FAULTS=all SEED=$(SEED) $(BIN)/pytest tests/trials/test_faults.py -n 6 -v --timeout 180

# Every property of the tests, for long: EXAMPLES (2000) of each; SEED repeats a run.
fuzz: SEED := $(or $(SEED),$(shell date +%s))
fuzz: $(VENV)/.dev
	$(BIN)/pytest tests/trials/test_fuzz_*.py tests/trials/walk.py tests/bot -m hypothesis \
		--hypothesis-profile=fuzz --hypothesis-seed=$(SEED) \
		--hypothesis-show-statistics

load: $(VENV)/.dev
	$(BIN)/python -m tests.trials.load

# Events of rooms, 2,000 a second for a minute, beside commands: RATE, SECONDS.
events: $(VENV)/.dev
	$(BIN)/python -m tests.trials.events

# What the bot costs beside its peers, into docs/benchmarks.md: half an hour. A part of it,
# which is printed: `python -m tests.bench -h`.
bench: $(VENV)/.dev
	@$(BIN)/python -m tests.bench --write

# What got slower since the commit BASE; without one, what signing, models and starting
# cost beside what they are measured by.
bench-quick: $(VENV)/.dev
	@$(BIN)/python -m tests.bench.quick $(BASE)
	@$(BIN)/python -m tests.tools.refusal

# Replicas on one PostgreSQL, hurt in every way: ROW=kills alone, MINUTES, SECONDS, RATE,
# ROUNDS; SEED repeats. AT=commit: the races, on the code of then. WRITE=1: into the page.
chaos: $(VENV)/.dev
	$(BIN)/python -m tests.trials.chaos

# The wheel of the release before (AT, a tag) works on the tables of now.
upgrade-trial: AT := $(or $(AT),$(shell git describe --tags --abbrev=0))
upgrade-trial: $(VENV)/.dev
	$(BIN)/python -m tests.trials.upgrade $(AT)

mutants: $(VENV)/.dev
	$(BIN)/python -m tests.trials.mutants

# The pictures of docs/, taken from the sandbox's console; needs Chromium.
pictures: $(VENV)/.dev
	$(BIN)/python -m tests.tools.pictures
	$(BIN)/python -m tests.tools.phone

# What the bot is made of, as CycloneDX.
sbom: $(VENV)/.dev
	$(BIN)/python -m tests.tools.sbom dist/sbom.cdx.json

# Known holes in what is locked; not green where nobody can be asked.
advisories: $(VENV)/.dev
	$(BIN)/python -m tests.tools.advisories

# Written by `uv`, which the maintainer installs; nobody else needs it.
LOCK := uv pip compile --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header --no-annotate -q
lock:
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) pyproject.toml --extra postgres --extra tracing -c requirements.lock \
		-o requirements-replicas.lock
	$(LOCK) --group build -o requirements-build.lock
	$(LOCK) pyproject.toml --group dev -c requirements.lock -c requirements-build.lock \
		-o requirements-dev.lock

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Patchbay needs Python 3.11 or newer; say make PYTHON=…")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock requirements-build.lock | $(VENV)/bin/python
	@echo "Setting up $(VENV) from requirements.lock …"
	@$(BIN)/pip install -q --disable-pip-version-check --only-binary :all: --require-hashes \
		-r requirements.lock -r requirements-build.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock requirements.lock | $(VENV)/bin/python
	@echo "Setting up $(VENV) from requirements-dev.lock …"
	@$(BIN)/pip install -q --disable-pip-version-check --no-compile --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m compileall -q -j 0 $(VENV)/lib  # pip compiles on one core
	@touch $@ $(VENV)/.run

clean:
	rm -rf $(VENV) .coverage* .mypy_cache .ruff_cache .hypothesis mutants
