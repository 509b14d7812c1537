import math
from pathlib import Path

from normscape import jobs
from normscape.analysis import register
from normscape.analysis.design import Design


def main(*, comparison: dict, claims: dict, runs: Path, looks: list[Path], analysis: Path):
    """Write down the analysis before anything is measured: its claims, their sides and margins, and the level.

    comparison: that section of the config
    claims: that section of the config
    runs: folder of all runs, of which some may be there
    looks: registers of the verdicts that were given, where there are any
    analysis: the register to add to
    """
    design = Design(**comparison, claims=claims, learning_rate=math.nan, seeds=[])  # neither is part of the analysis
    seeds = register.measured(runs).union(*(each.seeds for path in looks for each in register.looks(path)))
    register.fix(analysis, design, seeds)
    print(f"seeds measured by now: {sorted(seeds)}")


if __name__ == "__main__":
    jobs.run(main)
