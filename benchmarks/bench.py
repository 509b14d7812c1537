"""How fast and how small the pipeline is: ratios taken within one run on one machine, each against its bar.

    python benchmarks/bench.py                    everything; about 25 minutes on two cores
    python benchmarks/bench.py --only gradient    one part: pipeline, default, plan, gradient, memory, many

Run it on an otherwise idle machine. Prints a Markdown table; exit code 1 where a bar is missed. The pipeline is run as
its users run it, by Snakemake in a fresh folder, raw data and all; the folder is kept where a run fails.
"""

import argparse
import functools
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
import yaml
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
import synthetic
from normscape import code
from normscape.analysis.reproduction import MODELS
from normscape.config.check import check_config
from normscape.config.settings import settings
from normscape.measurement import full_batch
from normscape.models import convnet, layers

REPOSITORY = Path(__file__).resolve().parents[1]
CORES = 2  # for the pipeline; the notebook gets as many threads
IMAGE_SHAPE, CLASSES = (1, 28, 28), 10
NETS = {"plain": MODELS["ConvNet"], "batch": MODELS["BatchNormConvNet"]}  # the notebook's
SMALL, LARGE = 6000, 60_000  # images: a tenth of the training set, and all of it
MANY = 2000  # replicates


@dataclass(frozen=True)
class Row:
    """One line of the table; `bar` and `reach` are None where there are none."""

    what: str
    value: float
    bar: float | None
    reach: float | None
    unit: str
    more_is_better: bool = False
    digits: int = 2

    @property
    def verdict(self):
        if self.bar is None:
            return ""
        return "reached" if self._holds(self.reach) else "met" if self._holds(self.bar) else "**missed**"

    @property
    def missed(self):
        return self.bar is not None and not self._holds(self.bar)

    def _holds(self, limit):
        return self.value >= limit if self.more_is_better else self.value <= limit

    def __str__(self):
        sign = "≥" if self.more_is_better else "≤"
        value = f"{self.value:.{self.digits}f} {self.unit}".rstrip()
        limits = ["–" if x is None else f"{sign} {x:g} {self.unit}".rstrip() for x in (self.bar, self.reach)]
        return f"| {self.what} | {value} | {limits[0]} | {limits[1]} | {self.verdict} |"


# ------------------------------------------------------------------------------------------------------ running things


@dataclass(frozen=True)
class Run:
    """What a run of the pipeline took: wall time and CPU time of the whole process tree, and its jobs' provenance."""

    seconds: float
    cpu_seconds: float
    folder: Path
    jobs: tuple[tuple[Path, dict], ...]


@functools.cache
def workspace():
    """Return the folder in which everything is run, made at first use."""
    return Path(tempfile.mkdtemp(prefix="normscape-bench-"))


def timed(command, log):
    """Run a command with its output in `log`; return its wall and CPU seconds, those of all its descendants included.

    Ends the benchmark where the command fails, with the end of the log.
    """
    # `python` and `snakemake` in the rules must be those of this environment, whether or not it is activated.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    print(f"running {' '.join(map(str, command))}", file=sys.stderr, flush=True)
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    with open(log, "w", encoding="utf-8") as file:
        code = subprocess.run(
            command, stdout=file, stderr=subprocess.STDOUT, env={**os.environ, "PATH": path}
        ).returncode
    seconds, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if code:
        tail = "\n".join(log.read_text(encoding="utf-8").splitlines()[-30:])
        sys.exit(f"{tail}\nbench: the command above failed with exit code {code}; all its output: {log}")
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def run_pipeline(name, overlay, *arguments):
    """Run the workflow in a fresh folder with `overlay` over config.yaml, and return its Run.

    arguments: more of them for Snakemake.
    """
    folder = workspace() / name
    folder.mkdir()
    config = folder / "overlay.json"  # JSON is YAML
    config.write_text(json.dumps({"experiment": name, **overlay}), encoding="utf-8")
    snakemake = [sys.executable, "-m", "snakemake", "--cores", str(CORES), "--snakefile", REPOSITORY / "Snakefile"]
    # Both: in a fresh folder Snakemake finds no config.yaml by itself. The later file is laid over the earlier.
    configs = ["--configfile", REPOSITORY / "config.yaml", config]
    seconds, cpu_seconds = timed([*snakemake, *configs, "--directory", folder, *arguments], folder / "log.txt")
    paths = sorted(folder.glob("results/**/provenance-*.json"))
    jobs = tuple((path.relative_to(folder), json.loads(path.read_text(encoding="utf-8"))) for path in paths)
    return Run(seconds, cpu_seconds, folder, jobs)


