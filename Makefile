# make run    set everything up and serve          make test   set everything up and run every check and test
# make bench  measure, one JSON object a line      make clean  remove what the other targets made (not the data)

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
INSTALL := sh tools/install.sh $(BIN)
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PYTHONUNBUFFERED := 1

.PHONY: asterisk asterisk-stop soak run test lint unit e2e bench clean format lock

run: $(VENV)/.run
	@exec $(BIN)/python -m xktcc_app

test: $(VENV)/.dev
	@sh tools/system-packages.sh chromium-headless-shell postgresql sip-tester
	@sh tools/test.sh

lint: $(VENV)/.dev
	@sh tools/test.sh lint

unit: $(VENV)/.dev
	@sh tools/test.sh unit

e2e: $(VENV)/.dev
	@sh tools/test.sh e2e

bench: $(VENV)/.dev
	@sh tools/system-packages.sh chromium-headless-shell postgresql sip-tester >&2
	@$(BIN)/python -m bench

# A private Asterisk 22 in .pbx, for this machine alone: ARGS="--overflow 13800000000 --trunk-host sip.example.org"
asterisk: $(VENV)/bin/python
	@$(BIN)/python -m deploy.asterisk start $(ARGS)

asterisk-stop: $(VENV)/bin/python
	@$(BIN)/python -m deploy.asterisk stop

# Random calls, commands and faults on a real Asterisk for half an hour: ARGS="--minutes 5 --seed 7 --pbx exchange"
soak: $(VENV)/.dev
	@$(BIN)/python -m tests.contract.soak $(ARGS)

format: $(VENV)/.dev
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

$(VENV)/bin/python:
	@echo "· making the Python environment with $(PYTHON)"
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info[:2] == (3, 11) else "Python 3.11 is needed, this is %d.%d: set PYTHON=…/python3.11" % sys.version_info[:2])'
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || sh tools/system-packages.sh python3-venv
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.txt requirements.lock | $(VENV)/bin/python
	@echo "· installing the packages the program needs (once)"
	@$(INSTALL) -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	@echo "· installing the packages the tests need (once)"
	@$(INSTALL) -r requirements-dev.txt
	@touch $@

# Fixes the versions of everything that is installed now.
lock: $(VENV)/.dev
	@$(BIN)/python -m pip freeze --exclude-editable > requirements.lock

clean:
	@rm -rf $(VENV) .web .served .states .coverage* .pytest_cache .ruff_cache .hypothesis
