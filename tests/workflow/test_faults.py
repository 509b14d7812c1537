"""Nothing is lost, and nothing wrong is believed: kills, failures, full disks and damaged files."""

import os
import random
import shutil
import signal
import subprocess
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
    pid = int(temporary.name.split(".")[3].partition("@")[0])
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
    wait_for(lambda: job_processes(process, "train") or job_processes(process, "probe"), "a job")
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(60)
    locked = checkout.snakemake("--cores", "2")
    assert locked.returncode != 0
    assert "--unlock" in locked.stdout
    checkout.finish("--unlock")
    checkout.finish("--cores", "2")
    assert checkout.tables() == finished.tables()


def outputs(checkout):
    """What stands in the results under a final name, less what differs from run to run."""
    return {
        path.relative_to(checkout.results()): path.read_bytes()
        for path in checkout.results().rglob("*")
        if path.suffix in (".csv", ".safetensors", ".png", ".svg") and not path.name.startswith(".")
    }


def finished_jobs(checkout):
    """The provenance of each job that came to its end: the last file that it writes, with the time that it took."""
    return {path: path.read_bytes() for path in checkout.results().rglob("provenance-*.json")}


@pytest.mark.slow
def test_kills_at_twenty_random_moments_lose_nothing(checkout, finished):
    seed = int(os.environ.get("KILL_SEED", random.randrange(10**6)))
    print(f"the same moments again: KILL_SEED={seed}")
    moments = random.Random(seed)
    whole, kills, jobs = outputs(finished), 0, {}
    while kills < 20:
        process = checkout.start("--cores", "2")
        try:
            assert process.wait(moments.uniform(0.5, 9)) == 0
            assert outputs(checkout) == whole
            shutil.rmtree(checkout.results())  # it came to its end: once more from the data on
            jobs = {}
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(60)
            kills += 1
            found = outputs(checkout)
            assert {name for name, content in found.items() if whole[name] != content} == set()
            before, jobs = jobs, finished_jobs(checkout)
            # Two cores: of at most two jobs Snakemake couldn't note the end before it was killed.
            assert len([path for path, content in before.items() if jobs.get(path) != content]) <= 2
            checkout.finish("--unlock")
    checkout.finish("--cores", "2")
    assert outputs(checkout) == whole


@pytest.fixture
def mount():
    """A function that runs `mount` with the arguments given, the last of them a folder; all is unmounted in the end."""
    folders = []

    def mount(*arguments):
        folder = arguments[-1]
        folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(["mount", *arguments], capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"can't mount here: {done.stderr.strip()}")
        if folder not in folders:
            folders.append(folder)

    if not shutil.which("mount"):
        pytest.skip("there is no `mount` on this machine")
    yield mount
    for folder in reversed(folders):
        subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.mark.slow
def test_a_full_disk_is_named_and_once_there_is_room_the_run_goes_on(checkout, finished, mount):
    mount("-t", "tmpfs", "-o", "size=100m", "tmpfs", checkout.results())
    filler = checkout.results("filler")

    def assert_full(free, file):
        """Leave `free` bytes, run, and see which file finds no room."""
        space = os.statvfs(checkout.results())
        with open(filler, "wb") as stream:
            os.posix_fallocate(stream.fileno(), 0, space.f_bavail * space.f_frsize - free)
        before = outputs(checkout)
        done = checkout.snakemake("--cores", "1")
        assert done.returncode != 0
        line = f"{file}: can't be written (No space left on device); make room or make the folder writable, then run"
        assert line in done.stdout, done.stdout
        assert "Traceback" not in done.stdout
        filler.unlink()
        assert before.items() <= outputs(checkout).items() <= outputs(finished).items()
        assert list(checkout.results().rglob(".*.tmp*")) == []

    assert_full(2**20, "tensors/seed-0.safetensors")
    checkout.finish("--cores", "2", "--until", "prepare")
    assert_full(2**18, "checkpoints.safetensors")
    checkout.finish("--cores", "2", "--until", "compare")
    assert_full(2**14, "comparison.png")
    jobs = finished_jobs(checkout)
    checkout.finish("--cores", "2")
    assert jobs.items() <= finished_jobs(checkout).items()
    assert outputs(checkout) == outputs(finished)


