"""A Slurm for the tests of this folder, and the profiles that hand jobs to it."""

import os
import signal
import subprocess
import time

import pytest
from checkouts import environment
from slurm import Slurm, missing

# What a test hurries: a real cluster is asked less often. (`sacct` is installed here, but has no database to ask.)
HURRY = {
    "slurm": ["--slurm-status-command", "squeue", "--slurm-init-seconds-before-status-checks", "5"],
    "cluster-generic": ["--seconds-between-status-checks", "2"],
}


class Cluster:
    """Slurm, and one of the profiles that hand jobs to it."""

    def __init__(self, slurm, profile):
        self.slurm = slurm
        self.profile = profile
        self.options = ["--workflow-profile", f"profiles/{profile}"]

    def start(self, checkout, *arguments, **variables):
        """Start the workflow under the profile; what it says goes to the checkout's `said`."""
        command = checkout.command(*self.options, *HURRY[self.profile], "--jobs", "10", *arguments)
        with open(checkout.path("said"), "w") as said:
            return subprocess.Popen(
                command, cwd=checkout.folder, env=self.environment(checkout) | variables, start_new_session=True,
                # Ctrl-C works even when these tests run in the background of a shell, where it is ignored.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
                stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT,
            )  # fmt: skip

    def finish(self, process, seconds=300):
        """Wait for a run to end, and return its exit code. One that hangs is ended, and with it its jobs."""
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.interrupt(process)
            raise

    def interrupt(self, process):
        """Press Ctrl-C, and return the exit code."""
        os.killpg(process.pid, signal.SIGINT)
        try:
            return process.wait(60)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(10)

    def run(self, checkout, *arguments, **variables):
        """Run the workflow under the profile to its end, and return its exit code and what it said."""
        code = self.finish(self.start(checkout, *arguments, **variables))
        return code, checkout.path("said").read_text()

    def environment(self, checkout):
        """The environment of Slurm's client programs, in which `python` isn't the one of the workflow."""
        folder = checkout.path("decoy")
        folder.mkdir(exist_ok=True)
        decoy = folder / "python"
        decoy.write_text("#!/bin/sh\necho another python >&2\nexit 42\n")
        decoy.chmod(0o755)
        path = os.pathsep.join([str(folder), self.slurm.environment["PATH"]])
        return environment() | self.slurm.environment | {"PATH": path}

    def running(self, known, seconds=120):
        """Wait until a job runs that isn't among the known ones, and return its id."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for name, job in self.slurm.jobs().items():
                if name not in known and job["state"] == "RUNNING":
                    return name
            time.sleep(0.1)
        raise AssertionError(f"no new job ran within {seconds} s: {self.slurm.jobs()}\n{self.slurm.logs()}")


@pytest.fixture(scope="session")
def slurm(skip):
    if absent := missing():
        skip("slurm", f"no {', '.join(absent)}; on Debian install munge, slurm-client, slurmctld and slurmd")
    slurm = Slurm()
    try:
        slurm.start()
        yield slurm
    finally:
        slurm.stop()


@pytest.fixture(scope="session", params=HURRY)
def cluster(request, slurm):
    return Cluster(slurm, request.param)
