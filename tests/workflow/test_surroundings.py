"""Nothing of the user's surroundings reaches a result, and nothing of them stops a job."""

import json
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from checkouts import environment

SPOILING_STYLE = """\
backend: nowhere
interactive: True
text.usetex: True
figure.hooks: nowhere:nothing
figure.constrained_layout.use: True
figure.facecolor: red
figure.dpi: 30
font.size: 30
font.family: monospace
lines.antialiased: False
path.simplify: False
savefig.dpi: 31
savefig.bbox: tight
savefig.transparent: True
svg.fonttype: path
svg.image_inline: False
"""

# What changes the last digits of sums, of those of a CPU.
OTHER_SUMS = {
    "ATEN_CPU_CAPABILITY": "default",
    "DNNL_MAX_CPU_ISA": "SSE41",
    "MKL_CBWR": "COMPATIBLE",
    "ONEDNN_DEFAULT_FPMATH_MODE": "BF16",
    "ONEDNN_MAX_CPU_ISA": "SSE41",
    "OPENBLAS_CORETYPE": "Prescott",
}
OTHER_SUMS_OF_GPUS = {
    "CUBLAS_WORKSPACE_CONFIG": ":0:0",
    "NVIDIA_TF32_OVERRIDE": "1",
    "PYTORCH_TUNABLEOP_ENABLED": "1",
    "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE": "1",
}
THREADS = {"KMP_AFFINITY": "disabled", "MKL_NUM_THREADS": "7", "OMP_NUM_THREADS": "7", "OMP_SCHEDULE": "dynamic"}
PYTHON = {
    "PYTHONHASHSEED": "1",
    "PYTHONIOENCODING": "ascii",
    "PYTHONOPTIMIZE": "2",
    "PYTHONSAFEPATH": "1",
    "PYTHONUNBUFFERED": "1",
    "PYTHONUTF8": "0",
    "PYTHONWARNINGS": "error",
}
OTHERS = {
    "BASH_FUNC_python%%": "() {  echo another python; exit 1; }",
    "COLUMNS": "7",
    "FREETYPE_PROPERTIES": "truetype:interpreter-version=35",
    "LANG": "tr_TR.UTF-8",
    "LC_ALL": "de_DE",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PANDAS_FUTURE_INFER_STRING": "0",
    "SCIPY_ARRAY_API": "1",
    "SHELLOPTS": "noexec",
    "SOURCE_DATE_EPOCH": "1",
    "TZ": "Pacific/Kiritimati",
}


def text_files(folder, files):
    """Write {name: text} into a folder, in an encoding that isn't UTF-8."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="latin-1")
    return folder


@pytest.fixture
def hostile(checkout, tmp_path):
    """What stands around a checkout: variables, the user's files, files in the working directory."""
    text_files(checkout.folder, {"matplotlibrc": SPOILING_STYLE})
    for name in ("torch", "matplotlib", "scipy", "safetensors", "normscape"):  # none that Snakemake imports
        text_files(checkout.folder, {f"{name}.py": "raise SystemExit('a module of the working directory')\n"})
    style = text_files(tmp_path / "style", {"matplotlibrc": f"# größer\n{SPOILING_STYLE}"})
    startup = text_files(tmp_path / "startup", {"bash": "echo from BASH_ENV\nexit 7\n", "python.py": "exit(7)\n"})
    thesis = tmp_path / "thesis"
    subprocess.run(["git", "init", "--quiet", thesis], check=True)
    return {
        **OTHER_SUMS, **OTHER_SUMS_OF_GPUS, **THREADS, **PYTHON, **OTHERS,
        "BASH_ENV": str(startup / "bash"),
        "GIT_DIR": str(thesis / ".git"),
        "GIT_INDEX_FILE": str(thesis / ".git/index"),
        "GIT_WORK_TREE": str(thesis),
        "MATPLOTLIBRC": str(style),
        "MPLCONFIGDIR": str(style),
        "PYTHONPATH": ":",  # the working directory, twice
        "PYTHONSTARTUP": str(startup / "python.py"),
    }  # fmt: skip


