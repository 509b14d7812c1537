import pytest
from entries import BATCH, PLAIN, variant
from normscape.report.sections import models
from sentences import text, treatment


@pytest.mark.parametrize(
    ("entries", "words", "absent"),
    [
        ([BATCH], ["In Normed0 the normalisation stands after the pooling, as in the notebook"], ["itself, in every"]),
        (
            [variant("batch before relu")],
            ["In Normed0 the normalisation stands between convolution and activation, as usual, not after the pooling"],
            ["stands after the pooling", "itself, in every"],
        ),
        (
            [BATCH, variant("layer before mish"), variant("instance without affine")],
            [
                "In Normed0, Normed2 the normalisation stands after the pooling, ",
                "In Normed1 it stands between convolution and activation, as usual.",
                "The normalisation of Normed1, Normed2 takes its statistics from each image by itself",
                "| Normed1 | 16, 32 | 5 × 5 | Mish | LayerNorm before the activation |",
                "| Normed2 | 16, 32 | 5 × 5 | ReLU | InstanceNorm after the pooling, without scale and shift |",
                "In eval mode BatchNorm uses its running averages",
            ],
            [],
        ),
        (
            [variant("group")],
            ["| Normed0 | 16, 32 | 5 × 5 | ReLU | GroupNorm of 2 groups after the pooling |"],
            ["BatchNorm uses its running averages"],
        ),
        (
            [variant("plain, gelu")],
            ["| Normed0 | 16, 32 | 5 × 5 | GELU | none |"],
            ["the normalisation stands", "it stands", "running averages"],
        ),
    ],
)
def test_what_is_said_of_the_models_is_true_of_those_that_there_are(entries, words, absent):
    named = {f"Normed{i}": entry for i, entry in enumerate(entries)}
    found = text(
        treatments=[treatment(name, entry, {}) for name, entry in named.items()],
        **models.facts({"Plain": PLAIN} | named),
    )
    assert "| Plain | 16, 32 | 5 × 5 | ReLU | none |" in found
    assert [each for each in words if each not in found] == []
    assert [each for each in absent if each in found] == []
