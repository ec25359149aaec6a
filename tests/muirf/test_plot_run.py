"""`muirf plot-run` on the files that a run leaves."""

import subprocess
import sys

import numpy as np
import pytest

from keras_muirf.diagnostics import Figure
from keras_muirf.diagnostics import FigureFile
from keras_muirf.diagnostics.figure_file import COLUMNS
from muirf.plots import gradients
from muirf.plots import sharing
from muirf.plots.draw_run import PICTURES
from muirf.plots.draw_run import draw_run
from muirf.plots.run_tables import DIAGNOSTICS_COLUMNS
from muirf.plots.run_tables import read_diagnostics
from muirf.plots.run_tables import read_log

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
        figures += [
            Figure("norm_imbalance", 2.0 + epoch),
            Figure("norm_imbalance", 9.0, layer="group 0"),
            Figure("learning_rate", 0.1 / (epoch + 1)),
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
    pictures = sorted((run / "plots").iterdir())
    assert [path.name for path in pictures] == sorted(
        f"{name}.png" for name in PICTURES
    )
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
    assert (run / "other" / "gradient_cosines.png").exists()
    assert not (run / "plots").exists()


def test_what_is_no_run_is_told(tmp_path):
    assert "no folder" in plot(tmp_path / "nothing", code=2)
    assert "neither diagnostics.csv nor log.csv" in plot(tmp_path, code=2)
    file = tmp_path / "diagnostics.csv"
    for content, expected in (
        ("a,b\n1,2\n", "lacks the columns epoch"),
        ("epoch,st", "no figures"),
        (f"{','.join(COLUMNS)}\n0,1,loss,,,,much\n", "line 2"),
    ):
        file.write_text(content)
        said = plot(tmp_path, code=1)
        assert expected in said
        assert "Traceback" not in said and len(said.splitlines()) == 1


def test_the_columns_are_those_of_the_package():
    assert DIAGNOSTICS_COLUMNS == COLUMNS


def test_a_log_alone(run):
    (run / "diagnostics.csv").unlink()
    (run / "log.csv").write_text("epoch,loss,val_loss\n0,3,NA\n1,2,4\n1,1,")
    assert read_log(run / "log.csv") == {
        "loss": {0: 3.0, 1: 2.0},
        "val_loss": {1: 4.0},
    }
    assert draw_run(run, run / "plots") == [run / "plots" / "training.png"]


def test_figures_that_are_there_twice_count_once(run):
    path = run / "diagnostics.csv"
    rows = read_diagnostics(path)
    FigureFile(path).append(2, 2, [Figure("conflicts_before", 0.75)])
    again = read_diagnostics(path)
    assert len(again) == len(rows)
    last = [r.value for r in again if r[:2] == (2, "conflicts_before")]
    assert last == [0.75]


def test_a_picture_shows_its_figures(run):
    rows = read_diagnostics(run / "diagnostics.csv")
    (axes,) = gradients.conflicts(rows, {}).axes
    lines = [line.get_xydata().tolist() for line in axes.lines]
    assert lines[0] == [[1, 0], [2, 10], [3, 20]]
    above, below = gradients.norms(rows, {}).axes
    assert below.lines[0].get_ydata().tolist() == [2, 3, 4]
    cells = sharing.mask_variance(rows, {}).axes[0].images[0].get_array()
    np.testing.assert_allclose(cells, [[0.05, 0.1, 0.15, 0.0]])
    matrix = gradients.cosine_matrix(rows, {}).axes[0].images[0].get_array()
    np.testing.assert_allclose(matrix[0, 1:], [-0.4, -0.4])
    assert np.ma.getmaskarray(matrix).diagonal().all()


def test_keras_is_not_imported(run):
    code = (
        "import sys; from muirf.main import main\n"
        f"main(['plot-run', {str(run)!r}], standalone_mode=False)\n"
        "assert 'keras' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_matplotlib(run):
    code = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "from muirf.main import main\n"
        f"main(['plot-run', {str(run)!r}])"
    )
    process = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True
    )
    assert process.returncode == 1
    assert 'pip install "keras-muirf[plots]"' in process.stderr
    assert len(process.stderr.splitlines()) == 1
