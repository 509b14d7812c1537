"""What is added in one place arrives everywhere: a claim, a measure, a figure, each as README says."""

import pytest
from normscape import tables
from normscape.analysis import metrics, verdicts

CLAIM = '''"""C20: is the train accuracy higher at the last pass?"""

from ..estimates import last
from .claim import ABOVE, ACCURACY_DIFFERENCE, Claim

CLAIM = Claim(
    id="C20",
    heading="Train accuracy, added by a test",
    estimand="train accuracy at the last pass",
    metric="train_accuracy",
    mode="eval",
    measure=last,
    unit=ACCURACY_DIFFERENCE,
    claimed=ABOVE,
    note="A note that a test added.",
)
'''
MEASURE = """    Measure(_number("squared_length", low=0), lambda step: (step.displacement @ step.displacement).item()),
"""
FIGURE = '''"""Each replicate's last train loss."""

from matplotlib import pyplot


def draw(results, size):
    figure, axis = pyplot.subplots(figsize=size)
    last = results.last_replicates
    axis.plot(last.loc[last["metric"] == "train_loss", "value"].to_numpy(), "o")
    return figure
'''


def edit(checkout, path, old, new):
    path = checkout.path(path)
    text = path.read_text()
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path}"
    path.write_text(text.replace(old, new))


@pytest.fixture
def added(rerun):
    library = "scripts/normscape"
    rerun.path(f"{library}/analysis/claims/c20.py").write_text(CLAIM)
    edit(rerun, f"{library}/analysis/claims/__init__.py", "import c1, ", "import c1, c20, ")
    edit(rerun, f"{library}/analysis/claims/__init__.py", "c11.CLAIM)", "c11.CLAIM, c20.CLAIM)")
    edit(
        rerun,
        f"{library}/measurement/measures.py",
        '    Measure(_number("displacement_norm"',
        f'{MEASURE}    Measure(_number("displacement_norm"',
    )
    rerun.path(f"{library}/report/figures/added.py").write_text(FIGURE)
    edit(
        rerun,
        f"{library}/report/catalogue.py",
        "FIGURES = (\n",
        'FIGURES = (\n    Figure("added", "Added by a test"),\n',
    )
    edit(rerun, f"{library}/report/catalogue.py", "from .figures import ", "from .figures import added, ")
    edit(rerun, f"{library}/report/catalogue.py", "modules = (", "modules = (added, ")
    rerun.path("workflow/report/added.rst").write_text("A caption that a test added.\n")
    rerun.finish("--cores", "4")
    return rerun


def test_a_claim_a_measure_and_a_figure_arrive(added, finished):
    rows = tables.records(tables.read(added.results("claims.csv"), verdicts.COLUMNS, "compare"))
    (row,) = (row for row in rows if row["claim"] == "C20")
    assert (row["unit"], row["n"]) == ("accuracy difference", 2) and row["p_holm"] is not None
    text = added.results("commentary.md").read_text(encoding="utf-8")
    assert "| C20 | train accuracy at the last pass | eval | 2 |" in text
    assert "**C20 · Train accuracy, added by a test.** " in text and "A note that a test added." in text
    assert "C20  train accuracy at the last pass" in added.results("claims.svg").read_text(encoding="utf-8")

    table = tables.read(added.results("metrics.csv"), metrics.COLUMNS, "aggregate").set_index("metric")["value"]
    assert table["squared_length"].to_numpy() == pytest.approx(table["displacement_norm"].to_numpy() ** 2)

    assert added.results("added.png").stat().st_size > 1000 and "(added.png)" in text
    page = added.results("commentary.html").read_text(encoding="utf-8")
    assert page.count("data:image/svg+xml") == 4 and "Added by a test" in page

    # All else is as it was.
    before = tables.read(finished.results("metrics.csv"), metrics.COLUMNS, "aggregate")
    after = tables.read(added.results("metrics.csv"), metrics.COLUMNS, "aggregate")
    after = after[after["metric"] != "squared_length"].reset_index(drop=True)
    assert after.equals(before)
