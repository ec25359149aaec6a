"""`muirf plot-run` on the files that a run leaves."""

import subprocess
import sys

import pytest

from keras_muirf.diagnostics import Figure
from keras_muirf.diagnostics import FigureFile

pytest.importorskip("matplotlib")
WEATHERS = ("rain", "snow", "haze")


def plot(*words, code=0):
    process = subprocess.run(
        [sys.executable, "-m", "muirf", "plot-run", *words],
        capture_output=True,
        text=True,
    )
    assert process.returncode == code, process.stderr
    return process.stdout if code == 0 else process.stderr


@pytest.fixture
def run(tmp_path):
    """The folder of a run of three epochs."""
    file = FigureFile(tmp_path / "diagnostics.csv")
    for epoch in range(3):
        figures = [
            Figure(name, 0.1 * epoch)
            for name in ("conflicts_before", "conflicts_after")
        ]
        for k, one in enumerate(("", *WEATHERS)):
            figures += [
                Figure("weather_accuracy", 0.3 + 0.1 * k, task=one),
                Figure("expert_load", 0.4, task=one, other="expert 0"),
                Figure("expert_load", 0.6, task=one, other="expert 1"),
                Figure("shared_fraction", 0.2 * k, "middle_0/expand", one),
                Figure("mask_variance", 0.05 * k, "middle_0/expand", one),
            ]
        for one, two in (("rain", "snow"), ("rain", "haze"), ("snow", "haze")):
            figures += [
                Figure("gradient_cosine", -0.2 * epoch, "", one, two),
                Figure("mask_overlap", 0.8, "middle_0/expand", one, two),
            ]
        figures += [Figure("gradient_norm", 1.0, task=w) for w in WEATHERS]
        file.append(epoch, epoch, figures)
    (tmp_path / "log.csv").write_text(
        "epoch,learning_rate,loss,psnr\n0,0.1,3,20\n1,0.05,2,22\n2,0.01,1,25\n"
    )
    return tmp_path


def test_a_picture_of_every_subject(run):
    import pyvips

    said = plot(run)
    names = ["experts", "gradients", "masks", "overlap", "training", "weather"]
    pictures = sorted((run / "plots").iterdir())
    assert [path.stem for path in pictures] == names
    assert sorted(said.split()) == [str(path) for path in pictures]
    for path in pictures:
        image = pyvips.Image.new_from_file(str(path))
        assert image.width > 400 and image.height > 200
        assert image.colourspace("b-w")[0].deviate() > 5


def test_another_folder_and_a_row_that_was_not_finished(run):
    with open(run / "diagnostics.csv", "a", encoding="utf-8") as file:
        file.write("3,3,gradient_cos")
    (run / "log.csv").unlink()
    plot(run, "--out", run / "other")
    assert not (run / "other" / "training.png").exists()
    assert (run / "other" / "gradients.png").exists()


def test_what_is_no_run_is_told(tmp_path):
    assert "no folder" in plot(tmp_path / "nothing", code=2)
    assert "no log.csv" in plot(tmp_path, code=2)
    (tmp_path / "diagnostics.csv").write_text("a,b\n1,2\n")
    said = plot(tmp_path, code=2)
    assert "lacks the columns epoch" in said
    assert "Traceback" not in said


def test_keras_is_not_imported(run):
    code = (
        "import sys; from muirf.main import main\n"
        f"main(['plot-run', {str(run)!r}], standalone_mode=False)\n"
        "assert 'keras' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
