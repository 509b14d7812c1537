import pytest
from entries import BATCH, PLAIN, VARIANTS, variant
from normscape.errors import InputError
from normscape.models import architectures

SHAPE = (1, 28, 28)
DEEP = {"channels": [4, 4, 4, 4]}  # 28 × 28 pixels shrink to 14, 7, 3, and 1 × 1
BEFORE = {"placement": "before_activation"}


@pytest.mark.parametrize("name", VARIANTS)
def test_every_variant_is_well(name):
    architectures.check(variant(name), SHAPE, batch_size=1)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({**PLAIN, "placement": "after_pool"}, "'placement' goes with a normalisation only"),
        ({**PLAIN, "affine": True}, "'affine' goes with a normalisation only"),
        ({**PLAIN, "groups": 2}, "'groups' goes with normalisation 'group' only, not with normalisation 'none'"),
        ({**BATCH, "groups": 2}, "'groups' goes with normalisation 'group' only, not with normalisation 'batch'"),
        ({**PLAIN, "normalisation": "layer", "affine": True}, "the key 'placement' is missing"),
        ({**PLAIN, "normalisation": "layer", "placement": "after_pool"}, "the key 'affine' is missing"),
        ({**BATCH, "normalisation": "group"}, "the key 'groups' is missing"),
        (variant("group", groups=5), "groups: 5 don't divide the 16 filters of convolution 1"),
        (variant("group", groups=32), "groups: 32 don't divide the 16 filters of convolution 1"),
        (variant("group", groups=16, channels=[16, 24]), "groups: 16 don't divide the 24 filters of convolution 2"),
        ({**PLAIN, "channels": [4] * 5}, "5 convolutions with a max-pool each need images of at least 32 pixels"),
        (variant("instance", **DEEP), "normalisation 'instance' would take its statistics of a single value at conv"),
        (variant("group", **DEEP, groups=4), "'group' would take its statistics of a single value at convolution 4"),
        (variant("layer", channels=[4, 4, 4, 1]), "'layer' would take its statistics of a single value at conv"),
        (
            variant("batch", **DEEP),
            "normalisation 'batch' would take its statistics of a single value at convolution 4",
        ),
    ],
)
def test_what_does_not_go_together_is_named(entry, words):
    with pytest.raises(InputError) as error:
        architectures.check(entry, SHAPE, batch_size=1)
    assert words in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize(
    "entry",
    [
        {**PLAIN, **DEEP},
        variant("instance", **DEEP, **BEFORE),
        variant("group", **DEEP, groups=2),
        variant("layer", **DEEP),
        variant("batch", **DEEP, **BEFORE),
    ],
)
def test_a_map_of_one_pixel_is_refused_only_where_a_statistic_would_be_of_it_alone(entry):
    architectures.check(entry, SHAPE, batch_size=1)
    architectures.check(variant("batch", **DEEP), SHAPE, batch_size=2)


def test_what_the_image_allows_depends_on_its_shorter_side():
    architectures.check({**PLAIN, "channels": [4] * 5}, (3, 32, 32))
    with pytest.raises(InputError, match="not 40 × 31"):
        architectures.check({**PLAIN, "channels": [4] * 5}, (3, 40, 31))
