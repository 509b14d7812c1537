import numpy
import torch
from normscape.data.subsample import normalise, pixel_statistics, subsample

PIXELS = torch.randint(0, 256, (50, 6, 6), generator=torch.Generator().manual_seed(1)).to(torch.uint8)


def test_a_subsample_is_without_replacement_and_its_seeds_own():
    indices = subsample(60_000, 6000, seed=3)
    assert len(set(indices.tolist())) == 6000
    assert indices.min() >= 0 and indices.max() < 60_000
    assert torch.equal(indices, subsample(60_000, 6000, seed=3))
    assert not torch.equal(indices, subsample(60_000, 6000, seed=4))


def test_statistics_are_numpys():
    mean, std, constant = pixel_statistics(PIXELS)
    exact = PIXELS.numpy().astype("float64")
    numpy.testing.assert_allclose(mean, exact.mean(0), rtol=1e-6)
    numpy.testing.assert_allclose(std, exact.std(0, ddof=1), rtol=1e-6)
    assert not constant.any()


def test_statistics_of_more_images_than_are_summed_at_once():
    many = PIXELS.repeat(50, 1, 1)
    mean, std, _ = pixel_statistics(many)
    numpy.testing.assert_allclose(std, many.numpy().astype("float64").std(0, ddof=1), rtol=1e-6)
    numpy.testing.assert_allclose(mean, many.double().mean(0), rtol=1e-6)


def test_normalised_pixels_have_mean_0_and_sd_1():
    normalised = normalise(PIXELS, *pixel_statistics(PIXELS))
    assert normalised.dtype == torch.float32
    assert normalised.mean(0).abs().max() < 1e-5
    assert (normalised.std(0) - 1).abs().max() < 1e-5


def test_a_constant_pixel_becomes_0_in_both_sets():
    training = PIXELS.clone()
    training[:, 0, 0] = 7
    statistics = pixel_statistics(training)
    assert statistics[2].nonzero().tolist() == [[0, 0]]
    assert (normalise(training, *statistics)[:, 0, 0] == 0).all()
    test = normalise(PIXELS, *statistics)  # there the pixel isn't constant: by the notebook's formula ±10⁸
    assert (test[:, 0, 0] == 0).all()
    assert test.abs().max() < 10
