"""Run `snakemake --lint`, and fail on any remark but the one that every rule without conda or container gets.

There is one environment for all rules, which `make env` makes; Snakemake's linter knows no way to say so.
"""

import subprocess
import sys

EXPECTED = "Specify a conda environment or container for each rule."


def main():
    done = subprocess.run([sys.executable, "-m", "snakemake", "--lint"], capture_output=True, text=True)
    remarks, place = [], ""
    for line in (done.stdout + done.stderr).splitlines():
        if line.startswith("Lints for "):
            place = line.removeprefix("Lints for ")
        elif line.startswith("    * "):
            remarks.append((place, line.removeprefix("    * ").removesuffix(":")))
    unexpected = [f"{place} {remark}" for place, remark in remarks if remark != EXPECTED]
    expected = len(remarks) - len(unexpected)
    print(*unexpected, f"snakemake --lint: {len(unexpected)} remarks beside the {expected} expected", sep="\n")
    if not expected:  # then it said something else altogether
        print(done.stdout + done.stderr)
    sys.exit(bool(unexpected) or not expected)


if __name__ == "__main__":
    main()