@functools.cache
def pipeline(replicates):
    """Run the pipeline on the notebook's work and no more: ten passes, one step of one minibatch after each."""
    smoothness = {"directions": 1, "step_multiples": [1], "passes": list(range(1, 11)), "detailed_passes": []}
    figure = {"dpi": 72}  # the notebook's resolution
    seeds, training = list(range(1, replicates + 1)), {"early_updates": []}
    changes = {"seeds": seeds, "training": training, "smoothness": smoothness, "figure": figure}
    return run_pipeline("notebooks-work", changes)


@functools.cache
def notebook(replicates):
    """Run the literal notebook once, on the raw files that the pipeline fetched; return wall seconds and its report."""
    command = [sys.executable, REPOSITORY / "benchmarks" / "notebook.py", "--threads", str(CORES)]
    log = workspace() / "notebook.txt"
    seconds, _ = timed([*command, "--data", pipeline(replicates).folder / "results" / "data"], log)
    return seconds, json.loads(log.read_text(encoding="utf-8").splitlines()[-1])


@functools.cache
def default_run():
    """Run the pipeline as config.yaml stands."""
    return run_pipeline("default", {})


# -------------------------------------------------------------------------------------------------------- the pipeline


def wall_time(options):
    """How many times faster the pipeline does a replicate than the notebook, on the same cores, start-up included."""
    value = notebook(options.replicates)[0] / (pipeline(options.replicates).seconds / options.replicates)
    what = f"wall time a replicate: the notebook's over the pipeline's ({options.replicates} replicates)"
    return Row(what, value, 3.5, 5, "×", more_is_better=True)


def peak_memory(options):
    """Peak memory of the pipeline's largest job as a share of the notebook's: two jobs may run at once."""
    largest = max(facts["peak_memory_mb"] for _, facts in pipeline(options.replicates).jobs)
    value = largest / notebook(options.replicates)[1]["peak_memory_mb"]
    return Row("peak memory: the pipeline's largest job over the notebook", value, None, None, "")


def startup_share(options):
    """Share of the default run's core-seconds in which nothing is computed: Python, imports, Snakemake.

    That is the CPU time of Snakemake and all its descendants, less what the jobs say they spent on their work.
    """
    run = default_run()
    work = sum(facts["work_cpu_seconds"] for _, facts in run.jobs)
    share = 100 * (run.cpu_seconds - work) / run.cpu_seconds
    return Row("start-up, share of the default run's core-seconds", share, 8, 4, "%", digits=1)


def default_minutes(options):
    """Wall time of the default run: eight replicates, all measures."""
    return Row(f"default run on {CORES} cores", default_run().seconds / 60, 14, 12, "min", digits=1)


# ----------------------------------------------------------------------------------------------------------- the plan

SECONDS = {"s": 1, "minute": 60, "hour": 3600}


@functools.cache
def tiny_run():
    """Run the pipeline on the first look."""
    return run_pipeline("tiny", tiny())


def tiny():
    return yaml.safe_load((REPOSITORY / "workflow/experiments/tiny.yaml").read_text(encoding="utf-8"))


@functools.cache
def plan_of(name):
    """Return the wall seconds and the largest job's memory in MB that `make plan` tells of a run, in a fresh folder."""
    folder = workspace() / f"plan-{name}"
    folder.mkdir()
    (folder / "overlay.json").write_text(json.dumps({**(tiny() if name == "tiny" else {}), "experiment": name}))
    configs = ["--configfile", REPOSITORY / "config.yaml", folder / "overlay.json"]
    files = ["--snakefile", REPOSITORY / "Snakefile", "--directory", folder]
    timed([sys.executable, REPOSITORY / "scripts/plan.py", "--cores", str(CORES), *files, *configs], folder / "log.txt")
    told = re.search(
        r"This takes about ([\d.]+) (s|minute|hour)s? here .* at most ([\d.,]+) (MB|GB) of memory",
        (folder / "log.txt").read_text(encoding="utf-8"),
    )
    return float(told[1]) * SECONDS[told[2]], float(told[3]) * (1000 if told[4] == "GB" else 1)


def off(planned, seen):
    """Return by how many per cent of what was seen the plan was off."""
    return 100 * abs(planned / seen - 1)


def plan_rows(name, run):
    """Return the measurements of a plan against its run: of wall time and of memory."""

    def wall(options):
        planned, seen = plan_of(name)[0], run().seconds
        return Row(f"plan of {name} off in wall time ({planned:.0f} for {seen:.0f} s)", off(planned, seen), 30, 15, "%")

    def memory(options):
        planned, seen = plan_of(name)[1], max(facts["peak_memory_mb"] for _, facts in run().jobs)
        return Row(f"plan of {name} off in memory ({planned:.0f} for {seen:.0f} MB)", off(planned, seen), 25, 10, "%")

    return wall, memory