def test_a_results_folder_that_is_read_only_gets_one_line(rerun, mount):
    mount("--bind", rerun.path("results"), rerun.path("results"))
    mount("-o", "remount,bind,ro", rerun.path("results"))
    rerun.edit_config({"comparison": {"confidence": 0.9}})
    before = outputs(rerun)
    done = rerun.snakemake("--cores", "4")
    assert done.returncode != 0
    assert done.stdout.splitlines()[1:] == [
        "results/data: can't be written; results go there, so make it a folder that you may write to"
    ]
    assert outputs(rerun) == before


@pytest.mark.slow
def test_a_second_snakemake_in_the_same_folder_is_refused_and_harms_nothing(checkout, finished):
    process = checkout.start("--cores", "2")
    wait_for(lambda: job_processes(process, "train"), "a training job")
    second = checkout.snakemake("--cores", "2")
    assert second.returncode != 0
    assert "Directory cannot be locked. Please make sure that no other Snakemake process" in second.stdout
    assert process.wait(300) == 0
    assert outputs(checkout) == outputs(finished)


@pytest.mark.slow
def test_two_folders_that_share_the_data_dont_disturb_each_other(checkout, finished, tmp_path):
    checkouts = [checkout, checkout.copy(tmp_path / "other")]
    processes = [each.start("--cores", "1") for each in checkouts]
    assert [process.wait(300) for process in processes] == [0, 0]
    for each in checkouts:
        assert outputs(each) == outputs(finished)


def test_a_failing_script_shows_its_traceback_stops_no_other_replicate_and_leaves_a_partial_result(rerun):
    script = rerun.path("scripts/train.py")
    fault = '    if seed == 1 and name == "ConvNet":\n        raise RuntimeError("a planted bug")\n'
    first = "    device = jobs.device(device)\n"
    script.write_text(script.read_text().replace(first, fault + first))
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


def change_a_digit(path):
    text = path.read_text()
    place = max(place for place, letter in enumerate(text) if letter in "12345678")
    path.write_text(f"{text[:place]}{int(text[place]) + 1}{text[place + 1 :]}")


def drop_the_last_line(path):
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))


DAMAGED = "damaged since it was written; delete the file and run again"
UNREADABLE = "delete the file and run again"
QUICK = [
    ("{results}/tensors/seed-0.safetensors", flip, UNREADABLE),
    ("{run}/history.csv", change_a_digit, DAMAGED),
    ("{results}/metrics.csv", change_a_digit, DAMAGED),
]
SLOW = [
    ("results/data/FashionMNIST/raw/train-labels-idx1-ubyte", flip, "delete what is there and run again"),
    ("results/data/FashionMNIST/provenance-download.json", change_a_digit, DAMAGED),
    ("{run}/checkpoints.safetensors", cut, UNREADABLE),
    ("{run}/history.csv", drop_the_last_line, DAMAGED),
    ("{run}/layers.csv", change_a_digit, DAMAGED),
    ("{run}/provenance-train.json", cut, DAMAGED),
    ("{results}/claims.csv", change_a_digit, DAMAGED),
    ("{results}/reproduction.csv", cut, DAMAGED),
    ("{results}/comparison.svg", flip, DAMAGED),
]


@pytest.mark.parametrize(
    ("place", "spoil", "line"),
    [*QUICK, *(pytest.param(*damage, marks=pytest.mark.slow) for damage in SLOW)],
    ids=lambda value: value.__name__ if callable(value) else value.rpartition("/")[2].partition(";")[0],
)
def test_a_damaged_file_is_named_with_its_remedy_which_works(rerun, finished, place, spoil, line):
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
    assert outputs(rerun) == outputs(finished)
