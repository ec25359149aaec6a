"""Exported files compute what Keras does, on their own runtimes."""

import json
import shutil

import exporting
import numpy as np
import pytest
import small
from exporting import ROOT

import keras_muirf
from keras_muirf.export import ExportError
from keras_muirf.export import export_preset

for package in ("tf2onnx", "onnxruntime", "openvino", "ai_edge_litert"):
    pytest.importorskip(package, reason="the extra `export` is not installed")

pytestmark = [pytest.mark.once]
# The pages of the docs open files of this name.
SHIPPED = "muirf_tiny_all_weather"
FILES = {
    "onnx": f"{SHIPPED}.onnx",
    "openvino": f"{SHIPPED}.xml",
    "litert": f"{SHIPPED}.tflite",
    "saved_model": f"{SHIPPED}_saved_model",
}


@pytest.fixture(scope="module")
def restorer():
    backbone = small.small_backbone(clear_class=True)
    return exporting.vivid(
        keras_muirf.models.MUIRFImageRestorer(
            backbone,
            small.small_preprocessor(),
            compile=False,
            name=SHIPPED,
        )
    )


@pytest.fixture(scope="module")
def photograph():
    return exporting.images((1, 45, 70), "uint8")[0]


@pytest.mark.slow
def test_every_format_of_a_restorer_in_memory(
    restorer, photograph, tmp_path, subtests, save_image
):
    # What was there is replaced whole.
    (tmp_path / FILES["saved_model"] / "left").mkdir(parents=True)
    (tmp_path / FILES["onnx"]).write_text("left")
    exported = export_preset(
        restorer, tmp_path, format=list(FILES), overwrite=True
    )
    assert [one["format"] for one in exported] == list(FILES)
    assert all(one["difference"] < 1e-4 for one in exported)
    written = {p.name for p in tmp_path.iterdir()}
    assert written == {*FILES.values(), f"{SHIPPED}.bin"}
    assert not (tmp_path / FILES["saved_model"] / "left").exists()
    for format, name in FILES.items():
        path = tmp_path / name
        with subtests.test(format):
            run = exporting.open_file(format, path)
            exporting.check_parity(run, restorer)
            about = exporting.metadata_of(format, path)
            assert about["weathers"] == list(keras_muirf.WEATHERS)
            assert about["classes"] == [*keras_muirf.WEATHERS, "clear"]
            assert about["size_multiple"] == restorer.size_multiple
            assert about["recommended_tile"] == restorer.recommended_tile
            assert about["tile_overlap"] == 2 * restorer.halo
            assert about["colour_order"] == "RGB"
            assert about["licence"] == "not stated"
            assert about["preset"] == SHIPPED
            assert str(tmp_path) not in json.dumps(about)
    save_image(tmp_path / "photo.png", photograph)
    for page in sorted((ROOT / "docs" / "export").glob("*.md")):
        with subtests.test(page.name):
            pages_code(tmp_path, page, restorer, photograph)


@pytest.mark.slow
def test_the_shipped_preset(photograph, tmp_path, subtests, save_image):
    words = [word for name in FILES for word in ("--format", name)]
    done = exporting.export(SHIPPED, *words, "-o", tmp_path)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == len(FILES), done.stdout
    assert all("differs from Keras by" in line for line in lines)
    # Notes of converters would be no help to anyone.
    assert done.stderr == ""
    restorer = keras_muirf.models.MUIRFImageRestorer.from_preset(SHIPPED)
    for format, file in FILES.items():
        path = tmp_path / file
        with subtests.test(format):
            exporting.check_parity(exporting.open_file(format, path), restorer)
            about = exporting.metadata_of(format, path)
            assert about["licence"] == "Apache-2.0"
    save_image(tmp_path / "photo.png", photograph)
    example(tmp_path, tmp_path / FILES["onnx"], restorer, photograph)


def example(folder, model, restorer, photograph):
    """`examples/restore_with_onnxruntime.py` where there is no Keras."""
    (folder / "sitecustomize.py").write_text(
        "import sys\n"
        "class Block:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] in ('keras', 'keras_muirf',\n"
        "                'tensorflow', 'torch', 'jax', 'onnx', 'pyvips'):\n"
        "            raise ImportError(name)\n"
        "sys.meta_path.insert(0, Block())\n"
    )
    done = exporting.run(
        ROOT / "examples" / "restore_with_onnxruntime.py",
        model,
        folder / "photo.png",
        folder / "restored.png",
        PYTHONPATH=str(folder),
    )
    assert done.returncode == 0, done.stderr
    check_restored(folder / "restored.png", restorer, photograph)
    assert done.stdout.split(": ")[1].split()[0] in restorer.classes


