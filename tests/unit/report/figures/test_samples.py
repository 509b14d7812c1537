import numpy
import pytest
from matplotlib.image import imread
from normscape.report.figures import samples, style


def test_samples_stand_under_their_names():
    figure = samples.draw(numpy.zeros((2, 1, 28, 28), dtype="uint8"), ["Coat", "Bag"])
    assert [axis.get_title() for axis in figure.axes] == ["Coat", "Bag"]


@pytest.mark.parametrize(("pixel", "colour"), [([128], (128, 128, 128)), ([255, 0, 30], (255, 0, 30))])
def test_samples_are_drawn_grey_or_in_their_colours(tmp_path, pixel, colour):
    image = numpy.array(pixel, dtype="uint8")[None, :, None, None] * numpy.ones((1, 1, 8, 8), dtype="uint8")
    style.save(samples.draw(image, ["Frog"]), tmp_path / "x.png", dpi=50)
    drawn = (imread(tmp_path / "x.png")[:, :, :3] * 255).round()
    height, width = drawn.shape[:2]
    assert tuple(drawn[2 * height // 3, width // 2]) == colour
