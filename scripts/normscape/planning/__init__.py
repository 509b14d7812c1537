"""Before a run: what it will cost here, and why each job runs.

Snakemake knows which jobs run and why: `scripts/plan.py` asks it. Here each job's costs are reckoned from what it has
to do, by figures measured beforehand and by the records of earlier runs on this machine.
"""
