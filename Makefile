# make train   set everything up, and train on the embedded digits
# make test    format, lint, types, the whole suite
# make bench   time a step beside scikit-learn, PyTorch and JAX, in an environment of its own (about 15 minutes;
#              BENCH_OPTIONS="--rounds 5 --seconds 0.3" is shorter)
# make bench-tune   time a search beside scikit-learn's and Optuna over PyTorch (about 10 minutes)
# make docs    the documentation as a site: build/docs/index.html
# make dist    the wheel and the source distribution, in dist/
# make test-wheel, make test-wheel-lowest
#              the suite against the built wheel alone, with the newest and with the oldest dependencies allowed
#              (PYTEST_OPTIONS="tests/cli" is shorter; DIST=dist tests what make dist has built)

PYTHON ?= python3
SCRIPTS := $(if $(filter Windows_NT,$(OS)),Scripts,bin)
VENV := .venv
BIN := $(VENV)/$(SCRIPTS)
READY := $(VENV)/.ready
PYTEST_OPTIONS ?= -n 2 -m "not slow"
DIST_OPTION := $(if $(DIST),--dist $(DIST))

.PHONY: train test test-slow test-sklearn bench bench-tune check format docs constraints dist test-wheel test-wheel-lowest clean

train: $(READY)
	$(BIN)/chainrule train

test: check
	$(BIN)/pytest -n 2 -m "not slow"

test-slow: $(READY)
	$(BIN)/pytest -n 2

# scikit-learn's own tests of MLPClassifier and MLPRegressor, with ours in their place
test-sklearn: $(READY)
	$(BIN)/python -m tests.estimator.own_tests -q

bench: $(VENV)-bench/.ready
	$(VENV)-bench/$(SCRIPTS)/python -m benchmarks.steps $(BENCH_OPTIONS)

bench-tune: $(VENV)-bench/.ready
	$(VENV)-bench/$(SCRIPTS)/python -m benchmarks.tune $(BENCH_OPTIONS)

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
	$(VENV)-bench/$(SCRIPTS)/pip install --quiet --constraint constraints.txt --editable '.[bench]'
	touch $@

# Warnings are errors: a link that leads nowhere, a docstring that cannot be read.
docs: $(VENV)-docs/.ready
	$(VENV)-docs/$(SCRIPTS)/sphinx-build --quiet --fail-on-warning --keep-going --fresh-env docs build/docs

$(VENV)-docs/.ready: pyproject.toml constraints.txt tools/make-venv
	tools/make-venv $(PYTHON) $(VENV)-docs
	$(VENV)-docs/$(SCRIPTS)/pip install --quiet --constraint constraints.txt --editable '.[docs]'
	touch $@

# The newest versions that work together; commit the result once the tests pass with it.
constraints:
	rm -rf $(VENV)-new
	tools/make-venv $(PYTHON) $(VENV)-new
	$(VENV)-new/$(SCRIPTS)/pip install --quiet '.[bench,dev,docs]'
	( head -1 constraints.txt; $(VENV)-new/$(SCRIPTS)/pip freeze --exclude chainrule | sed 's/+.*//' ) > $(VENV)-new/constraints.txt
	mv $(VENV)-new/constraints.txt constraints.txt
	rm -rf $(VENV)-new

dist: $(READY)
	$(BIN)/python -m build --outdir dist .

test-wheel: $(READY)
	$(BIN)/python tools/test_wheel.py --python $(PYTHON) $(DIST_OPTION) -- $(PYTEST_OPTIONS)

test-wheel-lowest: $(READY)
	$(BIN)/python tools/test_wheel.py --python $(PYTHON) $(DIST_OPTION) --versions lowest -- $(PYTEST_OPTIONS)

clean:
	rm -rf $(VENV) $(VENV)-bench $(VENV)-docs build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
