from pathlib import Path

from normscape import jobs
from normscape.report import catalogue
from normscape.report.figures import style
from normscape.report.results import Results


def main(
    *,
    settings: dict,
    codes: dict,
    metrics: Path,
    curves: Path,
    claims: Path,
    reproduction: Path,
    pictures: list[Path],
):
    """Draw figures of what was measured and compared.

    settings: those sections of the config that the figures rest on
    codes: digest of the code of each program behind the tables
    metrics: table of the aggregate rule
    curves: table of the compare rule
    claims: table of the compare rule
    reproduction: table of the compare rule
    pictures: PNGs to write, each named after its figure; an SVG is written beside it
    """
    tables = {"metrics": metrics, "curves": curves, "claims": claims, "reproduction": reproduction}
    results = Results.read(settings, codes, tables)
    size = settings["figure"]
    for picture in pictures:
        figure = catalogue.module(picture.stem).draw(results, (size["width"], size["height"]))
        style.save(figure, picture, picture.with_suffix(".svg"), dpi=size["dpi"])


if __name__ == "__main__":
    jobs.run(main)
