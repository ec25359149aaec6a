"""The site is built, leads nowhere wrong, and can be used on a telephone."""

import functools
import http.server
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

pytest.importorskip("mkdocs")
pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
# A page of each kind: sliders, pictures and code, tables, the API.
LOOKED_AT = (
    "",
    "tutorials/look_inside_cpsm/",
    "published/",
    "model_cards/muirf_tiny_all_weather/",
    "api/",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the built site; a warning would have ended the build."""
    folder = tmp_path_factory.mktemp("site")
    build = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "-d", folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert build.returncode == 0, build.stderr + build.stdout
    return folder


@pytest.fixture(scope="module")
def address(site):
    handler = functools.partial(
        http.server.SimpleHTTPRequestHandler, directory=site
    )
    handler.log_message = lambda *_: None
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_every_file_that_a_page_asks_for_is_there(site):
    missing = [
        f"{page.relative_to(site)}: {place}"
        for page in site.rglob("*.html")
        if page.name != "404.html"
        for place in re.findall(r'(?:src|href)="([^"#?]+)', page.read_text())
        if not re.match(r"[a-z]+:|//", place)
        and not (page.parent / place).exists()
    ]
    assert not missing


def test_the_api_page_shows_all_that_packages_export(site):
    page = (site / "api" / "index.html").read_text()
    families = re.findall(
        r"^::: (\S+)\.\*$", (ROOT / "docs" / "api.md").read_text(), re.MULTILINE
    )
    public = [
        f"{family}.{name}"
        for family in families
        for name in re.findall(
            r"\b(\w+) as \1\b",
            ROOT.joinpath(*family.split("."), "__init__.py").read_text(),
        )
        # A package that has a heading of its own.
        if not ROOT.joinpath(*family.split("."), name).is_dir()
    ]
    assert len(public) > 100
    assert not [x for x in public if f'id="{x}' not in page]


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "SECURITY.md",
        *(str(p.relative_to(ROOT)) for p in ROOT.rglob("docs/**/*.md")),
    ],
)
def test_links_lead_somewhere_in_the_repository_too(page):
    text = ROOT.joinpath(page).read_text()
    text = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    missing = [
        place
        for place in re.findall(r"\]\(([^)#\s:]+)(?:#[^)]*)?\)", text)
        if not ROOT.joinpath(page).parent.joinpath(place).exists()
    ]
    assert not missing


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_pages_fit_the_screen(browser, address, width, scheme):
    page = browser.new_page(
        viewport={"width": width, "height": 800}, color_scheme=scheme
    )
    wrong = []
    page.on("console", lambda m: m.type == "error" and wrong.append(m.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    backgrounds = set()
    for place in LOOKED_AT:
        page.goto(address + place)
        overhang = page.evaluate(
            "document.documentElement.scrollWidth - window.innerWidth"
        )
        assert overhang <= 0, f"{place} is {overhang} pixels too wide"
        broken = page.evaluate(
            "[...document.images].filter(i => i.complete && !i.naturalWidth)"
            ".map(i => i.src)"
        )
        assert not broken
        backgrounds.add(
            page.evaluate("getComputedStyle(document.body).backgroundColor")
        )
    (background,) = backgrounds
    bright = sum(map(int, re.findall(r"\d+", background)[:3])) > 3 * 128
    assert bright == (scheme == "light")
    assert not wrong
    page.close()


def test_a_slider_parts_the_pictures(browser, address):
    page = browser.new_page()
    page.goto(address)
    slider = page.locator(".compare input").first
    slider.focus()
    page.keyboard.press("Home")
    before = page.locator(".compare img.before").first
    assert "100%" in before.evaluate("x => getComputedStyle(x).clipPath")
    box = slider.bounding_box()
    page.mouse.click(box["x"] + 0.75 * box["width"], box["y"] + 20)
    assert 70 < int(slider.input_value()) < 80
    page.close()


def test_the_search_finds_a_page(browser, address):
    page = browser.new_page()
    page.goto(address, wait_until="networkidle")
    search = page.get_by_role("textbox", name="Search").first
    search.click()
    # The index is fetched at the first click.
    page.wait_for_load_state("networkidle")
    search.press_sequentially("why your psnr")
    result = page.locator(".md-search-result__link").first
    result.wait_for()
    assert "rotocols" in result.inner_text()
    page.close()