def made(checkout):
    """Name → content of what all jobs made, less provenance and what is told of times and costs."""
    files = [path for path in checkout.results().rglob("*") if path.is_file() and path.suffix != ".log"]
    contents = {str(path.relative_to(checkout.results())): path.read_bytes() for path in files}
    for name, content in contents.items():
        if name.startswith("commentary"):
            content = re.sub(rb"What a verdict would take.*?(<h2|\n## )", b"", content, flags=re.DOTALL)
            contents[name] = content.partition(b"What it cost")[0]
        elif name in ("analysis.json", "looks.json"):
            contents[name] = [{**entry, "time": ""} for entry in json.loads(content)["entries"]]
    return {name: content for name, content in contents.items() if "provenance-" not in name}


def test_under_a_hostile_environment_every_byte_is_the_same(checkout, finished, hostile):
    checkout.finish("--cores", "4", **hostile)
    expected = made(finished)
    assert {Path(name).suffix for name in expected} >= {".csv", ".png", ".svg", ".md", ".html", ".safetensors"}
    assert [name for name, content in made(checkout).items() if content != expected.get(name)] == []
    assert made(checkout).keys() == expected.keys()
    assert [path for path in checkout.results().rglob("*.log") if "warning" in path.read_text().lower()] == []


KEPT = {
    "CUDA_VISIBLE_DEVICES": "",
    "LC_ALL": "C",
    "LD_LIBRARY_PATH": "/nowhere",
    "MPLCONFIGDIR": "/tmp",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONNOUSERSITE": "1",
    "PYTORCH_CUDA_ALLOC_CONF": "expandable_segments:True",
    "SLURM_JOB_ID": "12",
    "http_proxy": "http://127.0.0.1:9",
}


@pytest.fixture
def showing(checkout, tmp_path):
    """The folder of a workflow under the same surroundings, whose one job shows its environment."""
    folder = tmp_path / "showing"
    folder.mkdir()
    (folder / "show.py").write_text("import json, os; print(json.dumps(dict(os.environ)))")
    (folder / "Snakefile").write_text(
        textwrap.dedent(f"""\
        include: {str(checkout.path("workflow/rules/surroundings.smk"))!r}

        rule show:
            output:
                "environment.json",
            shell:
                "python show.py > {{output}}"
        """)
    )
    return folder


def shown(folder, *options, **variables):
    command = [sys.executable, "-m", "snakemake", *options]
    done = subprocess.run(command, cwd=folder, env=environment() | variables, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads((folder / "environment.json").read_text())


def assert_settled(seen):
    """Nothing hostile is left but what is of no account."""
    dropped = {*OTHER_SUMS, *OTHER_SUMS_OF_GPUS, *PYTHON, "BASH_ENV", "PYTHONSTARTUP", "SHELLOPTS"} - {"PYTHONUTF8"}
    assert seen.keys() & dropped == set()
    assert [name for name in seen if name.startswith("BASH_FUNC_python")] == []
    assert seen["OMP_NUM_THREADS"] == seen["MKL_NUM_THREADS"] == "1"
    assert seen["MPLBACKEND"] == "Agg"


def test_what_a_job_sees_of_the_environment(showing, hostile):
    seen = shown(showing, "--cores", "1", **{**hostile, **KEPT, "PYTHONPATH": ":/a::.:/b"})
    assert_settled(seen)
    assert seen["PYTHONPATH"] == "/a:/b"
    assert {name: seen.get(name) for name in KEPT} == KEPT


def test_a_job_on_a_node_sees_as_little_of_what_stands_there(showing, hostile):
    variables = {name: value for name, value in hostile.items() if name not in ("BASH_FUNC_python%%", "SHELLOPTS")}
    lines = [f"export {name}={value!r}" for name, value in variables.items()]
    submit = showing / "submit.sh"
    submit.write_text("\n".join(["#!/bin/sh", *lines, 'sh "$1" > said 2>&1', "echo 1"]))
    submit.chmod(0o755)
    options = ["--executor", "cluster-generic", "--cluster-generic-submit-cmd", str(submit), "--jobs", "1"]
    seen = shown(showing, *options, "--seconds-between-status-checks", "1")
    assert_settled(seen)
    assert seen["GIT_DIR"] == hostile["GIT_DIR"]  # so it is from the node
    assert "PYTHONPATH" not in seen
