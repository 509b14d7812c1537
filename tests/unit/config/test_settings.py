"""What the rules take from the config, whatever the order in which it is written."""

import subprocess
import sys
from pathlib import Path

import normscape
import pytest
from entries import PLAIN
from normscape import recipes
from normscape.analysis.design import Design
from normscape.config.settings import settings


@pytest.mark.parametrize(
    ("rate", "rates", "kept"),
    [
        (0.04, ["0.04"], 0.04),
        ([0.04], ["0.04"], 0.04),
        (4.0e-2, ["0.04"], 0.04),
        (1, ["1.0"], 1),
        (1.0e-7, ["1e-07"], 1.0e-7),
        ([0.04, 0.16, 0.01], ["0.04", "0.01", "0.16"], [0.04, 0.01, 0.16]),
        ([0.04, 1, 0.16], ["0.04", "0.16", "1.0"], [0.04, 0.16, 1]),
    ],
)
def test_the_base_rate_is_first_and_the_others_follow_by_size(config, rate, rates, kept):
    config["training"]["learning_rate"] = rate
    found = settings(config)
    assert recipes.learning_rates(found) == rates
    assert Design.of(found).learning_rate == float(rates[0])
    assert found["training"]["learning_rate"] == kept


def test_compared_models_are_drawn_first(config):
    config["models"] |= {"Wide": PLAIN, "Another": PLAIN}
    config["comparison"] |= {"baseline": "Wide", "treatments": ["ConvNet", "Another"]}
    found = settings(config)
    assert recipes.plotted_models(found) == ["Wide", "ConvNet", "Another", "BatchNormConvNet"]
    assert Design.of(found)[:2] == ("Wide", ["ConvNet", "Another"])


def test_an_order_that_means_nothing_changes_nothing(config):
    config["smoothness"]["step_multiples"] = [0.5, 1, 2]
    found = settings(config)
    turned = {key: config[key] for key in reversed(config)}
    turned["seeds"] = config["seeds"][::-1]
    turned["models"] = {name: config["models"][name] for name in reversed(config["models"])}
    turned["smoothness"] = {
        key: value[::-1] if isinstance(value, list) else value for key, value in config["smoothness"].items()
    }
    turned["training"] = {**config["training"], "early_updates": config["training"]["early_updates"][::-1]}
    assert settings(turned) == found


def test_where_the_data_come_from_is_not_kept_and_all_else_is(config):
    kept = settings(config)
    assert kept == {**config, "dataset": {"name": "FashionMNIST", "fraction": 0.1}}
    assert "sources" in config["dataset"]  # and the config is as it was


def test_reading_the_config_loads_nothing_large():
    code = (
        "import normscape.config.check, normscape.config.layers, normscape.config.settings, normscape.recipes, sys; "
        "print({'torch', 'torchvision', 'numpy', 'pandas', 'scipy', 'matplotlib', 'snakemake'} & set(sys.modules))"
    )
    environment = {"PYTHONPATH": str(Path(normscape.__file__).parents[1])}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
