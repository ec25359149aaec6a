import json
from pathlib import Path

from keras_muirf.file_sha256 import file_sha256
from keras_muirf.models.muirf_presets import PRESETS
from keras_muirf.models.preset_sources import SHIPPED

MB = 1_000_000
# The metadata has the record, the card is for people.
UNRECORDED = {"metadata.json", "README.md"}


def test_the_wheel_stays_small():
    sizes = {
        folder.name: sum(path.stat().st_size for path in folder.rglob("*"))
        for folder in Path(SHIPPED).iterdir()
    }
    assert set(sizes) == set(PRESETS)
    assert max(sizes.values()) <= 8 * MB
    assert sum(sizes.values()) <= 20 * MB


def test_every_shipped_file_is_the_recorded_one():
    for name in PRESETS:
        folder = Path(SHIPPED) / name
        found = {
            path.name: file_sha256(path)
            for path in folder.iterdir()
            if path.name not in UNRECORDED
        }
        metadata = json.loads((folder / "metadata.json").read_text())
        assert metadata["sha256"] == found
        assert {"config.json", "model.weights.h5"} <= set(found)
