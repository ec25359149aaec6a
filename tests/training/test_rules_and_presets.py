import subprocess

import keras
import numpy as np
import pytest

from keras_muirf import optimizers
from keras_muirf.callbacks import NoSpaceLeft
from keras_muirf.models import MUIRFImageRestorer
from keras_muirf.training import find_rule
from keras_muirf.training import new_restorer
from keras_muirf.training import save_preset
from keras_muirf.training.find_rule import rules
from keras_muirf.training.run_error import RunError


def test_rules_are_found_by_name():
    assert find_rule("mvgh") is optimizers.MVGH
    for name in rules():
        assert find_rule(name.upper()) is getattr(optimizers, name)
        # As recipes make them.
        find_rule(name)(keras.optimizers.SGD(0.1))
    with pytest.raises(ValueError, match="no rule 'mean'.*MeanGradient"):
        find_rule("mean")


@pytest.mark.slow
def test_a_preset_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    restorer = new_restorer("smoke", ("rain",))
    folder = tmp_path / "run" / "preset"
    folder.parent.mkdir()
    save_preset(restorer, folder)
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    head = restorer.get_layer("head").kernel
    head.assign(head + 1)

    def fail(folder):
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        # After the weights, which are in the new folder then.
        patch.setattr(restorer.preprocessor, "save_to_preset", fail)
        with pytest.raises(OSError, match="disk full"):
            save_preset(restorer, folder)
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before
    save_preset(restorer, folder)
    assert list(folder.parent.iterdir()) == [folder]
    loaded = MUIRFImageRestorer.from_preset(str(folder))
    found = keras.ops.convert_to_numpy(loaded.get_layer("head").kernel)
    assert (found > 0.5).all()


def test_a_preset_is_begun_with(tmp_path):
    first = new_restorer("smoke", ("rain",))
    first.save_to_preset(str(tmp_path / "preset"))
    start = str(tmp_path / "preset")
    again = new_restorer("tiny", ("rain",), start)
    for one, other in zip(first.weights, again.weights, strict=True):
        assert one.shape == other.shape
    kernel = first.get_layer("head").kernel
    np.testing.assert_array_equal(
        keras.ops.convert_to_numpy(again.get_layer("head").kernel),
        keras.ops.convert_to_numpy(kernel),
    )
    with pytest.raises(RunError, match="is of the weathers rain; .* haze"):
        new_restorer("tiny", ("haze",), start)
    part = new_restorer("smoke", ("haze",), "muirf_tiny_all_weather")
    assert part.weathers == ("haze",) and part.backbone.widths == (32, 64, 128)
    with pytest.raises(RunError, match="start=nowhere cannot be loaded"):
        new_restorer("tiny", ("rain",), "nowhere")


@pytest.fixture
def small_disk(tmp_path):
    """A real file system of 900 kB, where one may be made."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=900k", "tmpfs", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_preset_for_which_there_is_no_room_is_not_begun(small_disk):
    restorer = new_restorer("smoke", ("rain",))
    save_preset(restorer, small_disk / "preset")
    (small_disk / "other").write_bytes(bytes(300_000))
    with pytest.raises(NoSpaceLeft, match="preset cannot .* are free there"):
        save_preset(restorer, small_disk / "preset")
    assert sorted(p.name for p in small_disk.iterdir()) == ["other", "preset"]
    (small_disk / "other").unlink()
    save_preset(restorer, small_disk / "preset")
