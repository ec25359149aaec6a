import math

import pytest

from keras_muirf import evaluation


def row(name, psnr, seen="", method="net", some="fog", weather="haze", **more):
    figures = dict.fromkeys(("psnr_y", "ssim_y", "psnr_rgb", "ssim_rgb"), psnr)
    base = {
        "set": some,
        "name": name,
        "method": method,
        "protocol": "native",
        "weather": weather,
        "seen": seen,
        "error": "",
    }
    return {**base, **figures, **more}


ROWS = [
    row("a", 20.0, method="input"),
    row("a", 30.0, "haze"),
    row("b", 10.0, method="input"),
    row("b", 20.0, "rain"),
    row("c", math.nan, method="input", error="cut short"),
    row("c", math.nan, error="cut short"),
    row("d", 40.0, "snow", some="photos", weather=""),
]


def test_means_are_over_images_that_were_measured():
    before, after, photos = evaluation.summarize(ROWS)
    assert (before["method"], before["psnr_y"]) == ("input", 15.0)
    assert (after["images"], after["failed"], after["psnr_rgb"]) == (2, 1, 25.0)
    assert before["weather_accuracy"] is None
    assert after["weather_accuracy"] == pytest.approx(0.5)
    assert photos["weather_accuracy"] is None and photos["weather"] is None


def test_confusion_counts_every_image_once():
    again = [{**r, "protocol": "wgws"} for r in ROWS]
    assert evaluation.confusion(ROWS + again) == {
        "haze": {"haze": 1, "rain": 1, "snow": 0},
        "none": {"haze": 0, "rain": 0, "snow": 1},
    }
    table = evaluation.as_confusion_table(ROWS)
    assert "| haze | 1 | 1 | 0 | 50% |" in table
    assert evaluation.as_confusion_table(ROWS[:1]) == ""


def test_the_table_has_both_colours_and_all_methods():
    lines = evaluation.as_table(ROWS).splitlines()
    assert lines[0].count("PSNR") == lines[0].count("SSIM") == 2
    assert "protocol" not in lines[0]
    assert "| fog | 2 of 3 | net | 25.00 | 25.0000 " in lines[3]
    assert lines[3].endswith("| 50% |")
    more = [*ROWS, {**ROWS[1], "protocol": "wgws"}]
    assert "protocol" in evaluation.as_table(more).splitlines()[0]
    only_failed = evaluation.as_table(ROWS[4:5])
    assert "| 0 of 1 |" in only_failed and "| - |" in only_failed
