"""The git state of the code: which commit it is, and whether it was edited since."""

import os
import subprocess
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]  # the folder above scripts/


def state(checkout=CHECKOUT):
    """Return `git describe` of a checkout, the commit whole, with `-dirty` for uncommitted changes; None without one.

    Only where the checkout's own root is the repository, a worktree or a submodule: one above it, in which a tarball
    was unpacked, tells nothing of this code. Nor does one that GIT_DIR names. None as well where git isn't installed.
    """
    place = [f"--git-dir={checkout / '.git'}", f"--work-tree={checkout}"]  # named, git looks nowhere else
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", *place, "describe", "--always", "--dirty", "--abbrev=40"]
    try:
        done = subprocess.run(command, env=surroundings, capture_output=True, check=True, timeout=30)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode(errors="replace").strip()
