"""The notebook's numbers in words."""

MEASURES = {
    "train_loss": "train loss",
    "train_accuracy": "train accuracy",
    "test_loss": "test loss",
    "test_accuracy": "test accuracy",
    "notebook_estimator": "its smoothness",
}
QUOTED_PASSES = (1, 10)  # those that the commentary shows; reproduction.csv has all


def facts(rows, passes=QUOTED_PASSES):
    """Return what the template says of the rows of reproduction.csv, dicts; of the `passes`, each of them."""
    distances = [abs(row["distance"]) for row in rows if row["distance"] is not None]
    return {
        "reproduction": [
            {
                "model": row["model"],
                "number": row["pass"],
                "metric": MEASURES[row["metric"]],
                **{name: _number(row[name]) for name in ("notebook", "mean", "sd")},
                "distance": _distance(row["distance"]),
                "rank": row["rank"],
                "n": row["n"],
            }
            for row in rows
            if row["pass"] in passes
        ],
        "reproduction_single": all(row["n"] == 1 for row in rows),
        "reproduction_total": len(distances),
        "within": sum(distance <= 2 for distance in distances),
        "beyond": sum(distance > 3 for distance in distances),
    }


def _number(value):
    """Return a number to three decimals, as the notebook printed it; one that would vanish in them, to two digits."""
    if value is None:
        return "–"
    return f"{value:.3f}" if value == 0 or 0.0005 <= abs(value) < 1e6 else f"{value:.2g}"


def _distance(value):
    if value is None:
        return "–"
    far = "beyond " if abs(value) > 1000 else ""
    return far + f"{min(max(value, -1000), 1000):+.{0 if far else 1}f}".replace("-", "−")
