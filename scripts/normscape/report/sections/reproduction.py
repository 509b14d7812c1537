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
                "notebook": f"{row['notebook']:.3f}",
                "mean": f"{row['mean']:.3f}",
                "sd": "–" if row["sd"] is None else f"{row['sd']:.3f}",
                "distance": "–" if row["distance"] is None else f"{row['distance']:+.1f}".replace("-", "−"),
                "rank": row["rank"],
                "n": row["n"],
            }
            for row in rows
            if row["pass"] in passes
        ],
        "reproduction_total": len(distances),
        "within": sum(distance <= 2 for distance in distances),
        "beyond": sum(distance > 3 for distance in distances),
    }
