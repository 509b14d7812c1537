import pytest
from matplotlib import pyplot


@pytest.fixture(autouse=True)
def closed():
    """Close each test's figures, which pyplot would else keep."""
    yield
    pyplot.close("all")
