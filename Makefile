# The chores. Needs Python 3.11 or later, make and git; everything else is put into .venv.
.DEFAULT_GOAL := help
.PHONY: help install demo pack test fast check audit bench proof-filing proof-post proof-told proof-consistent proof-restarts proof-ops proof-installing privacy release-fixture screenshots

bin := .venv/bin
installed := .venv/.installed
# The database of each test is its own, so tests may run side by side; while one waits for a server, others have its core.
pytest := $(bin)/pytest -q -n 3 --dist worksteal
# One server for all workers, where one is installed.
both := $(bin)/python -m tests.postgres $(pytest)
# What was read once is kept: each process that a test starts would compile the house anew.
export PYTHONDONTWRITEBYTECODE :=

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST)

install: $(installed)  ## make .venv with everything, .venv/bin/talent included

$(installed): pyproject.toml uv.lock Makefile
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo '需要 Python 3.11 或更高版本。'; exit 1; }
	@if command -v uv >/dev/null && uv --version >/dev/null 2>&1; then \
	  uv sync --frozen --quiet --compile-bytecode; \
	else \
	  test -x $(bin)/pip || python3 -m venv .venv \
	    || { echo '建不了虚拟环境：Debian/Ubuntu 上请先 apt-get install python3-venv。'; exit 1; }; \
	  test -x $(bin)/uv || $(bin)/pip install --quiet --disable-pip-version-check uv || exit 1; \
	  $(bin)/uv sync --frozen --quiet --compile-bytecode; \
	fi
	@test -x $(bin)/talent && touch $@

demo: $(installed)  ## the 2022 season on 7 February, one city late: opens the pages, prints the sign-ins; Ctrl-C ends it
	@$(bin)/talent demo

pack: $(installed)  ## write the demonstration's workbooks anew, after a column or an event was changed
	@rm -rf deployments/demo/2022/*/
	@$(bin)/python -m rehearsal 2022 deployments/demo/2022

test: $(installed)  ## the whole suite, on SQLite and on PostgreSQL where a server is installed
	@$(both)

fast: $(installed)  ## the quick part of the suite, about a minute, on SQLite alone
	@$(pytest) --each-on-both -m 'not slow and not prefect' -k 'not postgresql'

check: $(installed)  ## everything the CI looks at: style, types, imports, dependencies, migrations, tests
	$(bin)/ruff check .
	$(bin)/ruff format --check .
	$(bin)/mypy .
	$(bin)/lint-imports
	$(bin)/deptry .
	$(bin)/bandit -q -c pyproject.toml -r .
	$(both) tests/commands/test_db.py  # migrations, on both kinds of database
	$(both)

audit: $(installed)  ## what is publicly known to be wrong with the packages that ship; asks a service on the network
	@$(bin)/python -m tests.audit

bench: $(installed)  ## measured figures, as a table with medians
	@$(bin)/python -m benchmarks

privacy: $(installed)  ## write what docs/privacy.md says of the tables anew, after a table or a column was changed
	@$(bin)/python -m models.personal_data docs/privacy.md

proof-filing: $(installed)  ## ten thousand faulty filings, mended only by what the system says of them; about a minute
	@$(bin)/python -m tests.proof.mender 10000

proof-post: $(installed)  ## the post's promises under kills, races, bad relays, outages, wrong clocks; about 5 minutes
	@$(bin)/python -m tests.proof

proof-told: $(installed)  ## random seasons, thousands of steps: whoever was told a day knows the true one; about 20 minutes
	@TALENT_TEST_SEASONS=100 $(bin)/pytest -q tests/acts/test_beliefs.py

proof-consistent: $(installed)  ## seasons held against themselves at every step: nothing false is found; about 10 minutes
	@TALENT_TEST_STEPS=1 $(bin)/pytest -q tests/rehearsal/test_seasons.py

RESTARTS := 20

proof-restarts: $(installed)  ## everything stopped at every quarter of a beat and at random: it runs again; about 15 minutes
	@TALENT_TEST_RESTARTS=$(RESTARTS) $(bin)/pytest -q -s tests/deployments/test_restart.py

proof-ops: $(installed)  ## killed, hung, deleted, shut down, full, locked, doubled, restored: nothing lost, nothing twice; about 15 minutes
	@$(bin)/python -m tests.proof.operations

proof-installing: $(installed)  ## the manual followed to the letter on a Debian of its own with systemd; needs root; about 10 minutes
	@$(bin)/python -m tests.installing

release-fixture: $(installed)  ## keep what this release makes of a season, at stages of the year, for later ones to be tried on
	@$(bin)/python -m tests.releasing

screenshots: $(installed)  ## pictures of the pages, wide and narrow, light and dark, in docs/images; needs chromium-l10n
	@$(bin)/python -m tests.browser.screenshots
