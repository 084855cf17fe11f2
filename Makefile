# make run: from nothing to the app in a browser.  make test: from nothing to all tests.
# make explore: the tests again, the property tests among them on examples drawn afresh.
PYTHON ?= python3
PORT ?= 8501
BIN := .venv/bin

.PHONY: run test explore check bench clean

run: .venv/run.stamp
	@echo "Deep-learning playground: http://localhost:$(PORT)  (Ctrl-C ends it)"
	@$(BIN)/streamlit run app.py --server.port $(PORT) --server.headless true

test: .venv/test.stamp
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not alone"
	$(BIN)/python -m pytest -m alone

explore: .venv/test.stamp
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not alone" --hypothesis-profile=explore

check: .venv/test.stamp
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: .venv/test.stamp
	$(BIN)/python -m playground bench boundary
	$(BIN)/python tests/benchmarks/bench_app.py

.venv/python.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; name one with: make PYTHON=python3.12 run")'
	$(PYTHON) -m venv .venv
	@touch $@

.venv/run.stamp: requirements.txt .venv/python.stamp
	$(BIN)/pip install --disable-pip-version-check --quiet torch==2.13.0
	$(BIN)/pip install --disable-pip-version-check --quiet -r requirements.txt
	@touch $@

.venv/test.stamp: requirements-dev.txt .venv/run.stamp
	$(BIN)/pip install --disable-pip-version-check --quiet -r requirements-dev.txt
	@touch $@

clean:
	rm -rf .venv .pytest_cache .ruff_cache .mypy_cache .hypothesis
