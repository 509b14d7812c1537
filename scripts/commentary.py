"""Write the commentary: sentences chosen by the numbers in claims.csv; and beside it the settings behind them."""

import argparse
import json
from itertools import product
from pathlib import Path

from normscape import claims, commentary, datasets, files, jobs, landscape, metrics, reproduction, tables

SHOWN = (1, 10)  # passes of the notebook that the commentary shows; reproduction.csv has all


def main(arguments):
    measured = tables.read(arguments.metrics, metrics.METRICS, "aggregate")
    every_rates = tables.read(arguments.curves, claims.CURVE_ROWS, "compare")
    curves = tables.records(every_rates[every_rates["learning_rate"] == arguments.learning_rate])
    rows = tables.records(tables.read(arguments.claims, claims.CLAIMS, "compare"))
    printed = tables.records(tables.read(arguments.reproduction, reproduction.REPRODUCTION, "compare"))
    provenances = [files.read_provenance(path) for path in provenance_files(arguments)]
    drawn = zip(arguments.figures, drawing_rules(arguments), strict=True)
    pictures = {path.with_suffix(".png").name: files.read_made(path, rule) for path, rule in drawn}
    comparison, forest, notebook, *_ = pictures
    models = [arguments.baseline, *arguments.treatments]
    dataset = datasets.DATASETS[arguments.dataset]
    entries = {name: arguments.settings["models"][name] for name in arguments.models}
    settings = {name: getattr(arguments, name) for name in reproduction.SETTINGS}
    found = [commentary.claim(row, arguments.baseline, arguments.confidence) for row in rows]
    text = commentary.render(
        arguments.template,
        baseline=arguments.baseline,
        treatments=[
            commentary.treatment(name, found, entries[name], entries[arguments.baseline])
            for name in arguments.treatments
        ],
        **commentary.models_facts(entries),
        excluded=claims.excluded(measured, models, arguments.learning_rate, arguments.seeds),
        comparison=comparison,
        forest=forest,
        notebook=notebook,
        alt=commentary.alternative_text(curves, arguments.models),
        caption=commentary.caption(curves, arguments.models, arguments.confidence),
        level=f"{100 * arguments.confidence:g} %",
        directions=arguments.directions,
        dataset=f"{dataset.name}: {dataset.images}, {len(dataset.classes)} classes",
        percent=f"{100 * arguments.fraction:g} %",
        all_images=round(arguments.fraction * dataset.training_images) == dataset.training_images,
        learning_rate=arguments.learning_rate,
        batch_size=arguments.batch_size,
        passes=arguments.passes,
        sweep=commentary.sweep(
            claims.outcomes(measured, arguments.models, arguments.seeds),
            tables.records(claims.at_last_pass(every_rates)),
            claims.largest_rates(measured, models, arguments.learning_rate, arguments.seeds),
            rows,
            arguments.learning_rate,
            arguments.confidence,
        ),
        landscape=along_the_steps(measured, models, arguments) if "landscape.png" in pictures else None,
        **commentary.reproduction_facts(printed, SHOWN),
        unlike_notebook=reproduction.unlike(settings, entries),
        costs=commentary.costs(provenances),
        provenance=commentary.provenance(provenances),
    )
    title = "Does batch normalisation smooth the loss landscape?"
    files.write_text(arguments.html, commentary.to_html(text, title, pictures))
    files.write_text(arguments.markdown, text)
    files.write_json(arguments.config, arguments.settings)
    print(f"{len(text.split())} words")


def along_the_steps(measured, models, arguments):
    bands = landscape.bands(measured, models, arguments.learning_rate, arguments.seeds)
    return commentary.landscape(tables.records(landscape.means(bands)), models)


def drawing_rules(arguments):
    """The rule that drew each figure: one rule drew the first three, the others have a rule each."""
    return ["figure"] * 3 + [f"{path.stem}_figure" for path in arguments.figures[3:]]


def provenance_files(arguments):
    """The provenance of each job that led here, in the order of the rules."""
    runs = [
        Path(arguments.run.format(model=model, learning_rate=rate, seed=seed))
        for model, rate, seed in product(arguments.models, arguments.learning_rates, arguments.seeds)
    ]
    prepared = [Path(arguments.prepared.format(seed=seed)) for seed in arguments.seeds]
    once = ("aggregate", "compare", *dict.fromkeys(drawing_rules(arguments)))
    gathered = [arguments.metrics.with_name(f"provenance-{rule}.json") for rule in once]
    trained = [run / f"provenance-{rule}.json" for rule in ("train", "smoothness") for run in runs]
    paths = [*arguments.once, *prepared, *trained, *gathered]
    return [path for path in paths if path.exists()]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--baseline", required=True)
    parser.add_argument("--batch-size", required=True, type=int)
    parser.add_argument("--confidence", required=True, type=float)
    parser.add_argument("--dataset", required=True)
    parser.add_argument("--directions", required=True, type=int)
    parser.add_argument("--fraction", required=True, type=float)
    parser.add_argument("--learning-rate", required=True, type=float, help="the base rate")
    parser.add_argument("--learning-rates", required=True, nargs="+", help="all, as they stand in the paths")
    parser.add_argument("--models", required=True, nargs="+", help="all that the figure shows")
    parser.add_argument("--once", required=True, nargs="+", type=Path, help="provenance of the rules that run once")
    parser.add_argument("--passes", required=True, type=int)
    parser.add_argument("--prepared", required=True, help="provenance of the prepare rule, with {seed}")
    parser.add_argument("--run", required=True, help="a run's folder, with {model}, {learning_rate} and {seed}")
    parser.add_argument("--seeds", required=True, nargs="+", type=int, help="the replicates that there should be")
    parser.add_argument("--settings", required=True, type=json.loads, help="the whole config, as JSON")
    parser.add_argument("--treatments", required=True, nargs="+")
    parser.add_argument("--claims", required=True, type=Path, help="table of the compare rule")
    parser.add_argument("--curves", required=True, type=Path, help="table of the compare rule")
    parser.add_argument(
        "--figures",
        required=True,
        nargs="+",
        type=Path,
        help="SVGs, a PNG beside each: comparison, claims, reproduction; sweep and landscape if there are any",
    )
    parser.add_argument("--metrics", required=True, type=Path, help="table of the aggregate rule")
    parser.add_argument("--reproduction", required=True, type=Path, help="table of the compare rule")
    parser.add_argument("--template", required=True, type=Path)
    parser.add_argument("--config", required=True, type=Path, help="the file to write the settings to")
    parser.add_argument("--html", required=True, type=Path, help="the page to write")
    parser.add_argument("--markdown", required=True, type=Path, help="the text to write")
    parser.add_argument("--provenance", required=True, type=Path, help="the file to write")
    jobs.run("commentary", main, parser.parse_args())
