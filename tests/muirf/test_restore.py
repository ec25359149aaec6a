import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from keras_muirf.models import MUIRFImageRestorer
from keras_muirf.restoration import restoration_worker
from keras_muirf.weathers import WEATHERS


def _files(folder):
    found = Path(folder).rglob("*")
    return sorted(str(f.relative_to(folder)) for f in found if f.is_file())


@pytest.mark.every_backend
@pytest.mark.slow
def test_a_run_in_a_process_of_its_own(preset, photos):
    """Bad files beside good ones: a line each, the good ones restored."""
    whole = (photos / "photos/a.png").read_bytes()
    (photos / "photos/cut.png").write_bytes(whole[: len(whole) // 2])
    (photos / "photos/empty.jpg").touch()
    (photos / "photos/text.jpeg").write_text("no picture")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "muirf", "restore"),
            *("photos", "missing.jpg", "-o", "out"),
            *("--preset", preset, "--backend", keras.config.backend()),
        ],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={
            **os.environ,
            "KERAS_BACKEND": "nonsense",
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "PYTHONIOENCODING": "utf-8",
        },
    )
    assert done.returncode == 1, done.stderr
    for noise in ("Traceback", "oneDNN", "absl"):
        assert noise not in done.stderr
    assert f"Backend: {keras.config.backend()} (--backend)" in done.stderr
    errors = [x for x in done.stderr.splitlines() if x.startswith("Error")]
    for name in ("cut.png", "empty.jpg", "text.jpeg", "missing.jpg"):
        assert sum(name in line for line in errors) == 1
    assert len(errors) == 4
    first, second, summary = done.stdout.splitlines()
    assert first.startswith("photos/a.png: ")
    assert second.startswith("photos/deep/雨 1.jpg: ")
    for line in (first, second):
        seen, size, seconds = (
            line.split(": ", 1)[1].split(" -> ")[0].split(", ")
        )
        assert seen.split()[0] in WEATHERS
        assert 25 <= float(seen.split()[1]) <= 100
        assert size == "40x24"
        assert seconds.endswith(" s")
    assert summary.startswith("2 of 6 restored, 4 failed")
    assert _files("out") == ["a.png", "deep/雨 1.jpg"]


