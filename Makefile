# Everything runs in .venv, made here from nothing but python3 (3.11 or later) with pip.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
BIN := $(VENV)/bin

RUNTIME := $(VENV)/.runtime
WITH_DESK := $(VENV)/.desk
DEVELOP := $(VENV)/.develop

DEMO := build/demo
DESK := build/desk

.PHONY: demo desk test lint bench golden pages setup clean

setup: $(DEVELOP)

$(PY):
	$(PYTHON) -m venv $(VENV)

$(RUNTIME): pyproject.toml | $(PY)
	$(PY) -m pip install --quiet --disable-pip-version-check -e .
	touch $@

$(WITH_DESK): pyproject.toml | $(PY)
	$(PY) -m pip install --quiet --disable-pip-version-check -e '.[desk]'
	touch $@ $(RUNTIME)

$(DEVELOP): pyproject.toml | $(PY)
	$(PY) -m pip install --quiet --disable-pip-version-check -e '.[test]'
	touch $@ $(RUNTIME) $(WITH_DESK)

# In the language of its practice, which is Dutch. Exit code 1 means that something is held, which the demo shows on purpose.
demo: $(RUNTIME)
	@rm -rf $(DEMO)
	@mkdir -p $(dir $(DEMO))
	@cp -R fixtures/demo $(DEMO)
	@cd $(DEMO) && { $(abspath $(BIN))/ei-export run --today 2024-02-01 || [ $$? -eq 1 ]; }
	@echo
	@echo "Wat er verder is gemaakt, in $(DEMO):"
	@cd $(DEMO) && find out -type f ! -path '*/declarations/*' | sort | sed 's/^/  /'
	@echo
	@echo "Wat een praktijk nu doet:"
	@echo "  1. $(DEMO)/out/report.html openen in een browser: wat er meegaat, wat is vastgehouden, waarom, en wat te doen"
	@echo "  2. de bestanden in $(DEMO)/out/R000001/declarations naar VECOZO sturen"
	@echo "  3. verbeteren wat is vastgehouden en opnieuw draaien: wat dan mee moet, gaat mee; de rest gaat niet nog eens"

# The desk of the same practice, after its first run. It goes on until Ctrl-C.
desk: $(WITH_DESK)
	@rm -rf $(DESK)
	@mkdir -p $(dir $(DESK))
	@cp -R fixtures/demo $(DESK)
	@cd $(DESK) && { $(abspath $(BIN))/ei-export run --quiet --today 2024-02-01 2>/dev/null || [ $$? -eq 1 ]; }
	@cd $(DESK) && $(abspath $(BIN))/ei-export desk --today 2024-02-01 $(OPTIONS)

lint: $(DEVELOP)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

# Tracing nearly doubles the time of a test, so only those are traced that are about what must be covered.
COVERED := tests/zorg1 tests/standards tests/commands/agreements tests/commands/test_specs_copy.py \
	tests/commands/returns/test_returns.py tests/border/test_zorg1_trajectories.py \
	tests/border/test_zorg1_over_runs.py tests/border/test_flat_judge.py tests/border/test_xml_judge.py
# What tests make for a moment is made in memory, where there is room for 2 GB: a run of a practice waits for the disk some
# dozens of times. What is compiled is kept, also where the environment says otherwise: tests start many processes.
MEMORY := $(addsuffix /ei-export-$(shell id -u)$(subst /,-,$(CURDIR)),$(shell df -Pk /dev/shm 2>/dev/null | \
	awk 'NR == 2 && $$4 > 2000000 {print $$6}'))
PYTEST := $(if $(MEMORY),TMPDIR='$(MEMORY)') PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -n auto --dist worksteal \
	-o tmp_path_retention_policy=failed

test: lint
	$(if $(MEMORY),rm -rf '$(MEMORY)' && mkdir -m 700 '$(MEMORY)')
	$(PYTEST) --cov --cov-report= $(COVERED)
	$(BIN)/coverage report --include='ei_export/zorg1/*' --fail-under=95
	$(BIN)/coverage report --include='ei_export/standards/*' --fail-under=95
	$(PYTEST) $(addprefix --ignore=,$(COVERED))
	$(if $(MEMORY),rm -rf '$(MEMORY)')

# make bench N="1000000 4000000" PAIRS=3
bench: $(DEVELOP)
	$(PY) tests/bench.py --rows $(or $(N),1000000) --pairs $(or $(PAIRS),3)

# make golden FORCE=1 writes the expected files anew
golden: $(DEVELOP)
	$(PY) -m tests.golden.update $(if $(FORCE),--force)

# what is made of docs/: the pages of commands and problems, that of man, and what the transcripts show
pages: $(DEVELOP)
	$(PY) -m tools.problems_page
	$(PY) -m tools.commands_page > docs/commands.md
	$(PY) -m tools.man_page > docs/man/ei-export.1
	$(PY) -m tests.support.transcripts

clean:
	rm -rf build dist .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find ei_export tests -name __pycache__ -type d -prune -exec rm -rf {} +