# -------------------------------------------------------------------------------------------------------- the gradient


def seconds_of(work):
    """Return the wall time of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def gradient_of(kind, images, labels):
    """Return a function that computes the exact full-batch gradient of a net of NETS over all the images."""
    net = convnet.build(NETS[kind], IMAGE_SHAPE, CLASSES, seed=1)
    return functools.partial(full_batch.evaluate, net, images, labels, "full_batch")


@functools.cache
def gradient_times():
    """Return seconds of sgemm and of the gradients, each the least of several turns taken alternately, on one thread.

    `batch ten times` is ten gradients in a row over SMALL images: as many as one over LARGE, and as long exposed to
    whatever else the machine does.
    """
    torch.set_num_threads(1)
    stream = torch.Generator().manual_seed(1)
    images = torch.randn(LARGE, *IMAGE_SHAPE, generator=stream)
    labels = torch.randint(CLASSES, (LARGE,), generator=stream)
    a, b = torch.randn(2, 1024, 1024, generator=stream)
    plain = gradient_of("plain", images[:SMALL], labels[:SMALL])
    batch = gradient_of("batch", images[:SMALL], labels[:SMALL])
    small_turn = {"sgemm": lambda: [torch.mm(a, b) for _ in range(50)], "plain": plain, "batch": batch}
    large_turn = {
        "batch ten times": lambda: [batch() for _ in range(LARGE // SMALL)],
        "batch large": gradient_of("batch", images, labels),
    }
    times = {name: [] for name in small_turn | large_turn}
    print("timing gradients", file=sys.stderr, flush=True)
    for turns, works in ((8, small_turn), (3, large_turn)):
        for _ in range(turns):
            for name, work in works.items():
                times[name].append(seconds_of(work))
    best = {name: min(values) for name, values in times.items()}
    return best | {"sgemm": best["sgemm"] / 50}


def gradient_flops(kind):
    """Return the floating-point operations of one image's gradient, a multiply-add counted as two.

    Convolutions and the linear layer only: a forward pass, as much again for the gradient of the weights and once more
    for that of the layer's input, which the first layer doesn't need. 16.4 million, 5.68 million of them forward.
    """
    net = convnet.build(NETS[kind], IMAGE_SHAPE, CLASSES, seed=1)
    total, first = 0, True
    for (name, layer), (_, shape) in zip(net.named_children(), layers.shapes(net, IMAGE_SHAPE), strict=True):
        if isinstance(layer, nn.Conv2d | nn.Linear):
            places = shape[1] * shape[2] if name.startswith("conv") else 1
            total += (2 if first else 3) * 2 * layer.weight.numel() * places
            first = False
    return total


def gradient_speed(options):
    """Speed of the plain net's full gradient as a share of torch.mm's (1024 × 1024, float32), on one thread.

    torch.mm isn't the core's ceiling everywhere, so shares of different machines don't compare: on an AMD Zen 4, MKL
    gave 91 to 98 GFLOP/s where oneDNN's second convolution ran at 120, and the share was 0.96.
    """
    times = gradient_times()
    speed, peak = SMALL * gradient_flops("plain") / times["plain"] / 1e9, 2 * 1024**3 / times["sgemm"] / 1e9
    what = f"plain gradient over sgemm, one thread ({speed:.0f} of {peak:.0f} GFLOP/s)"
    return Row(what, speed / peak, 0.45, 0.6, "", more_is_better=True)


def batchnorm_cost(options):
    """Time of the BatchNorm net's exact full-batch gradient over the plain net's."""
    times = gradient_times()
    return Row("full-batch gradient: BatchNorm net over plain net", times["batch"] / times["plain"], 1.75, 1.4, "×")


def size_cost(options):
    """Time an image of the BatchNorm net's exact full-batch gradient: 60,000 images over 6000."""
    times = gradient_times()
    what = "full-batch gradient, time an image: N = 60,000 over N = 6000"
    return Row(what, times["batch large"] / times["batch ten times"], 1.15, 1.0, "×")


# ---------------------------------------------------------------------------------------------------------- the memory


def probe_memory(name, fraction):
    """Return the peak memory in MB of the larger of the probe jobs of one seed and one pass, all measures."""
    overlay = {
        "seeds": [1],
        "dataset": {"fraction": fraction},
        "training": {"passes": 1},
        "smoothness": {"detailed_passes": [1]},
    }
    jobs = run_pipeline(name, overlay, "--until", "probe").jobs
    return max(facts["peak_memory_mb"] for _, facts in jobs if facts["rule"] == "probe")


def small_memory(options):
    return Row("peak memory of the probe job, N = 6000", probe_memory("memory-6000", 0.1), 650, 450, "MB", digits=0)


