#!/bin/sh
# The checks and tests, in the order in which they fail fastest. `tools/test.sh [lint|unit|e2e]` runs one part.
set -eu
part=${1:-all}

step() { printf '\n── %s\n' "$1"; }

if [ "$part" = all ] || [ "$part" = lint ]; then
  step "ruff";          ruff check . && ruff format --check .
  step "pyright";       pyright --pythonpath .venv/bin/python
  step "import-linter"; lint-imports
fi
if [ "$part" = all ] || [ "$part" = unit ]; then
  step "unit and integration tests, with coverage"
  rm -f .coverage .coverage.*
  # two at a time: a file's tests stay together, and so do all of one PBX (tests/conftest.py)
  pytest tests -m "not e2e and not fault" -n 2 --dist loadgroup --cov --cov-report= --durations=10
  coverage combine -q 2>/dev/null || true
  coverage report --fail-under=80 --skip-covered
  step "the pure modules: every branch"
  coverage report --fail-under=100 --include="$(tr '\n' ',' < tools/pure-modules.txt)"
fi
if [ "$part" = all ] || [ "$part" = e2e ]; then
  step "the pages, built once for all that follow"
  python -c 'from xktcc_app.frontend import build_frontend; build_frontend(print)'
  step "the whole program, in a real browser"
  pytest tests -m e2e -n 2 --dist loadgroup --durations=10
  step "the whole program, with faults; alone, because what it does within seconds is looked at"
  pytest tests -m fault --durations=10
fi