@pytest.mark.every_backend
@pytest.mark.slow
@pytest.mark.skipif(
    keras.config.backend() == "tensorflow", reason="TensorFlow is in use"
)
def test_tensorflow_is_not_imported_for_another_backend(preset, photos):
    """It would take half a gigabyte of memory and seconds."""
    code = (
        "import sys, muirf.main\n"
        "try:\n"
        "    muirf.main.main(['restore', 'photos', '--preset', sys.argv[1]])\n"
        "except SystemExit as end:\n"
        "    assert not end.code\n"
        "assert 'tensorflow' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code, preset], check=True)


def test_beside_the_input_and_never_twice(muirf, preset, photos):
    for told in ("2 of 2 restored", "0 of 2 restored, 2 skipped"):
        done = muirf("restore", "photos", "--preset", preset)
        assert done.exit_code == 0, done.output
        assert told in done.stdout
    assert _files("photos") == [
        "a.png",
        "a_restored.png",
        "deep/雨 1.jpg",
        "deep/雨 1_restored.jpg",
    ]


@pytest.mark.every_backend
def test_the_result_is_that_of_the_network(muirf, preset, photos, pixels):
    done = muirf("restore", "photos/a.png", "-o", "b.png", "--preset", preset)
    assert done.exit_code == 0, done.output
    restorer = MUIRFImageRestorer.from_preset(preset)
    expected = restorer.restore(pixels("photos/a.png").astype("uint8"))
    assert np.abs(pixels("b.png") - expected).max() <= 1


@pytest.mark.slow
def test_weather_changes_the_result(muirf, preset, photos, pixels):
    results = {}
    for weather in ("auto", *WEATHERS, "mixed"):
        done = muirf(
            *("restore", "photos/a.png", "-o", f"{weather}.png"),
            *("--preset", preset, "--weather", weather),
        )
        assert done.exit_code == 0, done.output
        assert ("looks like" in done.stdout) == (weather in WEATHERS)
        results[weather] = pixels(f"{weather}.png").tobytes()
    seen = muirf("restore", "photos/a.png", "-o", "x.png", "--preset", preset)
    seen = seen.stdout.split(": ")[1].split()[0]
    assert results["auto"] == results[seen]
    assert len(set(results.values())) == 5


def test_strength_blends_photograph_and_result(muirf, preset, photos, pixels):
    results = {}
    for strength in ("0", "0.25", "1"):
        done = muirf(
            *("restore", "photos/a.png", "-o", "b.png", "--preset", preset),
            *("--strength", strength, "--overwrite"),
        )
        assert done.exit_code == 0, done.output
        results[strength] = pixels("b.png").astype(float)
    photograph = pixels("photos/a.png")
    np.testing.assert_array_equal(results["0"], photograph)
    blend = photograph + 0.25 * (results["1"] - photograph)
    # Both were rounded.
    assert np.abs(results["0.25"] - blend).max() <= 0.5 + 0.125 + 1e-3
    assert np.abs(results["1"] - photograph).max() > 1
    done = muirf(
        *("restore", "photos/a.png", "--preset", preset, "--strength", "1.5")
    )
    assert done.exit_code == 2 and "--strength" in done.stderr


def test_tile_changes_the_tiles(muirf, preset, photos, rng, monkeypatch):
    big = rng.integers(0, 256, (100, 140, 3), dtype="uint8")
    Image.fromarray(big).save("big.png")
    shapes = set()
    restore_tiles = MUIRFImageRestorer.restore_tiles

    def watched(self, tiles, routing, **options):
        shapes.add(tiles.shape)
        return restore_tiles(self, tiles, routing, **options)

    monkeypatch.setattr(MUIRFImageRestorer, "restore_tiles", watched)
    for tile, shape in (("64", (1, 64, 64, 3)), ("0", (1, 100, 140, 3))):
        done = muirf(
            *("restore", "big.png", "--preset", preset, "--tile", tile),
            *("--overwrite", "--batch", "1"),
        )
        assert done.exit_code == 0, done.output
        assert shapes == {shape}
        shapes.clear()
    done = muirf("restore", "big.png", "--preset", preset, "--tile", "8")
    assert done.exit_code == 2
    assert "at least" in done.stderr


@pytest.mark.parametrize("named", ["no_such_preset", "broken", "photos"])
def test_a_preset_that_cannot_be_loaded(muirf, preset, photos, named):
    (photos / "broken").mkdir()
    for file in Path(preset).iterdir():
        half = file.read_bytes()[: file.stat().st_size // 2]
        (photos / "broken" / file.name).write_bytes(half)
    done = muirf("restore", "photos", "-o", "out", "--preset", named)
    assert done.exit_code == 1
    (line,) = [x for x in done.stderr.splitlines() if "Error" in x]
    assert named in line and "muirf presets" in line
    assert not Path("out").exists()


def test_wrong_use_ends_with_2(muirf, preset, photos):
    for arguments, message in (
        (["restore"], "Missing argument"),
        (["restore", "photos", "--weather", "fog"], "does not know fog"),
        (["restore", "photos", "--backend", "mxnet"], "'mxnet'"),
        (["restore", "photos", "--tile", "-3"], "-3"),
        (["restore", "photos", "--shard", "3/2"], "3/2"),
        (["restore", "photos", "--quality", "101"], "101"),
        (["restore", "photos", "--format", "gif"], "'gif'"),
        (["restore", "no/*.png"], "no image matches"),
        (["restore", "photos", "-o", "photos"], "written over the image"),
        (["restore", "photos", "-o", "all.png"], "cannot go to one file"),
    ):
        done = muirf(*arguments)
        assert done.exit_code == 2, arguments
        assert message in done.stderr
    assert _files(".") == ["photos/a.png", "photos/deep/雨 1.jpg"]


def test_an_output_folder_that_cannot_be(muirf, preset, photos):
    Path("file").write_text("no folder")
    done = muirf("restore", "photos", "-o", "file", "--preset", preset)
    assert done.exit_code == 1
    assert done.stderr.count("could not be written") == 2
    assert "0 of 2 restored, 2 failed" in done.stdout
    assert Path("file").read_text() == "no folder"


def test_a_failing_network_does_not_stop_the_run(
    muirf, preset, photos, monkeypatch
):
    restore_file = restoration_worker.restore_file

    def short_of_memory(restorer, source, *args, **options):
        if source.name == "a.png":
            raise RuntimeError("out of\nmemory")
        return restore_file(restorer, source, *args, **options)

    monkeypatch.setattr(restoration_worker, "restore_file", short_of_memory)
    done = muirf("restore", "photos", "-o", "out", "--preset", preset)
    assert done.exit_code == 1
    assert "RuntimeError: out of memory" in done.stderr
    assert "--tile" in done.stderr
    assert _files("out") == ["deep/雨 1.jpg"]


def test_an_interrupted_run_ends_cleanly(muirf, preset, photos, monkeypatch):
    restore_file = restoration_worker.restore_file

    def interrupted(restorer, source, *args, **options):
        if source.name != "a.png":
            raise KeyboardInterrupt
        return restore_file(restorer, source, *args, **options)

    monkeypatch.setattr(restoration_worker, "restore_file", interrupted)
    done = muirf("restore", "photos", "-o", "out", "--preset", preset)
    assert done.exit_code == 130
    assert "Interrupted: 1 of 2 restored" in done.stderr
    assert _files("out") == ["a.png"]
