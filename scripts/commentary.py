from pathlib import Path

from normscape import atomic, code, jobs
from normscape.analysis import register
from normscape.analysis.runs import Runs
from normscape.provenance import read_made, read_source
from normscape.report import commentary, page
from normscape.report.results import Results
from normscape.report.sections import costs


def main(
    *,
    settings: dict,
    codes: dict,
    run: str,
    prepared: str,
    once: list[Path],
    template: Path,
    analysis: Path,
    looks: Path,
    metrics: Path,
    claims: Path,
    curves: Path,
    reproduction: Path,
    pictures: list[Path],
    markdown: Path,
    html: Path,
    config: Path,
):
    """Write the commentary: sentences chosen by the numbers of the tables; and beside it the settings behind them.

    settings: the whole config
    codes: digest of the code of each program behind what is told
    run: a run's folder, with {model}, {learning_rate} and {seed}
    prepared: provenance of the prepare rule, with {seed}
    once: provenance of the rules that run once
    template: of the text
    analysis: register of the register rule
    looks: register of the compare rule
    metrics: table of the aggregate rule
    claims: table of the compare rule
    curves: table of the compare rule
    reproduction: table of the compare rule
    pictures: PNGs of the figures rule, an SVG beside each
    markdown: the text to write
    html: the page to write
    config: the file to write the settings to
    """
    tables = {"metrics": metrics, "curves": curves, "claims": claims, "reproduction": reproduction}
    results = Results.read(settings, codes, tables)
    provenances = costs.read(Runs(settings, codes, run, prepared), once, metrics.parent)
    vectors = {}
    for picture in pictures:
        read_made(picture, "figures")  # the text shows it
        vectors[picture.name] = read_made(picture.with_suffix(".svg"), "figures")
    for source in code.templates(template):
        read_source(source)
    registers = register.require_fixed(analysis, results.design), register.looks(looks, take=True)
    facts = commentary.facts(results, settings, provenances, [picture.stem for picture in pictures], registers)
    text = page.render(template, **facts)
    atomic.write_text(html, page.to_html(text, commentary.TITLE, vectors))
    atomic.write_text(markdown, text)
    atomic.write_json(config, settings)
    print(f"{len(text.split())} words")


if __name__ == "__main__":
    jobs.run(main)
