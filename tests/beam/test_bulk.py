"""Hundreds of files through Beam's runner within the process."""

import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
import pyvips

pytest.importorskip("apache_beam", reason="needs the extra `beam`")

import apache_beam as beam
from apache_beam.io.filesystem import FileMetadata
from apache_beam.io.filesystem import FileSystem

from keras_muirf import bulk
from keras_muirf import restoration
from keras_muirf.models import MUIRFImageRestorer

PRESET = "muirf_tiny_derain"
FILES = 300
BAD = {
    "day 1/empty.png": lambda good: b"",
    "day 1/cut short.png": lambda good: good[: len(good) // 2],
    "day 2/text.png": lambda good: b"no image at all",
    "day 2/雪.png": lambda good: good[:30] + bytes(40) + good[70:],
}


def png(number):
    rng = np.random.default_rng(number)
    pixels = rng.integers(0, 256, (24, 32, 3), "uint8")
    return pixels, pyvips.Image.new_from_array(pixels).pngsave_buffer()


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """A folder of many small images with some bad ones among them."""
    folder = tmp_path_factory.mktemp("archive")
    for number in range(FILES):
        path = folder / f"day {number % 7}" / f"{number:04}.png"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(png(number)[1])
    for name, spoil in BAD.items():
        (folder / name).write_bytes(spoil(png(0)[1]))
    (folder / "day 1" / "Thumbs.db").write_bytes(b"?")
    return folder


def muirf_bulk(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "muirf", "bulk", *map(str, arguments)],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        },
        capture_output=True,
        text=True,
    )


def outcomes(folder):
    """The last run's outcomes, by what they were."""
    found = {"restored": [], "skipped": [], "failed": []}
    for path in max(folder.iterdir()).iterdir():
        kind = path.name.split("-")[0]
        found[kind] += map(json.loads, path.read_text().splitlines())
    return found


@pytest.mark.parametrize("workers", [1, 2])
def test_nothing_is_lost(workers, archive, tmp_path):
    out = tmp_path / "out"
    arguments = [f"{archive}/**/*.png", out, "--preset", PRESET]
    if workers > 1:
        arguments += [
            f"--direct_num_workers={workers}",
            "--direct_running_mode=multi_processing",
        ]
    done = muirf_bulk(*arguments)
    assert done.returncode == 1, done.stderr
    assert f"{FILES} of {FILES + len(BAD)} restored, 0 skipped, 4 failed" in (
        done.stdout
    )
    told = outcomes(out / "outcomes")
    assert len(told["restored"]) == FILES and told["skipped"] == []
    failed = {os.path.relpath(f["input"], archive): f for f in told["failed"]}
    assert failed.keys() == BAD.keys()
    assert all(f["why"] for f in failed.values())
    restorer = MUIRFImageRestorer.from_preset(PRESET)
    for number in (0, 1, FILES - 1):
        path = out / f"day {number % 7}" / f"{number:04}.png"
        expected = restorer.restore(png(number)[0])
        result = pyvips.Image.new_from_file(str(path)).numpy()
        # Threads may add in another order.
        assert np.abs(result - expected.astype(int)).max() <= 1
    made = sorted(p for p in out.rglob("*") if p.suffix == ".png")
    assert len(made) == FILES
    assert not list(out.rglob("*.part"))
    # A second run does what is left, which is nothing.
    if workers == 1:
        times = [path.stat().st_mtime_ns for path in made]
        again = muirf_bulk(*arguments)
        assert again.returncode == 1
        assert f"0 of {FILES + len(BAD)} restored, {FILES} skipped" in (
            again.stdout
        )
        assert times == [path.stat().st_mtime_ns for path in made]


