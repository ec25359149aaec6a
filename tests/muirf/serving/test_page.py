"""The page of `muirf demo`, in Chromium."""

import io

import numpy as np
import pytest
import pyvips
from PIL import Image

sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = [pytest.mark.slow, pytest.mark.once]


@pytest.fixture
def page(browser, serve):
    address = str(serve(page=True, hosts=("127.0.0.1",)).base_url)
    page = browser.new_page(viewport={"width": 1000, "height": 900})
    wrong = []
    page.on("console", lambda m: m.type == "error" and wrong.append(m.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.wrong = wrong
    page.goto(address)
    yield page
    sync_api.expect(page.locator("#model")).to_contain_text("small")
    page.close()


def give(page, name, content, media_type):
    """Chooses a file, and waits until it is restored."""
    page.set_input_files(
        "#file", {"name": name, "mimeType": media_type, "buffer": content}
    )
    sync_api.expect(page.locator("#download")).to_be_visible(timeout=30_000)


def downloaded(page, tmp_path):
    with page.expect_download() as download:
        page.click("#download")
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    return path


def scene(rng):
    y, x = np.mgrid[:240, :360]
    pixels = np.stack([x * 0.7, y, 255 - y], -1) + rng.normal(
        0, 9, (240, 360, 3)
    )
    return np.clip(pixels, 0, 255).astype("uint8")


def as_png(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "png")
    return file.getvalue()


def shot(page, share):
    """The picture on the screen, with the slider at some percent."""
    page.evaluate(
        "share => { const s = document.getElementById('slider');"
        "s.value = share; s.dispatchEvent(new Event('input')); }",
        share,
    )
    shot = Image.open(io.BytesIO(page.locator("#compare").screenshot()))
    return np.asarray(shot.convert("RGB")).astype(int)


def test_a_photograph_is_restored_and_compared(page, rng, tmp_path, restorer):
    pixels = scene(rng)
    give(page, "street.png", as_png(pixels), "image/png")
    path = downloaded(page, tmp_path)
    assert path.name == "street_restored.png"
    expected = restorer.restore(pixels)
    # Threads may add in another order.
    result = np.asarray(Image.open(path)).astype(int)
    assert np.abs(result - expected).max() <= 1
    # Beside the line, the picture is pixel by pixel what it should be.
    inner = (slice(20, -20), slice(20, -20))
    for share, shown in ((0, expected), (100, pixels)):
        assert np.abs(shot(page, share) - shown)[inner].max() <= 2
    half = shot(page, 50)
    assert np.abs(half - pixels)[20:-20, 20:170].max() <= 2
    assert np.abs(half - expected)[20:-20, 190:340].max() <= 2
    assert page.locator("#weather dt").all_inner_texts() == list(
        restorer.classes
    )
    layers = page.locator("#layers li")
    assert layers.count() == len(restorer.backbone.cpsm_layers)
    assert page.wrong == []


def test_the_slider_follows_the_mouse(page, rng):
    pixels = scene(rng)
    give(page, "street.png", as_png(pixels), "image/png")
    box = page.locator("#compare").bounding_box()
    page.mouse.move(box["x"] + 180, box["y"] + 120)
    page.mouse.down()
    page.mouse.move(box["x"] + 90, box["y"] + 120)
    page.mouse.up()
    share = float(page.locator("#slider").input_value())
    assert share == pytest.approx(25, abs=3)
    page.focus("#slider")
    page.keyboard.press("ArrowRight")
    assert float(page.locator("#slider").input_value()) == share + 0.5


def test_a_dropped_tiff_keeps_its_depth(page, rng, tmp_path):
    pixels = rng.integers(0, 65536, (40, 60, 3), dtype="uint16")
    image = pyvips.Image.new_from_array(pixels, interpretation="rgb16")
    page.evaluate(
        """bytes => {
            const dropped = new DataTransfer();
            const content = new Uint8Array(bytes);
            dropped.items.add(new File([content], "deep.tif"));
            document.dispatchEvent(
                new DragEvent("drop", {dataTransfer: dropped}));
        }""",
        list(image.tiffsave_buffer()),
    )
    sync_api.expect(page.locator("#download")).to_be_visible(timeout=30_000)
    restored = pyvips.Image.new_from_file(str(downloaded(page, tmp_path)))
    assert restored.format == "ushort"
    assert page.wrong == []


def test_options_are_taken(page, rng, tmp_path):
    pixels = scene(rng)
    give(page, "street.png", as_png(pixels), "image/png")
    page.evaluate(
        "() => { const s = document.querySelector('[name=strength]');"
        "s.value = 0; s.dispatchEvent(new Event('change', {bubbles: true})); }"
    )
    page.wait_for_selector("#download", state="visible")
    path = downloaded(page, tmp_path)
    np.testing.assert_array_equal(np.asarray(Image.open(path)), pixels)
    page.select_option("[name=format]", "jpeg")
    page.wait_for_selector("#download", state="visible")
    assert Image.open(downloaded(page, tmp_path)).format == "JPEG"


def test_a_clip_plays_before_and_after(page, tmp_path):
    av = pytest.importorskip("av")
    path = tmp_path / "clip.webm"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libvpx-vp9", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for level in range(6):
            frame = np.full((48, 64, 3), 20 * level, "uint8")
            frame = av.VideoFrame.from_ndarray(frame, format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    give(page, "clip.webm", path.read_bytes(), "video/webm")
    assert page.locator("#compare video").count() == 2
    page.wait_for_function(
        "() => [...document.querySelectorAll('video')].every("
        "v => v.readyState >= 2 && v.videoWidth === 64)"
    )
    assert downloaded(page, tmp_path).name == "clip_restored.webm"
    assert page.wrong == []


def test_what_is_wrong_is_said(page):
    page.set_input_files(
        "#file",
        {"name": "a.png", "mimeType": "image/png", "buffer": b"no image"},
    )
    status = page.locator("#status.wrong")
    sync_api.expect(status).to_contain_text("no JPEG, PNG")
    assert page.locator("#download").is_hidden()
