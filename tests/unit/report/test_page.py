import re

import jinja2
import pytest
from entries import BATCH
from normscape.report import page
from sentences import TEMPLATE, text


def test_a_name_that_the_template_lacks_is_an_error():
    with pytest.raises(jinja2.UndefinedError):
        page.render(TEMPLATE, baseline="Plain")


def test_the_page_holds_tables_and_pictures_and_needs_no_other_file():
    html = page.to_html(text(), "A title", {"comparison.png": b"picture"})
    assert html.startswith("<!DOCTYPE html>")
    assert "<title>A title</title>" in html
    assert '<img alt="Four panels." src="data:image/svg+xml;base64,cGljdHVyZQ==">' in html
    assert html.count("<table>") == 3 and "http" not in html


def visible(markdown_text):
    """What a reader of the page sees of it."""
    html = page.to_html(markdown_text, "A title", {}).partition("</style>")[2]
    return re.sub(r"<[^>]*>", "", re.sub(r'<img alt="([^"]*)"[^>]*>', r"\1", html))


NAMES = ["_net_", "a_b_c", "__x__", "x_", "a._b_", "_a-_b", "a__b__c", "x_.y_"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "line",
    [
        "{} and {} again",
        "**{} against {}: no answer**",
        "### {} against {}",
        "- {}: *{}*",
        "![{} against {}](my_net_.png)",
        "| {} | {} |\n|---|---|\n| {} | ({}) |",
    ],
)
def test_underscores_of_a_name_stay_underscores(tmp_path, name, line):
    (tmp_path / "x.j2").write_text(line.replace("{}", "{{ name }}"))
    text = page.render(tmp_path / "x.j2", name=name)
    assert visible(text).count(name) == line.count("{}")
    assert "my_net_.png" not in line or 'src="my_net_.png"' in page.to_html(text, "A title", {})
    html = page.to_html(text, "A title", {})
    assert (html.count("<em>"), html.count("<strong>")) == (line.count(" *{}*"), line.count("**{}"))


def test_the_same_names_unescaped_would_be_emphasis():  # else the test above shows nothing
    assert [name for name in NAMES if name not in visible(f"{name} and {name} again")] == ["_net_", "__x__", "a._b_"]


def test_what_is_no_text_keeps_its_underscores(tmp_path):
    whole = '`_a_` ``_b `_ c``: [_d_](e_/_f_.md), <img alt="_" src="_g_.png">, \\_h\\_, i_j'
    (tmp_path / "x.j2").write_text(whole)
    assert page.render(tmp_path / "x.j2") == whole.replace("[_d_]", r"[\_d\_]")


def test_the_commentary_of_models_with_underscores_names_them_as_they_are():
    found = text(others={"_net_": (BATCH, {}), "x_": (BATCH, {})})
    seen = visible(found)
    assert "\\" not in seen and seen.count("_net_") == found.count(r"\_net\_") > 5 and seen.count("x_") > 5
    assert r"\_" not in text()  # a name without any is as it was
