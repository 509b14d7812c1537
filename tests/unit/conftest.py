import pytest
from normscape import atomic, provenance


@pytest.fixture(autouse=True)
def nothing_read_or_written():
    """Forget what other tests read and wrote in this process; a job has one of its own."""
    provenance.taken.clear()
    atomic.written.clear()
