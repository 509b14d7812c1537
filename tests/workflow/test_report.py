"""Snakemake's report of a finished run, opened in headless Chromium and clicked through as a reader would."""

import base64
import json
import shutil
from urllib.parse import urlsplit

import pytest
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
CHROMEDRIVER = shutil.which("chromedriver")
pytestmark = pytest.mark.slow

FIGURES = {
    "Claims with their intervals": "claims",
    "Models compared": "comparison",
    "Notebook among the replicates": "reproduction",
    "Training images": "samples",
}
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--window-size=1500,900",
)  # fmt: skip
WITHIN = {"file", "data", "blob", "about", "chrome"}  # schemes of what needs no network; chrome: its own pages


class Reader:
    """Someone who reads the report: clicks by what the page says, and looks at what it then shows."""

    def __init__(self, browser, report):
        self.browser = browser
        self.report = report
        browser.get(report.as_uri())

    def find(self, xpath):
        """Wait until there is a visible element, and return it."""

        def visible(browser):
            return next((element for element in browser.find_elements(By.XPATH, xpath) if element.is_displayed()), None)

        return WebDriverWait(self.browser, 10).until(visible, f"nothing visible at {xpath}")

    def click(self, xpath):
        """Click at it once it stands still: the sidebar's width is animated, and a click would go beside it."""
        places = []

        def still(browser):
            places.append(self.find(xpath).rect)
            return len(places) >= 4 and all(place == places[-1] for place in places[-4:])

        WebDriverWait(self.browser, 10, 0.1, [StaleElementReferenceException]).until(still, f"{xpath} moves")
        self.find(xpath).click()

    def open_category(self, name):
        self.click(f"//nav//a[normalize-space()='{name}']")

    def names(self):
        """The results that the opened category lists."""
        self.find("//nav//tbody/tr")
        return [cell.text for cell in self.browser.find_elements(By.XPATH, "//nav//tbody/tr/td[1]")]

    def look_at(self, name):
        self.click(f"//nav//tr[td[1]='{name}']//a[1]")

    def caption(self, name):
        """What the report says of the result when asked."""
        self.click(f"//nav//tr[td[1]='{name}']//a[2]")
        return self.find("//nav//li[.='Description']/following-sibling::li[1]").text.split()

    def picture(self):
        """The picture that is shown, once it is decoded."""
        picture = self.find("//img[not(ancestor::nav)]")
        WebDriverWait(self.browser, 10).until(lambda _: picture.get_property("complete"), "the picture isn't loaded")
        return picture

    def assert_undisturbed(self):
        """No error on the console, and nothing asked of any other machine or any other file."""
        errors = [entry["message"] for entry in self.browser.get_log("browser") if entry["level"] == "SEVERE"]
        assert errors == []
        events = [json.loads(entry["message"])["message"] for entry in self.browser.get_log("performance")]
        urls = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
        urls += [event["params"]["url"] for event in events if event["method"] == "Network.webSocketCreated"]
        assert self.report.as_uri() in urls  # else the log doesn't tell of requests
        assert [url for url in urls if urlsplit(url).scheme not in WITHIN] == []
        assert {url for url in urls if url.startswith("file:")} == {self.report.as_uri()}


@pytest.fixture(scope="module", autouse=True)
def tools(skip):
    if not (CHROMIUM and CHROMEDRIVER):
        skip("chromium", "no chromium or no chromedriver on PATH; on Debian install chromium and chromium-driver")


@pytest.fixture(scope="module")
def report(finished, tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "report.html"
    finished.finish("--report", str(path))
    return path


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(CHROMEDRIVER))
    yield browser
    browser.quit()


@pytest.fixture
def reader(browser, report):
    return Reader(browser, report)


def source(finished, name):
    """The words of a caption as written, up to where the config's values are put in."""
    text = finished.path(f"workflow/report/{name}.rst").read_text(encoding="utf-8")
    return text.partition("{{")[0].split()


def test_the_report_lists_the_results(reader):
    reader.open_category("Commentary")
    assert reader.names() == ["Commentary"]
    reader.click("//nav//a[normalize-space()='Results']")
    reader.open_category("Figures")
    assert reader.names() == list(FIGURES)
    reader.assert_undisturbed()


@pytest.mark.parametrize("name", FIGURES)
def test_the_report_shows_the_figure_with_its_caption(reader, finished, name):
    reader.open_category("Figures")
    reader.look_at(name)
    picture = reader.picture()
    assert picture.get_property("naturalWidth") > 0
    place = picture.rect
    assert place["width"] > 400 and place["height"] > 50
    _, _, data = picture.get_property("src").partition(";base64,")
    assert base64.b64decode(data) == finished.results(f"{FIGURES[name]}.png").read_bytes()

    caption, written = reader.caption(name), source(finished, FIGURES[name])
    assert caption[: len(written)] == written
    assert "{{" not in caption
    if FIGURES[name] in ("claims", "comparison"):
        assert "95 %" in " ".join(caption)
    assert reader.picture().get_property("naturalWidth") > 0  # beside the caption
    reader.assert_undisturbed()


def test_the_report_shows_the_commentary_with_its_figures(reader, finished):
    _, _, first, *_ = finished.results("commentary.md").read_text(encoding="utf-8").splitlines()
    reader.open_category("Commentary")
    reader.look_at("Commentary")
    frame = reader.find("//iframe")
    assert frame.rect["width"] > 600 and frame.rect["height"] > 500
    reader.browser.switch_to.frame(frame)
    # Of a page that is too large for it Chromium shows nothing, without an error.
    assert first.replace("**", "").split() == reader.find("//body/p[1]").text.split()
    pictures = reader.browser.find_elements(By.TAG_NAME, "img")
    assert len(pictures) == 3
    for picture in pictures:
        assert picture.get_property("naturalWidth") > 0 and picture.is_displayed()
    reader.browser.switch_to.default_content()
    assert reader.caption("Commentary") == source(finished, "commentary")
    reader.assert_undisturbed()
