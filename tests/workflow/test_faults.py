"""Nothing is lost, and nothing wrong is believed: kills, failures and damaged files."""

import os
import signal
import time

import psutil
import pytest


def wait_for(condition, what, seconds=120):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.001)
    raise AssertionError(f"waited {seconds} s for {what}")


def job_processes(process, rule):
    """The Python processes below `process` that run the script of `rule`."""
    try:
        children = psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []
    found = []
    for child in children:
        try:
            if child.cmdline()[1:2] == [f"scripts/{rule}.py"]:
                found.append(child)
        except (psutil.NoSuchProcess, psutil.ZombieProcess):
            continue
    return found


def test_killed_jobs_and_a_killed_snakemake_leave_nothing_wrong(checkout, finished):
    tensors = checkout.results("tensors")

    # A job in the middle of a write: its temporary file is there, the file itself is not.
    process = checkout.start("--cores", "2")
    temporary = wait_for(lambda: list(tensors.glob(".seed-*.tmp*")), "a tensor file being written")[0]
    pid = int(temporary.name.split(".")[3])
    os.kill(pid, signal.SIGKILL)
    seed = temporary.name.split(".")[1]
    process.wait(300)
    assert process.returncode != 0
    assert not (tensors / f"{seed}.safetensors").exists()

    # A training job between two passes. The other replicate goes on to its end.
    process = checkout.start("--cores", "2")
    job = wait_for(lambda: job_processes(process, "train"), "a training job")[0]
    folder = next(word for word in job.cmdline() if word.endswith("history.csv")).removesuffix("history.csv")
    wait_for(lambda: "pass 0" in checkout.path(f"{folder}train.log").read_text(), "its first pass")
    job.kill()
    process.wait(300)
    assert process.returncode != 0
    assert not checkout.path(f"{folder}history.csv").exists()
    assert len(list(checkout.results().glob("runs/*/*/*/history.csv"))) == 3

    # Snakemake itself, with all its children.
    process = checkout.start("--cores", "2")
    wait_for(lambda: job_processes(process, "train") or job_processes(process, "smoothness"), "a job")
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(60)
    locked = checkout.snakemake("--cores", "2")
    assert locked.returncode != 0
    assert "--unlock" in locked.stdout
    checkout.finish("--unlock")
    checkout.finish("--cores", "2")
    assert checkout.tables() == finished.tables()


def test_a_failing_script_shows_its_traceback_stops_no_other_replicate_and_leaves_a_partial_result(rerun):
    script = rerun.path("scripts/train.py")
    fault = '    if arguments.seed == 1 and arguments.name == "ConvNet":\n        raise RuntimeError("a planted bug")\n'
    script.write_text(script.read_text().replace("def main(arguments):\n", f"def main(arguments):\n{fault}"))
    done = rerun.snakemake("--cores", "4")
    assert done.returncode != 0
    log = (rerun.run_folder("ConvNet", 1) / "train.log").read_text()
    assert "Traceback" in log
    assert "RuntimeError: a planted bug" in log
    assert "RuntimeError: a planted bug" in done.stdout
    for model, seed in (("ConvNet", 0), ("BatchNormConvNet", 0), ("BatchNormConvNet", 1)):
        assert (rerun.run_folder(model, seed) / "smoothness.csv").exists()
    assert not (rerun.run_folder("ConvNet", 1) / "history.csv").exists()

    rerun.finish("partial", "--cores", "4")
    commentary = rerun.results("partial/commentary.md").read_text()
    assert "**Left out, with its partner:** seed 1 (ConvNet: missing).\n" in commentary
    assert "one pair" in commentary
    assert rerun.results("partial/comparison.png").is_file()


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip(path):
    content = bytearray(path.read_bytes())
    content[-100] ^= 1
    path.write_bytes(content)


def spoil_a_number(path):
    path.write_text(
        path.read_text().replace("0,0.04,0,1,", "0,0.04,0,x,").replace("ConvNet,0.04,0,1,", "ConvNet,0.04,0,one,")
    )


def drop_the_last_line(path):
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))


DAMAGES = {
    "a cut raw file": (
        "results/data/FashionMNIST/raw/t10k-images-idx3-ubyte",
        cut,
        "delete what is there and run again",
    ),
    "a flipped raw file": (
        "results/data/FashionMNIST/raw/train-labels-idx1-ubyte",
        flip,
        "delete what is there and run",
    ),
    "a cut tensor file": ("{results}/tensors/seed-0.safetensors", cut, "delete the file and run again"),
    "a flipped tensor file": ("{results}/tensors/seed-0.safetensors", flip, "delete the file and run again"),
    "a cut checkpoint": ("{run}/checkpoints.safetensors", cut, "delete the file and run again"),
    "a flipped checkpoint": ("{run}/checkpoints.safetensors", flip, "delete the file and run again"),
    "a spoilt history": ("{run}/history.csv", spoil_a_number, "line 3, column pass: 'one' is not a whole number"),
    "a shortened history": (
        "{run}/history.csv",
        drop_the_last_line,
        "pass 2 is missing; delete the file and run again",
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_named_with_its_remedy_which_works(rerun, finished, damage):
    place, spoil, line = DAMAGES[damage]
    name = place.format(results="results/small", run="results/small/runs/ConvNet/lr-0.04/seed-0")
    later = time.time() + 60
    spoil(rerun.path(name))
    os.utime(rerun.path(name), (later, later))  # an edit is newer than what was made from it, however coarse the clock
    done = rerun.snakemake("--cores", "4")
    assert done.returncode != 0
    told = [text for text in done.stdout.splitlines() if name in text and line in text]
    assert told, done.stdout
    assert "Traceback" not in done.stdout
    rerun.path(name).unlink()
    rerun.finish("--cores", "4")
    assert rerun.tables() == finished.tables()
