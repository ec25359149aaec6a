import csv
import json

import numpy as np
import pytest
from small import small_backbone

from keras_muirf import evaluation
from keras_muirf.evaluation import PROTOCOLS
from keras_muirf.evaluation import Network
from keras_muirf.evaluation import evaluate
from keras_muirf.evaluation import find_sets
from keras_muirf.metrics import image_quality
from keras_muirf.models import MUIRFImageRestorer
from keras_muirf.restoration import restore_photograph


def by_key(rows):
    return {(r["set"], r["name"], r["method"], r["protocol"]): r for r in rows}


@pytest.mark.every_backend
def test_figures_are_those_of_the_restored_pictures(data, restorer):
    sets = find_sets(data)
    assert [some.name for some in sets] == ["fog", "streaks", "photos (clean)"]
    assert [some.weather for some in sets] == ["haze", "rain", "clear"]
    rows = by_key(evaluate(sets, Network(restorer, "net")))
    assert len(rows) == 7 * 3
    for some in sets:
        for index, name in enumerate(some.source.names):
            image, target = some.source[index]
            output, routing = restorer.restore(image, return_routing=True)
            row = rows[some.name, name, "net", "native"]
            assert row["psnr_y"] == pytest.approx(
                image_quality.psnr(target, output), abs=1e-4
            )
            assert row["ssim_rgb"] == pytest.approx(
                image_quality.ssim(target, output, "rgb"), abs=1e-5
            )
            if some.weather == "clear":
                # The network has no such class to be right about.
                assert row["seen"] == ""
                continue
            likeliest = int(np.argmax(routing["weather"]))
            assert row["seen"] == restorer.weathers[likeliest]
            assert row["probability"] == pytest.approx(
                float(np.max(routing["weather"])), abs=1e-5
            )
            before = rows[some.name, name, "input", "native"]
            assert before["psnr_rgb"] == pytest.approx(
                image_quality.psnr(target, image, "rgb"), abs=1e-6
            )
    assert rows["fog", "0", "dark channel prior", "native"]["error"] == ""
    assert rows["streaks", "0", "median filter", "native"]["error"] == ""


def test_all_protocols_at_once_are_each_alone(data, restorer):
    sets = find_sets(data, limit=1)[:2]
    together = by_key(evaluate(sets, restorer, PROTOCOLS))
    alone = {}
    for name in PROTOCOLS:
        alone.update(by_key(evaluate(sets, restorer, [name])))
    assert together.keys() == alone.keys()
    for key, row in alone.items():
        for figure in ("psnr_y", "ssim_y", "psnr_rgb", "ssim_rgb"):
            assert together[key][figure] == pytest.approx(row[figure], abs=1e-4)


def test_synthesized_weather_is_the_same_again(data, restorer):
    runs = [
        evaluate(find_sets(data, synthesize=True)[2:], baselines=True)
        for _ in range(2)
    ]
    assert len({row["set"] for row in runs[0]}) == 6
    assert runs[0] == runs[1]
    clean = [row for row in runs[0] if row["set"] == "photos (clean)"]
    assert clean[0]["psnr_y"] == float("inf")


def test_photographs_without_weather_are_recognized_as_clear(data):
    sets = [some for some in find_sets(data) if some.weather == "clear"]
    for clear, expected in ((False, None), (True, 1.0)):
        backbone = small_backbone(clear_class=clear)
        if clear:
            # Sure of it, whatever it sees.
            backbone.router.weather_bias.assign([0.0, 0.0, 0.0, 0.0, 50.0])
        network = Network(MUIRFImageRestorer(backbone))
        rows = evaluate(sets, network, baselines=False)
        (found,) = evaluation.summarize(rows)
        assert found["weather_accuracy"] == expected
        assert bool(rows[0]["seen"]) == clear


