from types import SimpleNamespace

import numpy
import pytest
from drawings import SIZE, design, overlapping
from matplotlib.image import imread
from normscape.analysis.claims import CLAIMS
from normscape.report.figures import claims, style


def draw(rows, treatments=("Normed",), differences=None):
    results = SimpleNamespace(claims=rows, differences=differences or {}, design=design(["Plain", *treatments]))
    return claims.draw(results, SIZE)


def claim_rows(treatments):
    verdicts = ["supported", "contradicted", "inconclusive"]
    rows = [
        {
            **{"claim": claim.id, "estimand": claim.estimand, "treatment": treatment, "unit": claim.unit},
            **{"estimate": 0.1 * i, "low": 0.1 * i - 0.2, "high": 0.1 * i + 0.2, "verdict": verdicts[i % 3]},
        }
        for claim in CLAIMS
        for i, treatment in enumerate(treatments)
    ]
    differences = {(row["claim"], row["treatment"]): numpy.array([-0.1, 0.1]) + row["estimate"] for row in rows}
    return rows, differences


@pytest.mark.parametrize("count", [1, 2, 7])
def test_each_treatment_has_a_line_of_its_own_with_its_name_in_every_claim(count):
    treatments = [f"InstanceNormNet{i}" for i in range(count)]
    rows, differences = claim_rows(treatments)
    figure = draw(rows, treatments, differences)
    texts = [text for axis in figure.axes for text in axis.texts]
    expected = [row["verdict"] if count == 1 else f"{row['treatment']}: {row['verdict']}" for row in rows]
    assert sorted(text.get_text() for text in texts) == sorted(expected)
    assert overlapping(figure, texts) == []
    for axis in figure.axes:
        ticks = axis.get_yticks()
        own = [row for row in rows if (row["unit"] == "log ratio") == (axis is figure.axes[0])]
        for text, row in zip(axis.texts, own, strict=True):
            words = axis.get_yticklabels()[numpy.abs(ticks - text.xy[1]).argmin()].get_text()
            assert words.startswith(row["claim"] + " ")  # it stands beside its claim, not its neighbour


@pytest.mark.parametrize("dpi", [50, 200])
def test_no_text_is_cut_off_at_the_edges(tmp_path, dpi):
    rows = [
        {"claim": f"C{i}", "estimand": "SD of the pass-to-pass change of log smoothness", "treatment": "Normed",
         "unit": unit, "estimate": 0.1, "low": None, "high": None, "verdict": "inconclusive"}
        for i, unit in enumerate(["log ratio", "accuracy difference"])
    ]  # fmt: skip
    style.save(draw(rows), tmp_path / "x.png", dpi=dpi)
    picture = imread(tmp_path / "x.png")
    edges = numpy.concatenate([picture[:, 0], picture[:, -1], picture[0], picture[-1]])
    assert (edges[:, :3] == 1).all()


@pytest.mark.parametrize(("low", "high", "arrows"), [(-0.2, 0.9, 0), (-numpy.inf, 0.9, 1), (0.1, numpy.inf, 1)])
def test_an_open_end_of_an_interval_is_an_arrow(tmp_path, low, high, arrows):
    row = {"claim": "C7", "estimand": "rate", "treatment": "Normed", "unit": "log ratio", "estimate": 0.4}
    row |= {"low": low, "high": high, "verdict": "inconclusive"}
    accuracy = row | {"claim": "C2a", "unit": "accuracy difference", "low": 0.1, "high": 0.7}
    figure = draw([row, accuracy])
    assert sum(text.arrow_patch is not None for text in figure.axes[0].texts) == arrows
    style.save(figure, tmp_path / "x.png", dpi=50)
