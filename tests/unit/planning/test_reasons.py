import pytest
from normscape.planning.jobs import Job
from normscape.planning.reasons import words

CHANGED = "Params have changed since last execution: "


def job(rule, reason, outputs=("a.csv",), **recipe):
    return Job(rule, reason, [], list(outputs), recipe)


def made(what, was, asked):
    return f"{CHANGED}made with {what} {was}, where {asked} is asked for"


@pytest.mark.parametrize(
    ("rule", "reason", "said"),
    [
        ("train", made("training.batch_size", 32, 16), "training.batch_size was 32, is 16"),
        ("train", made("model.kernel_size", 5, 3), "models.Net.kernel_size was 5, is 3"),
        ("prepare", made("fraction", 0.1, 0.2), "dataset.fraction was 0.1, is 0.2"),
        ("samples", made("dataset", '"A"', '"B"'), 'dataset.name was "A", is "B"'),
        ("probe", made("probing.passes", "nothing", '"all"'), 'smoothness.passes was nothing, is "all"'),
        ("probe", made("batch_size", 32, 16), "training.batch_size was 32, is 16"),
        ("probe", made("probing.directions", 1, 2), "smoothness.directions was 1, is 2"),
        ("probe", made("probing.step_multiples", [1, 5], [1, 2]), "smoothness.step_multiples: 2 added, 5 left out"),
        ("compare", f"{made('seeds', [0], [0, 2])}; Input files updated by another job: a", "seeds: 2 added"),
        ("compare", made("codes.train", '"ab"', '"cd"'), "the code of train.py changed"),
        ("compare", made("some", '["A", "B"]', '["B", "A"]'), 'some was ["A", "B"], is ["B", "A"]'),
        ("train", f"{CHANGED}made by other code of train.py (ab, now cd)", "its code changed"),
        (
            "train",
            f"{CHANGED}made with nobody knows what, for there is no provenance",
            "no record says what it was made with",
        ),
        (
            "train",
            f"{CHANGED}made from another a/seed-0.safetensors than the one that is there",
            "a/seed-0.safetensors is another file than it was made from",
        ),
        ("train", f"{CHANGED}Union of exclusive params", "its settings changed"),
        ("aggregate", "Set of input files has changed since last execution", "other runs than before"),
        ("aggregate", "Updated input files: x.csv", "what it reads changed"),
        ("aggregate", "Input files updated by another job: x.csv", "what it reads is made anew"),
        ("train", "Forced execution", "asked for by you"),
        ("train", "Code has changed since last execution", "its command changed"),
        ("train", "Something that is new in Snakemake", "Something that is new in Snakemake"),
    ],
)
def test_reasons_in_words(rule, reason, said):
    assert words(job(rule, reason, name="Net")) == said


def test_a_value_of_many_letters_is_cut():
    seeds = list(range(100))
    said = words(job("compare", f"made with seeds [], where {seeds} is asked for"))
    assert said == f"seeds: {str(seeds)[1:39]} … added"


def test_a_job_is_new_only_where_none_of_its_files_is_there(tmp_path):
    files = [str(tmp_path / name) for name in ("a.csv", "b.csv")]
    reason = f"Missing output files: {', '.join(files)}; Input files updated by another job: c"
    assert words(job("train", reason, files)) == "new"
    (tmp_path / "a.csv").touch()
    assert words(job("train", reason, files)) == "b.csv is missing"
