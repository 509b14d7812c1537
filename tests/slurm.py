"""A real Slurm on this machine alone: munged, slurmctld and slurmd from the distribution's packages, on loopback."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import psutil

PROGRAMS = (
    "setpriv",
    "munged",
    "munge",
    "slurmctld",
    "slurmd",
    "sinfo",
    "squeue",
    "sbatch",
    "srun",
    "scancel",
    "scontrol",
)
PLACES = os.pathsep.join([os.environ["PATH"], "/usr/local/sbin", "/usr/sbin", "/sbin"])  # daemons are in sbin

CONFIG = """\
ClusterName=tests
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
MailProg=/bin/true
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
ReturnToService=2
KillWait=2
# Finished jobs stay visible to squeue, which needs no database.
MinJobAge=3600
AccountingStorageType=accounting_storage/none
# Memory is watched without cgroups.
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=1
JobAcctGatherParams=OverMemoryKill
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
# A job starts in about a second.
SchedulerParameters=batch_sched_delay=0,sched_interval=2,bf_interval=2
# The node may claim more than the machine has.
SlurmdParameters=config_overrides
GresTypes=gpu
NodeName={host} NodeAddr=127.0.0.1 CPUs=4 RealMemory=12000 Gres=gpu:1
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


class Slurm:
    """The daemons, and all that they write in a folder of their own."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="slurm", dir="/tmp"))  # the name of a Unix socket has 108 bytes
        self.folder.chmod(0o711)  # munged wants all to reach its socket
        self.processes = []
        self.environment = {
            "SLURM_CONF": str(self.folder / "slurm.conf"),
            "PATH": os.pathsep.join([str(self.folder / "bin"), os.environ["PATH"]]),
        }

    def start(self):
        host = socket.gethostname().partition(".")[0]
        controller_port, node_port = free_ports(2)
        settings = {
            "folder": self.folder, "host": host, "user": psutil.Process().username(),
            "controller_port": controller_port, "node_port": node_port,
        }  # fmt: skip
        for name in ("state", "spool", "bin"):
            (self.folder / name).mkdir(mode=0o755)
        (self.folder / "slurm.conf").write_text(CONFIG.format(**settings))
        (self.folder / "gres.conf").write_text("Name=gpu File=/dev/null\n")  # as if it were one: no job touches it
        (self.folder / "cgroup.conf").write_text("CgroupPlugin=cgroup/v1\n")  # else slurmd looks for one at its start
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o400)
        # The Slurm plugin takes SLURM_CONF from the environment of the `srun` inside a job.
        wrapper = self.folder / "bin" / "srun"
        wrapper.write_text(f'#!/bin/sh\nSLURM_CONF={self.folder}/slurm.conf exec {shutil.which("srun")} "$@"\n')
        wrapper.chmod(0o755)

        names = {"key-file": "munge.key", "socket": "munge.socket", "pid-file": "munged.pid", "log-file": "munged.log",
                 "seed-file": "munged.seed"}  # fmt: skip
        self._start("munged", "-F", *(f"--{option}={self.folder / name}" for option, name in names.items()))
        self._wait(["munge", "-n", "-S", str(self.folder / "munge.socket")])
        self._start("slurmctld", "-D")
        self._wait(["scontrol", "ping"])
        self._start("slurmd", "-D", "-N", host)
        self._wait(["sinfo", "--noheader", "--format=%t"], "idle")

    def stop(self):
        """Stop the jobs and the daemons, and only them, whatever state they are in."""
        try:
            if len(self.processes) == 3:
                for options in (["--signal=KILL"], []):
                    self.run("scancel", *options, "--partition=main", check=False)
        except subprocess.TimeoutExpired:
            pass
        for process in reversed(self.processes):
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)
        # What a job left running knows this Slurm by its configuration.
        for left in psutil.process_iter():
            try:
                ours = left.environ().get("SLURM_CONF") == self.environment["SLURM_CONF"]
                if ours and left.pid != os.getpid():
                    left.kill()
            except psutil.Error:
                continue
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, *command, check=True):
        """Run one of Slurm's commands and return what it printed."""
        done = subprocess.run(
            command, env={**os.environ, **self.environment}, text=True, timeout=60, check=check,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        return done.stdout

    def jobs(self):
        """Return all jobs that Slurm knows of, finished ones too: id → what it tells of each."""
        fields = {"id": "%i", "state": "%T", "cpus": "%C", "memory": "%m", "limit": "%l", "comment": "%k"}
        lines = self.run("squeue", "--noheader", "--states=all", "--format=" + "|".join(fields.values())).splitlines()
        jobs = [dict(zip(fields, line.split("|"), strict=True)) for line in lines]
        return {job["id"]: job for job in sorted(jobs, key=lambda job: int(job["id"]))}

    def logs(self):
        """Return the ends of the daemons' logs."""
        logs = sorted(self.folder.glob("*.log")) + sorted(self.folder.glob("*.out"))
        return "\n".join(f"== {log.name}\n{log.read_text(errors='replace')[-2000:]}" for log in logs)

    def _start(self, name, *arguments):
        # Where pytest itself is killed, no one could stop them any more: the kernel does.
        command = ["setpriv", "--pdeathsig", "TERM", shutil.which(name, path=PLACES), *arguments]
        with open(self.folder / f"{name}.out", "wb") as out:
            self.processes.append(
                subprocess.Popen(
                    command, env={**os.environ, **self.environment}, cwd=self.folder, start_new_session=True,
                    stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                )
            )  # fmt: skip

    def _wait(self, command, expected=""):
        """Wait until `command` succeeds and prints what is expected."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            done = subprocess.run(
                command, env={**os.environ, **self.environment}, text=True, timeout=30,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            )  # fmt: skip
            if done.returncode == 0 and expected in done.stdout:
                return
            time.sleep(0.1)
        raise RuntimeError(f"{command[0]} said {done.stdout!r} for 30 seconds\n{self.logs()}")


def missing():
    """Return the programs of Slurm and Munge that this machine lacks."""
    return [name for name in PROGRAMS if not shutil.which(name, path=PLACES)]


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [found.getsockname()[1] for found in sockets]
    for found in sockets:
        found.close()
    return ports