class Bucket(FileSystem):
    """A file system of Beam that is a folder under another name."""

    root = None

    @classmethod
    def scheme(cls):
        return "bucket"

    def _local(self, path):
        return os.path.join(self.root, path.removeprefix("bucket://"))

    def join(self, base, *paths):
        return "/".join([base, *paths])

    def split(self, path):
        return path.rpartition("/")[::2]

    def mkdirs(self, path):
        os.makedirs(self._local(path))

    def has_dirs(self):
        return False

    def _list(self, directory):
        for folder, _, names in os.walk(self.root):
            for name in names:
                path = os.path.join(folder, name)
                relative = os.path.relpath(path, self.root)
                yield FileMetadata(
                    f"bucket://{relative}", os.path.getsize(path)
                )

    def create(self, path, mime_type=None, compression_type=None):
        os.makedirs(os.path.dirname(self._local(path)), exist_ok=True)
        return open(self._local(path), "wb")

    def open(self, path, mime_type=None, compression_type=None):
        return open(self._local(path), "rb")

    def copy(self, sources, targets):
        for source, target in zip(sources, targets, strict=True):
            shutil.copyfile(self._local(source), self._local(target))

    def rename(self, sources, targets):
        for source, target in zip(sources, targets, strict=True):
            os.replace(self._local(source), self._local(target))

    def exists(self, path):
        return os.path.exists(self._local(path))

    def size(self, path):
        return os.path.getsize(self._local(path))

    def last_updated(self, path):
        return os.path.getmtime(self._local(path))

    def checksum(self, path):
        return ""

    def metadata(self, path):
        return FileMetadata(path, self.size(path))

    def delete(self, paths):
        for path in paths:
            os.unlink(self._local(path))


def test_files_of_a_bucket(archive, tmp_path, monkeypatch):
    monkeypatch.setattr(Bucket, "root", str(tmp_path))
    for name in ("in/day 1/0001.png", "in/day 2/0002.png"):
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.write_bytes((archive / name.removeprefix("in/")).read_bytes())
    (tmp_path / "in/day 2/bad.png").write_bytes(b"no image")
    pairs = bulk.pair_files("bucket://in/**", "bucket://out", suffix=".webp")
    assert pairs[0] == (
        "bucket://in/day 1/0001.png",
        "bucket://out/day 1/0001.webp",
    )
    worker = restoration.RestorationWorker(PRESET)
    told = []
    for _ in range(2):
        with beam.Pipeline(runner="FnApiRunner") as pipeline:
            found = pipeline | beam.Create(pairs) | bulk.RestoreFiles(worker)
            for kind in ("restored", "skipped", "failed"):
                _ = (
                    found[kind]
                    | f"{kind} list" >> beam.combiners.ToList()
                    | f"{kind} text" >> beam.Map(json.dumps)
                    | kind
                    >> beam.io.WriteToText(
                        str(tmp_path / kind), shard_name_template=""
                    )
                )
        told.append(
            {
                kind: json.loads((tmp_path / kind).read_text())
                for kind in ("restored", "skipped", "failed")
            }
        )
    first, second = told
    assert sorted(o["output"] for o in first["restored"]) == [
        target for _, target in pairs[:2]
    ]
    [failed] = first["failed"]
    assert failed["input"] == "bucket://in/day 2/bad.png"
    assert "muirf-" not in failed["why"]
    assert "bucket://in/day 2/bad.png" in failed["why"]
    assert len(second["skipped"]) == 2 and second["restored"] == []
    assert sorted(
        p.name for p in (tmp_path / "out").rglob("*") if p.is_file()
    ) == ["0001.webp", "0002.webp"]


def test_two_files_for_one_result(tmp_path):
    for name in ("a.png", "a.jpg"):
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(restoration.ImageError, match="two runs"):
        bulk.pair_files(f"{tmp_path}/*", str(tmp_path / "out"), ".png")


def test_wrong_use(tmp_path):
    done = muirf_bulk(f"{tmp_path}/*.png", tmp_path / "out", "--preset", PRESET)
    assert done.returncode == 2
    assert "no image matches" in done.stderr
    assert "Traceback" not in done.stderr
