"""Nothing from outside is run as code, neither from files nor from the config, and nothing leaves its folder."""

import os
import re
import subprocess
import sys

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

# Loaded by every Python process before anything else. Snakemake itself may keep what it likes.
TRAP = """
import sys
if sys.orig_argv[1].startswith("scripts/"):
    import pickle, _pickle

    def refuse(*arguments, **options):
        raise RuntimeError("something was unpickled")

    class Refuse(pickle._Unpickler):  # libraries make subclasses of it
        __init__ = load = refuse

    for module in (pickle, _pickle):
        module.load = module.loads = refuse
        module.Unpickler = Refuse
    pickle._Unpickler = Refuse
    pickle._load = pickle._loads = refuse
"""


@pytest.fixture
def trapped(tmp_path, monkeypatch, rerun):
    """A finished checkout in which a job that unpickles anything dies."""
    (tmp_path / "trap").mkdir()
    (tmp_path / "trap" / "sitecustomize.py").write_text(TRAP)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "trap")}
    run = subprocess.run
    monkeypatch.setattr(subprocess, "run", lambda *command, **options: run(*command, **{**options, "env": environment}))
    return rerun


@pytest.mark.slow
def test_no_job_unpickles_anything(trapped):
    trapped.finish("--cores", "4", "--forceall")


@pytest.mark.parametrize(
    "code", ["pickle.loads(b'N.')", "torch.load('x.pt', weights_only=False)", "numpy.load('x.npy', allow_pickle=True)"]
)
def test_a_job_that_unpickles_would_be_found_out(trapped, code):
    trapped.path("scripts/planted.py").write_text(f"import numpy, pickle, torch\n{code}\n")
    make = "import numpy, torch; torch.save([1], 'x.pt'); numpy.save('x.npy', numpy.array([None]))"
    for words in (["-c", make], ["scripts/planted.py"]):
        done = subprocess.run([sys.executable, *words], cwd=trapped.folder, capture_output=True, text=True)
    assert done.returncode != 0 and "something was unpickled" in done.stderr


def test_a_source_is_a_name_and_never_a_command(checkout):
    config = checkout.config()
    nasty = [
        "/$(touch planted)/x",
        "/a; touch planted; /b",
        "`touch planted`/",
        "/a' && touch planted && '/b",
        '/a" && touch planted && "/b',
        "/{config}/{input}/{{}}",
    ]
    checkout.edit_config({"dataset": {"sources": [*nasty, *config["dataset"]["sources"]]}})
    checkout.finish("--cores", "1", "--until", "download")
    assert list(checkout.folder.rglob("planted")) == []
    log = checkout.path("results/data/FashionMNIST/download.log").read_text()
    for source in nasty:
        assert f"FashionMNIST: {source} failed: no such folder" in log


NASTY = st.sampled_from(
    [
        "$(touch planted)",
        "a b;c",
        "`touch planted`",
        "..",
        "../x",
        "/x",
        "a/b",
        "a\n",
        "a\\",
        "{seed}",
        "-x",
        "~",
        "",
        "é",
    ]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10) | NASTY
VALUES = LEAVES | st.lists(LEAVES, max_size=3) | st.dictionaries(st.text(max_size=5) | st.integers() | NASTY, LEAVES)
MODEL = {"channels": [4], "kernel_size": 3, "normalisation": "none"}
PLACES = [
    ("experiment",), ("seeds",), ("device",), ("models",), ("training",), ("another",),
    ("dataset", "name"), ("dataset", "fraction"), ("dataset", "sources"),
    ("models", "ConvNet"), ("models", "ConvNet", "channels"), ("models", "ConvNet", "normalisation"),
    ("training", "learning_rate"), ("training", "batch_size"), ("training", "passes"),
    ("smoothness", "directions"), ("smoothness", "step_multiples"), ("smoothness", "detailed_passes"),
    ("comparison", "baseline"), ("comparison", "treatments"), ("comparison", "confidence"),
    ("figure", "width"), ("figure", "dpi"),
]  # fmt: skip
CHANGES = (
    st.tuples(st.sampled_from(PLACES), VALUES)
    | st.tuples(st.just(("experiment",)), NASTY | st.text(max_size=70))
    | st.tuples(NASTY | st.text(max_size=10), st.just(MODEL)).map(lambda model: (("models", model[0]), model[1]))
    | st.tuples(st.just(("dataset", "sources")), st.lists(st.text(max_size=10).map("/{}".format) | NASTY, min_size=1))
)


def files(checkout):
    """All that is in the checkout, but for what Snakemake keeps for itself."""
    return {path for path in checkout.folder.rglob("*") if path.relative_to(checkout.folder).parts[0] != ".snakemake"}


@pytest.mark.slow
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(change=CHANGES)
def test_any_value_in_the_config_is_planned_with_or_gets_one_line(finished, change):
    place, value = change
    whole = finished.config()
    config = finished.config()
    inner = config
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    before = files(finished)
    finished.path("config.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    try:
        done = finished.snakemake("--cores", "4", "--dry-run", "--printshellcmds")
    finally:
        finished.path("config.yaml").write_text(yaml.safe_dump(whole, sort_keys=False))
    if done.returncode:
        lines = [line for line in done.stdout.splitlines() if not line.startswith("Using workflow specific profile")]
        assert len(lines) == 1 and lines[0].startswith(("config: ", "config.yaml: ")), done.stdout
    else:
        written = re.findall(r"^    (?:output|log): (.*)$", done.stdout, re.MULTILINE)
        places = [os.path.normpath(path) for line in written for path in line.split(", ")]
        assert [path for path in places if not path.startswith(f"results{os.sep}")] == []
    assert files(finished) == before
