import jinja2
import pytest
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
