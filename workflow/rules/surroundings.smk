"""What rules and programs run under: the user's environment, less what would change a result or stop a job.

Every process that starts a job's program reads the rules first, on a cluster too, and hands on its environment. Locale
and time zone reach no result. A matplotlibrc in the working directory and git's variables the library sees to itself.
"""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec

# Whole families, for no list of single variables stays complete.
DROPPED = (
    *("PYTHON",),  # warnings as errors, another encoding, a prompt at the end, no path to the program's own folder
    *("MPL", "MATPLOTLIB", "FREETYPE_"),  # where figures are shown, and how they look
    *("ATEN_", "DNNL_", "ONEDNN_", "MKL_", "OPENBLAS_", "NPY_"),  # how a CPU does sums; of threads a job has one
    *("CUBLAS", "CUDNN_", "NVIDIA_TF32_", "TORCH", "PYTORCH_"),  # how a GPU does them
    *("NUMPY_", "SCIPY_", "PANDAS_"),  # what these do otherwise than by default
    *("BASH_ENV", "BASHOPTS", "SHELLOPTS", "BASH_FUNC_python"),  # what a shell does besides a rule's command
)
# But where things lie, and how memory is handed out, is for the user to say.
KEPT = (
    *("PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE", "PYTHONNOUSERSITE"),
    *("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"),
    *("MPLCONFIGDIR", "TORCH_HOME", "PYTORCH_ALLOC_CONF", "PYTORCH_CUDA_ALLOC_CONF"),
)
PACKAGES = ("torch", "torchvision", "numpy", "scipy", "pandas", "matplotlib", "safetensors", "jinja2", "markdown")


def settle():
    """Make of this process's environment the one that jobs run under."""
    for name in list(os.environ):
        if name.startswith(DROPPED) and name not in KEPT:
            os.environ.pop(name)
    # An empty entry, as `PYTHONPATH=/a:$PYTHONPATH` may have, is the working directory, where a torch.py may lie.
    places = os.environ.pop("PYTHONPATH", "").split(os.pathsep)
    if places := [place for place in places if place not in ("", os.curdir)]:
        os.environ.update(PYTHONPATH=os.pathsep.join(places))
    os.environ.update(
        PYTHONUTF8="1",  # a line of an error may hold “…” or a name of any script
        MPLBACKEND="Agg",
        MATPLOTLIBRC=os.devnull,  # in the place of the one in the user's own folder
        # `python` in a rule's shell command is the one that runs Snakemake, whatever PATH says. Its full path in the
        # command would do as well, but would make a moved environment look like changed code.
        PATH=os.pathsep.join([os.path.dirname(sys.executable), *os.get_exec_path()]),
    )
    # glibc gives memory back to the system after each chunk of images and faults it in again for the next; kept, a
    # gradient takes some 5 % less time. Elsewhere these names mean nothing.
    os.environ.setdefault("MALLOC_TRIM_THRESHOLD_", str(2**30))
    os.environ.setdefault("MALLOC_MMAP_THRESHOLD_", str(2**27))


def is_this_python(python):
    """Return whether `python`, a path or None, is the Python that runs this, or leads to it as a wrapper does."""
    if not python or os.path.samefile(python, sys.executable):
        return bool(python)
    asked = subprocess.run([python, "-c", "import sys; print(sys.prefix, sys.version)"], capture_output=True, text=True)
    return asked.stdout.strip() == f"{sys.prefix} {sys.version}"


def exit_unless_equipped():
    """Exit with one line where jobs would get another Python, or one without the packages that they need."""
    python = shutil.which("python")
    if not is_this_python(python):
        sys.exit(f"python: is {python} here, but Snakemake runs in {sys.executable}; run it in a virtual environment")
    missing = [package for package in PACKAGES if not find_spec(package)]
    if missing:
        sys.exit(f"{sys.executable}: has no {', '.join(missing)}; `make env` makes an environment that has")


settle()
exit_unless_equipped()
