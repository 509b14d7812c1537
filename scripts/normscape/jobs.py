"""What every job's program does around its work: command line, one thread, device, one-line errors, provenance."""

import gc
import os
import platform
import resource
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path

from . import cli, provenance
from .errors import InputError

PACKAGES = ("torch", "torchvision", "numpy", "scipy", "pandas", "matplotlib", "safetensors", "snakemake")
JOB_IDS = ("SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID", "JOB_ID")  # where Slurm, PBS, LSF and SGE tell a job its own id
gc.disable()  # until the work begins: else Python looks through the modules while they load, and finds nothing to free
THREADS = 1  # a job's float sums depend on the number of threads, and tables must not: parallelism is models × seeds


def run(main):
    """Run `main` as the job of the rule that its program is named after, with what the command line gives it.

    main: takes what `cli.parse` reads, and returns None or a dict of facts for the provenance, which is written to
        the option --provenance that every job has.
    An InputError ends the program with its one line and exit code 1. Any other exception is a bug: its traceback shows.
    """
    rule = Path(sys.argv[0]).stem
    settings = cli.parse(main, provenance=Path)
    path = settings.pop("provenance")
    torch = sys.modules.get("torch")  # programs that draw or write text don't load it
    if torch:
        torch.set_num_threads(THREADS)
    gc.enable()
    started, started_cpu = time.monotonic(), time.process_time()
    try:
        facts = main(**settings) or {}
        provenance.write(path, _record(rule, settings, started, started_cpu) | facts)
    except InputError as error:
        sys.exit(f"{rule}: {error}")
    gc.freeze()  # else Python, before it ends, looks through all objects of torch once more: 0.3 s a job


def _record(rule, settings, started, started_cpu):
    """Return the facts that every job's provenance holds."""
    return {
        "rule": rule,
        "settings": cli.plain(settings),
        "versions": {"python": platform.python_version(), **{name: metadata.version(name) for name in PACKAGES}},
        "git": _git_state(),
        "platform": platform.platform(),
        "scheduler_job_id": next((os.environ[name] for name in JOB_IDS if name in os.environ), None),
        "threads": THREADS,
        "device": "cpu",
        "seconds": round(time.monotonic() - started, 3),
        "work_cpu_seconds": round(time.process_time() - started_cpu, 3),
        "process_cpu_seconds": round(time.process_time(), 3),
        "peak_memory_mb": round(_peak_memory_mb(), 1),
    }


def device(name):
    """Return the torch device that the config's `device` names: `cpu`, `cuda`, or `auto`: CUDA where there is one.

    On CUDA, sets what makes sums repeatable and exact to float32: no TF32, no choosing of algorithms by their speed.
    Raises InputError for `cuda` where there is none.
    """
    import torch

    available = torch.cuda.is_available()
    if name == "cuda" and not available:
        raise InputError("device: no CUDA device is found here; set `device: cpu` or `device: auto`")
    if name == "cpu" or not available:
        return torch.device("cpu")
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False
    return torch.device("cuda")


def device_name(device):
    """Return the name of a torch device's model, as the provenance tells it."""
    import torch

    return torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"


def _git_state():
    """Return `git describe` of the code that ran, with `-dirty` for uncommitted changes; None outside a repository."""
    command = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty", "--abbrev=40"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None


def _peak_memory_mb():
    """Return the most memory this process has held at once, in 10⁶ bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6  # kibibytes, except on macOS
