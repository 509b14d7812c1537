import matplotlib
import pytest
from drawings import compared
from matplotlib.image import imread
from normscape.report.figures import limits, style


def test_an_svg_of_many_replicates_holds_pixels_instead_of_their_lines(tmp_path):
    def paths(**options):
        style.save(compared(**options), tmp_path / "x.svg")
        text = (tmp_path / "x.svg").read_text()
        return text.count("<path"), text.count("<image")

    few, many = paths(seeds=range(limits.VECTORS), passes=9), paths(seeds=range(limits.VECTORS + 1), passes=10)
    assert few[0] > 8 * limits.VECTORS > many[0]
    assert (few[1], many[1]) == (0, 4)  # one image a panel
    assert paths(seeds=range(10), passes=60)[1] == 4  # as many points in fewer lines


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_pictures_are_the_same_bytes_each_time(tmp_path, suffix):
    for name in ("first", "second"):
        style.save(compared(), tmp_path / f"{name}.{suffix}", dpi=60)
    assert (tmp_path / f"first.{suffix}").read_bytes() == (tmp_path / f"second.{suffix}").read_bytes()


def test_the_svg_has_real_text_and_the_png_its_resolution(tmp_path):
    style.save(compared(), tmp_path / "x.svg")
    assert ">Local smoothness L̂</text>" in (tmp_path / "x.svg").read_text()
    style.save(compared(), tmp_path / "x.png", dpi=100)
    assert imread(tmp_path / "x.png").shape[:2] == (700, 1100)


SPOILING = {
    "text.usetex": True,
    "figure.facecolor": "red",
    "figure.constrained_layout.h_pad": 1,
    "font.size": 30,
    "font.family": ["monospace"],
    "axes.formatter.use_mathtext": True,
    "axes.prop_cycle": matplotlib.cycler(color=["pink"]),
    "lines.antialiased": False,
    "lines.linewidth": 9,
    "path.simplify": False,
    "savefig.bbox": "tight",
    "savefig.dpi": 31,
    "savefig.transparent": True,
    "svg.fonttype": "path",
    "svg.image_inline": False,
}


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_a_users_own_settings_change_no_picture(tmp_path, suffix):
    style.save(compared(passes=9, seeds=range(9)), tmp_path / f"plain.{suffix}", dpi=60)
    with matplotlib.rc_context(SPOILING):
        style.save(compared(passes=9, seeds=range(9)), tmp_path / f"spoilt.{suffix}", dpi=60)
        assert matplotlib.rcParams["font.size"] == 30
    assert (tmp_path / f"plain.{suffix}").read_bytes() == (tmp_path / f"spoilt.{suffix}").read_bytes()
