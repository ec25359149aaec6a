import json
import subprocess
import sys

import keras
import pytest

from keras_muirf.training import Parameter
from keras_muirf.training import RunError
from keras_muirf.training.environment import commit_of


def record(folder):
    return json.loads((folder / "run.json").read_text())


def test_the_folder_says_what_is_run_and_where(begin, recipe, tmp_path, capsys):
    run = begin("--set", "size=small", "--set=precision=mixed_bfloat16")
    kept = record(tmp_path / "runs" / "two")
    assert kept["recipe"] == {"name": "two", "file": str(recipe)}
    expected = {
        "data": str(tmp_path / "data"),
        "minutes": 5.0,
        "steps": None,
        "size": "small",
        "seed": 0,
        "rule": "MeanGradient",
        "learning_rate": 1.2e-3,
        "precision": "mixed_bfloat16",
        "steps_per_epoch": 200,
        "bad_steps": 10,
        "devices": 1,
        "smoke": False,
    }
    assert expected.items() <= kept["parameters"].items()
    (session,) = kept["sessions"]
    where = session["environment"]
    assert where["backend"] == keras.config.backend()
    assert where["versions"]["keras"] == keras.__version__
    assert where["versions"][keras.config.backend()]
    assert where["python"] == ".".join(map(str, sys.version_info[:3]))
    assert where["cores"] >= 1
    assert session["git"]["recipe"] is None
    assert (run.out / "recipe.py").read_text() == recipe.read_text()
    assert keras.config.dtype_policy().name == "mixed_bfloat16"

    said = capsys.readouterr().out
    for word in ("two", "small", keras.__version__, str(tmp_path / "data")):
        assert word in said
    with pytest.raises(AttributeError, match="no parameter 'sizee'"):
        print(run.sizee)


def test_the_commit_is_kept_with_whether_files_changed(tmp_path):
    def git(*words):
        subprocess.run(
            ["git", "-C", tmp_path, "-c", "user.name=a", "-c", "user.email=b"]
            + list(words),
            check=True,
            capture_output=True,
        )

    path = tmp_path / "recipe.py"
    path.write_text("1")
    assert commit_of(path) is None
    git("init", "-q")
    assert commit_of(path) is None
    git("add", ".")
    git("commit", "-qm", "One.")
    state = commit_of(path)
    assert len(state["commit"]) == 40 and state["changed"] is False
    (tmp_path / "another").write_text("not kept by git")
    assert commit_of(path) == state
    path.write_text("2")
    assert commit_of(path) == {**state, "changed": True}
    assert commit_of(tmp_path / "another") is None


def test_the_same_command_goes_on(begin, tmp_path):
    begin("--size", "small", "--out", "run")
    begin("--size", "small", "--out", "run")
    begin("--size", "small", "--out", "run", "--minutes", "9")
    kept = record(tmp_path / "run")
    assert kept["parameters"]["minutes"] == 9.0
    assert [s.get("changed") for s in kept["sessions"]] == [
        None,
        None,
        {"minutes": [5.0, 9.0]},
    ]


def test_a_run_is_resumed_with_its_own_parameters(begin, tmp_path):
    begin("--size", "small", "--seed", "4", "--out", "run")
    run = begin("--resume", "run", "--set", "minutes=9", data=None)
    assert (run.size, run.seed, run.minutes) == ("small", 4, 9.0)
    assert run.data == tmp_path / "data" and str(run.out) == "run"
    # The copy that `muirf train --resume` runs has another name.
    sys.argv[0] = str(tmp_path / "run" / "recipe.py")
    assert begin("--resume", str(tmp_path / "run"), data=None).minutes == 9.0


def test_steps_take_the_place_of_minutes(begin, tmp_path):
    run = begin("--steps", "40", "--out", "run")
    assert (run.steps, run.minutes) == (40, None)
    run = begin("--resume", "run", "--set=steps=50", data=None)
    assert (run.steps, run.minutes) == (50, None)
    for words in (["--out", "run"], ["--resume", "run", "--minutes", "3"]):
        with pytest.raises(RunError, match="measured in steps"):
            begin(*words)
    with pytest.raises(RunError, match="not both"):
        begin("--steps", "40", "--minutes", "3", "--out", "other")