def large_memory(options):
    what = "peak memory of the probe job, N = 60,000"
    return Row(what, probe_memory("memory-60000", 1.0), 2000, 1000, "MB", digits=0)


# ----------------------------------------------------------------------------------------------------- many replicates


@functools.cache
def plan_of_many():
    """Plan all jobs of MANY replicates, none of which has run; return seconds and the peak memory in MB."""
    folder = workspace() / "plan"
    folder.mkdir()
    command = snakemake_for_many(folder, "--dry-run", "--quiet", "all")
    seconds, _ = timed([sys.executable, "-c", PRINT_PEAK, *command], folder / "log.txt")
    peak = int((folder / "log.txt").read_text(encoding="utf-8").splitlines()[-1])
    return seconds, peak * 1024 / 1e6


# Runs a command, and prints its peak memory in KiB. This program can't do that itself once it is large: on Linux the
# peak of a process begins with the memory of the one that it is forked from.
PRINT_PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def snakemake_for_many(folder, *arguments):
    """Return the command that runs Snakemake in `folder` on MANY replicates of config.yaml."""
    (folder / "overlay.json").write_text(json.dumps({"experiment": "many", "seeds": list(range(MANY))}))
    configs = ["--configfile", REPOSITORY / "config.yaml", folder / "overlay.json"]
    files = ["--snakefile", REPOSITORY / "Snakefile", "--directory", folder]
    return [sys.executable, "-m", "snakemake", *arguments, "--cores", str(CORES), *files, *configs]


@functools.cache
def results_of_many():
    """Run what comes after the training of MANY replicates, on runs made up; return each job's provenance by its rule.

    The made-up tables have the size of the default experiment's.
    """
    folder = workspace() / "many"
    results = folder / "results" / "many"
    print(f"making up {MANY} replicates", file=sys.stderr, flush=True)
    config = yaml.safe_load((REPOSITORY / "config.yaml").read_text(encoding="utf-8")) | {"seeds": list(range(MANY))}
    codes = {name: code.digest(REPOSITORY / "scripts" / f"{name}.py") for name in synthetic.PROGRAMS}
    check_config(config, yaml.safe_load((REPOSITORY / "workflow/schemas/config.schema.yaml").read_text("utf-8")))
    synthetic.make(results, settings(config), codes)
    rules = ["register", "aggregate", "compare", "figures", "commentary"]
    target = results.relative_to(folder) / "commentary.md"
    timed(snakemake_for_many(folder, target, "--allowed-rules", *rules), folder / "log.txt")
    paths = {rule: results / f"provenance-{rule}.json" for rule in rules}
    return {rule: json.loads(path.read_text(encoding="utf-8")) for rule, path in paths.items()}


def plan_seconds(options):
    return Row(f"dry run of {MANY} replicates", plan_of_many()[0], 60, 30, "s", digits=0)


def plan_memory(options):
    return Row(f"peak memory of that dry run, {MANY} replicates", plan_of_many()[1], 500, 400, "MB", digits=0)


def results_seconds(rule):
    """Return the measurement of one job over MANY replicates."""

    def measure(options):
        facts = results_of_many()[rule]
        what = f"{rule} of {MANY} replicates ({facts['peak_memory_mb'] / 1000:.1f} GB)"
        return Row(what, facts["seconds"], 60, 30, "s", digits=0)

    return measure


# ----------------------------------------------------------------------------------------------------------- the table

PARTS: dict[str, tuple[Callable, ...]] = {
    "pipeline": (wall_time, peak_memory),
    "default": (startup_share, default_minutes),
    "plan": (*plan_rows("default", default_run), *plan_rows("tiny", tiny_run)),
    "gradient": (gradient_speed, batchnorm_cost, size_cost),
    "memory": (small_memory, large_memory),
    "many": (plan_seconds, plan_memory, *map(results_seconds, ("aggregate", "compare", "figures", "commentary"))),
}


def parts(text):
    """Return the parts named in a comma-separated list."""
    chosen = text.split(",")
    unknown = [part for part in chosen if part not in PARTS]
    if unknown:
        raise argparse.ArgumentTypeError(f"{', '.join(unknown)} is none of {', '.join(PARTS)}")
    return chosen


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", type=parts, default=list(PARTS), help=f"some of {','.join(PARTS)}")
    parser.add_argument("--replicates", type=int, default=4, help="seeds of the pipeline's run on the notebook's work")
    options = parser.parse_args()
    rows = [row(options) for part in options.only for row in PARTS[part]]
    print("| what | measured | bar | to reach for | |\n|---|---|---|---|---|")
    print(*rows, sep="\n")
    if workspace.cache_info().currsize:
        shutil.rmtree(workspace())
    sys.exit(any(row.missed for row in rows))


if __name__ == "__main__":
    main()
