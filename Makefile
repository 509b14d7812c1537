# Every recipe is a command that you could type.

PYTHON ?= python3
# The first pip that knows `--group` is 25.1; Python may come with an older one.
PIP_VERSION = 26.3

# Two files of tests at a time: each waits a good deal for Snakemake or Slurm. One by one: make test ARGS="-n 0"
PYTEST = .venv/bin/python -m pytest -n 2 --dist loadfile

# What `make run` hands on to Snakemake, as in: make run ARGS="--dry-run"; and `make plan`
ARGS =

.PHONY: run tiny plan report test test-all lint bench env

# The experiment of config.yaml.
run: .venv/installed
	.venv/bin/snakemake --cores 4 $(ARGS)

# A first look, in under a minute.
tiny: .venv/installed
	.venv/bin/snakemake --cores 4 --configfile workflow/experiments/tiny.yaml $(ARGS)

# What `make run` would cost here, and why each job would run; as in: make plan ARGS="--configfile …"
plan: .venv/installed
	.venv/bin/python scripts/plan.py --cores 4 $(ARGS)

# The results of a finished run in one file, to be opened in a browser; as in: make report ARGS="--configfile …"
report: .venv/installed
	.venv/bin/snakemake --report report.html $(ARGS)

test: .venv/installed
	$(PYTEST) -m "not slow" $(ARGS)

# With the slow ones: the report in a browser, and the experiment on a Slurm that is started for the tests.
test-all: .venv/installed
	$(PYTEST) $(ARGS)

lint: .venv/installed
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/snakefmt --check Snakefile workflow
	.venv/bin/python tests/snakemake_lint.py

# The pipeline against the literal notebook, and the measurement's own speed: ratios within one run.
bench: .venv/installed
	.venv/bin/python benchmarks/bench.py $(ARGS)

# The environment, in .venv. Safe to repeat: quick when nothing changed, and one that was interrupted is begun anew.
env: .venv/installed

.venv/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "make env: '$(PYTHON)' is no Python of version 3.11 or newer; name one: make env PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "make env: '$(PYTHON)' can't make virtual environments; on Debian and Ubuntu install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(if $(wildcard .venv/unfinished),--clear) .venv
	@rm -f $@ && touch .venv/unfinished
	.venv/bin/python -m pip install --disable-pip-version-check pip==$(PIP_VERSION)
	.venv/bin/python -m pip install --constraint constraints.txt --editable . --group cluster --group test
	@mv .venv/unfinished $@ && touch $@