@pytest.mark.parametrize(
    "words, message",
    [
        (["--out=run"], "holds a run with size=small and not tiny"),
        (["--out=run", "--size=base"], "size=small and not base"),
        (["--resume=run", "--set=seed=1"], "seed=0 and not 1"),
        (["--resume=run", "--rule=UPGrad"], "rule=MeanGradient and not UPGrad"),
        (["--resume=run", "--out=other"], "own folder"),
        (["--resume=nowhere"], "nowhere holds no run that could be resumed"),
    ],
)
def test_what_contradicts_a_run_is_refused(begin, tmp_path, words, message):
    begin("--size", "small", "--out", "run")
    before = (tmp_path / "run" / "run.json").read_bytes()
    with pytest.raises(RunError, match=message) as error:
        begin(*words)
    assert "\n" not in str(error.value) and error.value.exit_code == 2
    assert (tmp_path / "run" / "run.json").read_bytes() == before
    assert not (tmp_path / "other").exists()


def test_another_recipe_is_refused(begin, tmp_path):
    begin("--out", "run")
    sys.argv[0] = __file__
    with pytest.raises(RunError, match="of the recipe two, not of test_begin"):
        begin("--out", "run")


@pytest.mark.parametrize("name", ["log.csv", "budget.json", "checkpoints"])
def test_a_folder_of_a_run_that_is_not_known_is_refused(begin, tmp_path, name):
    (tmp_path / "run" / name).mkdir(parents=True)
    with pytest.raises(RunError, match=f"run holds {name}, but no run.json"):
        begin("--out", "run")


@pytest.mark.parametrize("text", ["", "[]", '{"recipe": {"name": "two"}}'])
def test_a_file_that_is_none_of_its_own(begin, tmp_path, text):
    begin("--out", "run")
    (tmp_path / "run" / "run.json").write_text(text)
    with pytest.raises(RunError, match="run.json cannot be read"):
        begin("--out", "run")


def test_data_have_to_be_named_and_there(begin, tmp_path, monkeypatch):
    with pytest.raises(RunError, match="--data DIR"):
        begin(data=None)
    with pytest.raises(RunError, match="no folder of images nowhere"):
        begin(data="nowhere")
    assert not (tmp_path / "runs").exists()
    monkeypatch.setenv("MUIRF_DATA", str(tmp_path / "data"))
    assert begin(data=None).data == tmp_path / "data"


def test_smoke_draws_its_data(begin, tmp_path, monkeypatch):
    monkeypatch.setenv("MUIRF_DATA", str(tmp_path / "data"))
    run = begin("--smoke", data=None, drawn=["train/pairs/mine/snow"])
    assert run.size == "smoke" and run.steps_per_epoch == 2
    assert len(list((run.data / "train/pairs/mine/snow/gt").iterdir())) == 2
    assert record(run.out)["parameters"]["data"] is None
    # What is given is taken.
    run = begin("--smoke", "--size", "tiny", "--out", "run")
    assert (str(run.data), run.size) == ("data", "tiny")


def test_a_recipe_has_parameters_of_its_own(begin, tmp_path):
    own = [Parameter("haze", 0.8, "share of haze", above=0)]
    assert begin("--set=haze=0.5", parameters=own).haze == 0.5
    assert record(tmp_path / "runs" / "two")["parameters"]["haze"] == 0.5
    with pytest.raises(RunError, match="haze=0.5 and not 0.8"):
        begin(parameters=own)


def test_one_process_of_several_writes(begin, tmp_path, monkeypatch):
    monkeypatch.setenv("RANK", "1")
    assert begin("--out", "run").writes is False
    assert not (tmp_path / "run").exists()


def test_going_on_on_another_backend_is_said(begin, tmp_path, caplog):
    begin("--out", "run")
    path = tmp_path / "run" / "run.json"
    path.write_text(path.read_text().replace('"backend": "', '"backend": "x'))
    begin("--out", "run")
    (record,) = [r for r in caplog.records if r.name == "keras_muirf"]
    assert f"went on x{keras.config.backend()}" in record.getMessage()