def test_a_stopped_run_goes_on(data, restorer, tmp_path):
    sets, folder = find_sets(data), tmp_path / "out"
    straight = evaluate(sets, restorer)

    def stop(some, name, error):
        if (some.name, name) == ("streaks", "0"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evaluate(sets, restorer, folder=folder, on_image=stop)
    table = folder / "images.csv"
    kept = table.read_text()
    assert kept.count("\n") == 1 + 4 * 3
    # A row that was cut short in the middle, as by a full disk.
    table.write_text(kept[: len(kept) - 30])

    measured = []
    network = Network(restorer)
    restore = network.__class__.__call__

    class Counting(Network):
        def __call__(self, image, weather=None):
            measured.append(image.shape)
            return restore(self, image, weather)

    again = evaluate(sets, Counting(restorer), folder=folder)
    assert len(measured) == 4
    for row, wanted in zip(again, straight, strict=True):
        assert row["name"] == wanted["name"]
        assert row["psnr_y"] == pytest.approx(wanted["psnr_y"], abs=1e-6)
        assert row["seen"] == wanted["seen"]
    with open(table, newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(straight)
    assert len(by_key(rows)) == len(straight)


def test_a_folder_of_other_settings_is_refused(data, restorer, tmp_path):
    sets = find_sets(data, limit=1)
    one, two = {"weights": "a", "tile": 0}, {"weights": "b", "tile": 0}
    evaluate(sets, restorer, folder=tmp_path / "out", settings=one)
    evaluate(sets, restorer, folder=tmp_path / "out", settings=one)
    before = (tmp_path / "out/images.csv").read_text()
    with pytest.raises(ValueError, match="another evaluation .weights differ"):
        evaluate(sets, restorer, folder=tmp_path / "out", settings=two)
    assert (tmp_path / "out/images.csv").read_text() == before
    evaluate(sets, folder=tmp_path / "out", settings=two, overwrite=True)
    assert json.loads((tmp_path / "out/settings.json").read_text()) == two
    assert (tmp_path / "out/images.csv").read_text() != before
    (tmp_path / "other").mkdir()
    (tmp_path / "other/images.csv").write_text("mine")
    with pytest.raises(ValueError, match="unknown origin"):
        evaluate(sets, restorer, folder=tmp_path / "other")


def test_a_bad_image_is_reported_and_the_rest_measured(
    data, restorer, tmp_path
):
    bad = data / "fog/haze/input/1.png"
    bad.write_bytes(bad.read_bytes()[:60])
    sets, told = find_sets(data), []
    rows = evaluate(
        sets,
        restorer,
        folder=tmp_path / "out",
        on_image=lambda some, name, error: told.append((name, error)),
    )
    failed = [row for row in rows if row["error"]]
    assert {(row["set"], row["name"]) for row in failed} == {("fog", "1")}
    assert len(failed) == 3 and "1.png" in failed[0]["error"]
    assert sum(error is not None for _, error in told) == 1
    fog = [s for s in evaluation.summarize(rows) if s["set"] == "fog"]
    assert all((s["images"], s["failed"]) == (2, 1) for s in fog)
    assert "2 of 3" in evaluation.as_table(rows)
    # Once mended it is measured, and nothing else is.
    good = data / "fog/haze/gt/1.png"
    bad.write_bytes(good.read_bytes())
    mended = evaluate(find_sets(data), restorer, folder=tmp_path / "out")
    assert not any(row["error"] for row in mended)


def test_what_the_network_is_told(data, restorer):
    sets = [some for some in find_sets(data) if some.name == "fog"]
    results = {}
    for weather in ("auto", "mixed", "given"):
        rows = evaluate(sets, Network(restorer, weather=weather))
        results[weather] = [row["psnr_y"] for row in rows if row["seen"]]
    image, target = sets[0].source[0]
    told = restorer.restore(image, weather="haze")
    assert results["given"][0] == pytest.approx(
        image_quality.psnr(target, told), abs=1e-4
    )
    assert results["mixed"] != results["given"]
    with pytest.raises(ValueError, match="'auto', 'mixed' or 'given'"):
        Network(restorer, weather="fog")


def test_tiles_are_those_that_a_user_gets(restorer, tmp_path, save_image, rng):
    target = rng.integers(0, 256, (150, 190, 3), "uint8")
    save_image(tmp_path / "set/rain/gt/a.png", target)
    save_image(tmp_path / "set/rain/input/a.png", target // 2)
    sets = find_sets(tmp_path)
    tile = 2 * restorer.halo + 32
    (row,) = evaluate(sets, Network(restorer, tile=tile), baselines=False)
    image, target = sets[0].source[0]
    restored, _ = restore_photograph(restorer, image, tile=tile)
    assert row["psnr_y"] == pytest.approx(
        image_quality.psnr(target, restored), abs=1e-6
    )
    with pytest.raises(ValueError, match="wgws measures values before"):
        evaluate(sets, Network(restorer, tile=tile), ["wgws"])
    with pytest.raises(ValueError, match="'best'"):
        evaluate(sets, restorer, ["best"])


def test_the_fingerprint_tells_other_weights(restorer):
    weights = Network(restorer).fingerprint()
    kept = restorer.get_weights()
    assert Network(restorer).fingerprint() == weights
    restorer.set_weights([w + 1e-3 for w in kept[:1]] + kept[1:])
    assert Network(restorer).fingerprint() != weights
    restorer.set_weights(kept)
