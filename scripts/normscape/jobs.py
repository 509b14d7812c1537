"""What every job's program does around its work: command line, one thread, device, one-line errors, provenance."""

import gc
import os
import platform
import resource
import sys
import time
from importlib import metadata
from pathlib import Path

from . import cli, code, git, provenance
from .errors import InputError

PACKAGES = ("torch", "torchvision", "numpy", "scipy", "pandas", "matplotlib", "safetensors", "snakemake")
JOB_IDS = ("SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID", "JOB_ID")  # where Slurm, PBS, LSF and SGE tell a job its own id
THREADS = 1  # a job's float sums depend on the number of threads, and tables must not: parallelism is models × seeds

_IS_PROGRAM = Path(sys.argv[0]).resolve().parent == Path(__file__).resolve().parents[1]  # no notebook, no test
if _IS_PROGRAM:  # until the work begins, nothing is collected: Python would look through the modules while they load
    gc.disable()
_AT_FIRST = code.contents(Path(__file__).parent)  # read before nearly all of it is loaded


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
        # Before the work: an edit or a commit in the meantime isn't what ran.
        ran = {"rule": rule, "settings": cli.plain(settings), "code": _code_that_runs(), "git": git.state()}
        facts = main(**settings) or {}
        provenance.write(path, ran | _record(started, started_cpu) | facts)
    except InputError as error:
        sys.exit(f"{rule}: {error}")
    if _IS_PROGRAM:  # all is written: Python would take torch apart, object by object, for half a second
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


def _code_that_runs():
    """Return the digest of this program's code. Raises InputError where some of it changed while it was loaded."""
    digest = code.digest(sys.argv[0])
    if code.contents(Path(__file__).parent) != _AT_FIRST:
        raise InputError("its code was edited just as it started; run again")
    return digest


def _record(started, started_cpu):
    """Return what every job's provenance holds on where it ran and what it took."""
    return {
        "versions": {"python": platform.python_version(), **{name: metadata.version(name) for name in PACKAGES}},
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


def _peak_memory_mb():
    """Return the most memory this process has held at once, in 10⁶ bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6  # kibibytes, except on macOS
