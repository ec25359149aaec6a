import json
import os
import pickle

import pytest
from clips import make_clip
from PIL import Image

from keras_muirf.models import MUIRFBackbone
from keras_muirf.models import MUIRFImageRestorer
from keras_muirf.restoration import ImageEncoding
from keras_muirf.restoration import Manifest
from keras_muirf.restoration import RestorationWorker
from keras_muirf.restoration.restoration_worker import weights_sha256


@pytest.fixture
def worker(identity):
    worker = RestorationWorker("none")
    worker.restorer = identity
    return worker


@pytest.fixture
def source(photo, tmp_path):
    Image.fromarray(photo).save(tmp_path / "a.png")
    return tmp_path / "a.png"


def test_what_became_of_a_file(worker, source, tmp_path):
    target = tmp_path / "out" / "a.png"
    done = worker(str(source), str(target))
    assert (done.status, done.why) == ("restored", "")
    assert done.record.target == target
    told = json.loads(json.dumps(done.as_dict()))
    assert told["input"] == str(source) and told["output"] == str(target)
    assert told["weather"] == "haze" and told["width"] == 60
    again = worker(source, target)
    assert again.status == "skipped" and "is there already" in again.why
    worker.overwrite = True
    assert worker(source, target).status == "restored"


def test_failures_are_told_and_not_raised(worker, source, identity, tmp_path):
    missing = worker(tmp_path / "no.png", tmp_path / "b.png")
    assert missing.status == "failed" and "no such file" in missing.why
    assert "weather" not in missing.as_dict()

    def fails(*args, **options):
        raise RuntimeError("the\nnetwork")

    identity.restore_tiles = fails
    broken = worker(source, tmp_path / "b.png")
    assert "(RuntimeError: the network)" in broken.why
    assert "--tile" not in broken.why
    assert not (tmp_path / "b.png").exists()


@pytest.mark.every_backend
def test_the_largest_image(worker, source, tmp_path):
    worker.max_megapixels = 0.001
    refused = worker(source, tmp_path / "b.png")
    assert refused.status == "failed" and "60x44 pixels" in refused.why
    assert "--max-megapixels" in refused.why
    clip = tmp_path / "a.mp4"
    make_clip(clip)
    assert "raise --max-megapixels" in worker(clip, tmp_path / "b.mp4").why
    worker.max_megapixels = 0.00264
    assert worker(source, tmp_path / "b.png").status == "restored"


def test_a_pickled_worker_restores_alike(source, tmp_path):
    restorer = MUIRFImageRestorer(
        MUIRFBackbone(
            widths=(8, 8),
            encoder_blocks=(1,),
            middle_blocks=1,
            decoder_blocks=(1,),
            stem_width=4,
            router_width=8,
        )
    )
    restorer.save_to_preset(str(tmp_path / "preset"))
    encoding = ImageEncoding(strip_metadata=True)
    worker = RestorationWorker(
        str(tmp_path / "preset"), "snow", encoding=encoding
    )
    assert worker(source, tmp_path / "b.png").status == "restored"
    packed = pickle.dumps(worker)
    assert len(packed) < 2000
    copy = pickle.loads(packed)
    assert copy(source, tmp_path / "c.png").status == "restored"
    written = (tmp_path / "b.png").read_bytes()
    assert written == (tmp_path / "c.png").read_bytes()
    assert copy.made_with == worker.made_with
    assert copy.made_with["weights"] == weights_sha256(restorer)
    other = restorer.weights[0]
    other.assign(other + 1)
    assert copy.made_with["weights"] != weights_sha256(restorer)


def test_a_manifest_tells_what_is_done(worker, source, tmp_path):
    path = tmp_path / "deep" / "run.jsonl"
    target = tmp_path / "雨\n1.png"
    made_with = {"weights": "a1", "strength": 1.0}
    manifest = Manifest(path, made_with)
    assert not manifest.has(source, target)
    manifest.add(worker(source, target))
    manifest.add(worker(tmp_path / "no.png", tmp_path / "x.png"))
    assert manifest.has(source, target)
    first, second = map(json.loads, path.read_text().splitlines())
    assert first["output"] == str(target) and first["weights"] == "a1"
    assert first["input_bytes"] == source.stat().st_size
    assert second["status"] == "failed" and "no such file" in second["why"]

    # Half a line, as a killed run leaves it.
    with open(path, "a") as file:
        file.write('{"input": "a')
    again = Manifest(path, made_with)
    assert again.has(source, target)
    assert not again.has(tmp_path / "no.png", tmp_path / "x.png")
    again.add(worker(source, target))
    assert json.loads(path.read_text().splitlines()[-1])["status"] == "skipped"
    assert Manifest(path, made_with).has(source, target)

    # Other weights, another source, no result: not done.
    assert not Manifest(path, {**made_with, "weights": "b2"}).has(
        source, target
    )
    os.utime(source, (1, 1))
    assert not again.has(source, target)
    os.utime(source, ns=(1, first["input_changed"]))
    assert again.has(source, target)
    target.unlink()
    assert not again.has(source, target)
