.DEFAULT_GOAL := help
SHELL := bash
.PHONY: help setup demo test lint test-chaos test-warehouses test-long bench slope new-day format docs lock clean

BIN := .venv/bin
export DO_NOT_TRACK := 1

help: ## lists these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

setup: ## builds .venv and profiles.yml (PYTHON=... chooses the interpreter)
	@scripts/setup_env.sh

demo: setup ## runs a small migration on sample data, offline
	@$(BIN)/python -m crosswalk.demo

test: ## runs every check: lint, types, SQL style, tests
	@for name in dev spark sail snowflake redshift bigquery; do scripts/setup_env.sh $$name || exit 1; done
	@scripts/test.sh all

lint: ## runs the checks that need no data: ruff, mypy, sqlfluff
	@scripts/setup_env.sh dev
	@scripts/test.sh lint

test-chaos: ## kills pushes 500 times and at the first 50 hits of every point
	@scripts/setup_env.sh dev
	@CROSSWALK_CHAOS=long $(BIN)/pytest tests/python/cli/test_chaos.py

test-warehouses: ## the models on every warehouse but DuckDB, in their long form (CI runs the bounded one in `make test`)
	@for name in dev spark sail databricks snowflake redshift bigquery; do scripts/setup_env.sh $$name || exit 1; done
	@CROSSWALK_LONG=1 $(BIN)/pytest --numprocesses 2 --dist loadfile tests/python/warehouses

test-long: ## the long forms of the other kill, memory and network tests, about half an hour
	@scripts/setup_env.sh dev
	@CROSSWALK_LONG=1 CROSSWALK_LONG_TESTS=1 CROSSWALK_TEST_LONG=1 CROSSWALK_EXPORT_KILLS=200 CROSSWALK_TEST_RECORDS=2000000 CROSSWALK_VERIFY_RECORDS=100000 CROSSWALK_CORPUS=300000 \
	  $(BIN)/pytest tests/python/extract tests/python/cli/test_extract_mixpanel_kills.py tests/python/cli/test_extract_heap_hard.py \
	  tests/python/cli/test_export_faults.py tests/python/cli/test_network.py tests/python/cli/test_warehouse.py tests/python/verify/test_faults.py tests/python/personal tests/python/report/test_speed.py

bench: ## measures builds, pushes and other tools (ARGS="--events 300000 1000000 3000000 --results")
	@scripts/setup_env.sh dev
	@$(BIN)/python benchmarks/run.py $(ARGS)

slope: ## how a build grows (ARGS="--engine spark --events 100000 300000 1000000")
	@scripts/setup_env.sh dev
	@$(BIN)/python benchmarks/slope.py $(ARGS)

new-day: ## what one new day costs a history that is built (ARGS="--engine postgres --days 5 --events 2000")
	@scripts/setup_env.sh dev
	@$(BIN)/python benchmarks/new_day.py $(ARGS)

format: ## rewrites Python and SQL in the house style
	@scripts/setup_env.sh dev
	@$(BIN)/ruff check --fix --quiet . && $(BIN)/ruff format --quiet .
	@$(BIN)/sqlfluff fix --quiet models tests

docs: setup ## writes the dbt documentation to target/static_index.html, after a build
	@$(BIN)/dbt docs generate --static

lock: ## pins requirements*.in anew, with hashes (needs uv)
	@for name in requirements requirements-dev requirements-bench requirements-spark requirements-sail requirements-databricks requirements-snowflake requirements-redshift requirements-bigquery; do \
	  UV_CUSTOM_COMPILE_COMMAND="make lock" uv pip compile --quiet --upgrade --universal --python-version 3.11 --only-binary :all: --no-binary pyspark --no-binary pyspark-client \
	    --generate-hashes --no-annotate --no-emit-index-url --no-strip-extras $$name.in --output-file $$name.txt || exit 1; \
	done

clean: ## removes .venv* and what dbt and the tools wrote; keeps data, databases, profiles.yml, .crosswalk
	@rm -rf .venv .venv-* target logs .mypy_cache .pytest_cache .ruff_cache scripts/*.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
