import matplotlib
import pytest
from matplotlib import pyplot


@pytest.fixture(autouse=True)
def among_settings_of_a_user():
    """Run each test as beneath a matplotlibrc that no figure survives which follows it; and close the figures."""
    with matplotlib.rc_context({"figure.hooks": ["nowhere:nothing"]}):
        yield
    pyplot.close("all")