def pages_code(folder, page, restorer, photograph):
    """The code of a page restores photo.png to restored.png."""
    blocks = page.read_text(encoding="utf-8").split("```python\n")[1:]
    assert blocks, f"{page} shows no code"
    code = "\n".join(block.partition("```")[0] for block in blocks)
    (folder / "restored.png").unlink(missing_ok=True)
    script = folder / "page.py"
    script.write_text(f"import os\nos.chdir({str(folder)!r})\n{code}")
    done = exporting.run(script)
    assert done.returncode == 0, done.stderr
    check_restored(folder / "restored.png", restorer, photograph)


def check_restored(path, restorer, photograph):
    written = keras_muirf.restoration.read_rgb8(path)
    wanted = restorer.restore(photograph)
    assert written.shape == photograph.shape
    assert np.abs(written.astype(int) - wanted).max() <= 1


# One process for all, for TensorFlow takes long to start.
VARIANTS = """
import json, sys
from keras_muirf.export import ExportError
from keras_muirf.export.convert import convert
folder = sys.argv[1]
answers = []
for more in (
    {"dtype": "uint8", "weather": "snow", "licence": "CC0-1.0"},
    {"weather": "mixed"},
    {"precision": "float16"},
    {"precision": "int8", "calibrate": f"{folder}/photos"},
    {"weather": "fog"},
    {"preset": f"{folder}/damaged"},
    {"preset": "nothing"},
):
    try:
        job = {"preset": f"{folder}/mine", "out": f"{folder}/out/", **more}
        answers += convert(**job)
    except ExportError as error:
        answers.append(str(error))
print(json.dumps(answers))
"""


@pytest.mark.slow
def test_variants(restorer, tmp_path, save_image):
    restorer.save_to_preset(str(tmp_path / "mine"))
    for number in range(3):
        photo = exporting.images((1, 40, 60 + number), "uint8")[0]
        save_image(tmp_path / "photos" / f"{number}.png", photo)
    shutil.copytree(tmp_path / "mine", tmp_path / "damaged")
    (tmp_path / "damaged" / "model.weights.h5").write_bytes(b"no weights")
    done = exporting.run(
        *("-c", VARIANTS, tmp_path), KERAS_BACKEND="tensorflow"
    )
    assert done.returncode == 0, done.stderr
    snow, mixed, half, eighth, *errors = json.loads(done.stdout)
    assert "does not know fog; it knows rain, snow," in errors[0]
    assert "damaged' cannot be loaded" in errors[1]
    assert "'nothing' cannot be loaded" in errors[2]
    assert len(list((tmp_path / "out").iterdir())) == 4

    assert snow["path"].endswith("mine_snow_uint8.onnx")
    run = exporting.open_file("onnx", snow["path"])
    exporting.check_parity(run, restorer, weather="snow", dtype="uint8")
    about = exporting.metadata_of("onnx", snow["path"])
    assert about["restores"] == "snow"
    assert about["dtype"] == "uint8"
    assert about["licence"] == "CC0-1.0"

    run = exporting.open_file("onnx", mixed["path"])
    exporting.check_parity(run, restorer, weather="mixed")

    x = exporting.images((1, 37, 51))
    wanted = restorer.restore(x)
    for one, least in ((half, 45), (eighth, 15)):
        restored, _ = exporting.open_file("onnx", one["path"])(x)
        psnr = -10 * np.log10(np.mean((restored - wanted) ** 2))
        assert psnr > least
        about = exporting.metadata_of("onnx", one["path"])
        assert about["psnr_to_float32"] == pytest.approx(one["psnr"], abs=0.01)
        assert one["difference"] is None
    assert about["precision"] == "int8"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"format": "coreml"}, "one of onnx, .* Received: 'coreml'"),
        ({"format": []}, "Received: none"),
        ({"dtype": "uint16"}, "float32, uint8. Received: 'uint16'"),
        ({"precision": "int4"}, "Received: 'int4'"),
        ({"format": "litert", "precision": "int8"}, "for the format onnx"),
        ({"calibrate": "photos"}, "Received: precision float32"),
        ({"out": "network.txt"}, "must end with .onnx"),
        ({"out": "there.onnx"}, "there.onnx exists already"),
        ({"out": "there.xml", "format": "openvino"}, "there.bin exists"),
        ({"out": "folder.onnx", "overwrite": True}, "is a folder"),
        ({"out": "there", "format": "saved_model"}, "there is a file"),
    ],
)
def test_arguments_are_checked_first(arguments, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("there.onnx", "there.bin", "there"):
        (tmp_path / name).write_text("mine")
    (tmp_path / "folder.onnx").mkdir()
    with pytest.raises(ExportError, match=message):
        export_preset("muirf_tiny_all_weather", **arguments)
    assert (tmp_path / "there.onnx").read_text() == "mine"
    assert len(list(tmp_path.iterdir())) == 4
