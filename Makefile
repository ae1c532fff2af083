# make train   set everything up, and train on the embedded digits
# make test    format, lint, types, the whole suite
# make bench   time a step beside scikit-learn, PyTorch and JAX, in an environment of its own (about 15 minutes;
#              BENCH_OPTIONS="--rounds 5 --seconds 0.3" is shorter)
# make bench-tune   time a search beside scikit-learn's and Optuna over PyTorch (about 10 minutes)

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: train test test-slow bench bench-tune check format constraints dist clean

train: $(READY)
	$(BIN)/chainrule train

test: check
	$(BIN)/pytest -n 2 -m "not slow"

test-slow: $(READY)
	$(BIN)/pytest -n 2

bench: $(VENV)-bench/.ready
	$(VENV)-bench/bin/python -m benchmarks.steps $(BENCH_OPTIONS)

bench-tune: $(VENV)-bench/.ready
	$(VENV)-bench/bin/python -m benchmarks.tune $(BENCH_OPTIONS)

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

$(READY): pyproject.toml constraints.txt tools/make-venv
	tools/make-venv $(PYTHON) $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

$(VENV)-bench/.ready: pyproject.toml constraints.txt tools/make-venv
	tools/make-venv $(PYTHON) $(VENV)-bench
	$(VENV)-bench/bin/pip install --quiet --constraint constraints.txt --editable '.[bench]'
	touch $@

# The newest versions that work together; commit the result once the tests pass with it.
constraints:
	rm -rf $(VENV)-new
	tools/make-venv $(PYTHON) $(VENV)-new
	$(VENV)-new/bin/pip install --quiet '.[bench,dev]'
	( head -1 constraints.txt; $(VENV)-new/bin/pip freeze --exclude chainrule | sed 's/+.*//' ) > $(VENV)-new/constraints.txt
	mv $(VENV)-new/constraints.txt constraints.txt
	rm -rf $(VENV)-new

dist: $(READY)
	$(BIN)/python -m build --outdir dist .

clean:
	rm -rf $(VENV) $(VENV)-bench dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
