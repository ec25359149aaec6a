import os
import shutil
import subprocess
import sys

import h5py
import keras
import numpy as np
import pytest
from small import small_restorer

from keras_muirf import models
from keras_muirf.models.preset_sources import preset_file
from keras_muirf.training import save_preset


@pytest.fixture
def preset(tmp_path):
    restorer = small_restorer()
    folder = tmp_path / "preset"
    restorer.save_to_preset(folder)
    return restorer, folder


def image():
    return np.random.default_rng(0).random((12, 8, 3)).astype("float32")


@pytest.mark.every_backend
def test_a_folder_loads(preset):
    restorer, folder = preset
    again = models.MUIRFImageRestorer.from_preset(str(folder))
    np.testing.assert_allclose(
        again.restore(image()), restorer.restore(image()), atol=1e-6
    )
    other = models.MUIRFImageRestorer.from_preset(folder, load_weights=False)
    assert other.count_params() == restorer.count_params()
    preprocessor = models.MUIRFImageRestorerPreprocessor.from_preset(folder)
    assert preprocessor(np.full((2, 2, 3), 255, "uint8"))["image"].max() == 1


def test_half_precision_files_are_half_as_large(preset, tmp_path):
    restorer, folder = preset
    half = tmp_path / "half"
    restorer.save_to_preset(half, weights_dtype="float16")
    with h5py.File(half / "model.weights.h5") as file:
        types = set()
        file.visititems(
            lambda _, item: (
                types.add(item.dtype.name)
                if isinstance(item, h5py.Dataset)
                else None
            )
        )
    assert "float16" in types and "float32" not in types
    again = models.MUIRFImageRestorer.from_preset(half)
    assert again.weights[0].dtype == "float32"
    np.testing.assert_allclose(
        again.restore(image(), "rain"),
        restorer.restore(image(), "rain"),
        atol=5e-3,
    )
    with pytest.raises(ValueError, match="int8"):
        restorer.save_to_preset(half, weights_dtype="int8")


def test_the_optimizer_stays_out_of_the_preset(tmp_path):
    restorer = small_restorer()
    restorer.optimizer.build(restorer.trainable_variables)
    restorer.save_to_preset(tmp_path)
    sizes = []
    for name in ("model.weights.h5", "task.weights.h5"):
        with h5py.File(tmp_path / name) as file:
            file.visititems(
                lambda _, item: (
                    sizes.append(item.size)
                    if isinstance(item, h5py.Dataset)
                    else None
                )
            )
    generators = [v for v in restorer.variables if "seed_generator" in v.path]
    assert sum(sizes) == restorer.count_params() + 2 * len(
        {v.path for v in generators}
    )


def test_arguments_and_dtype_can_be_replaced(preset):
    _, folder = preset
    backbone = models.MUIRFBackbone.from_preset(
        folder, dtype="mixed_bfloat16", image_shape=(16, 16, 3)
    )
    assert backbone.dtype_policy.name == "mixed_bfloat16"
    assert backbone.image_shape == (16, 16, 3)


@pytest.mark.every_backend
def test_every_shipped_preset_restores():
    listing = models.list_presets()
    assert listing
    for name, entry in listing.items():
        restorer = models.MUIRFImageRestorer.from_preset(name)
        assert restorer.weathers == tuple(entry["weathers"])
        assert restorer.count_params() == entry["params"]
        x = image()
        # Named, since noise is rightly taken for a clear image.
        restored = restorer.restore(x, weather=entry["weathers"][0])
        assert np.abs(restored - x).max() > 1e-3


@pytest.mark.every_backend
@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_what_was_trained_in_mixed_precision_is_saved_as_float32(
    policy, tmp_path
):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        trained = small_restorer()
    finally:
        keras.config.set_dtype_policy(before)
    save_preset(trained, tmp_path / "by_training")
    trained.save_to_preset(tmp_path / "preset")
    for file in tmp_path.glob("*/*.json"):
        assert "mixed" not in file.read_text(), file
    assert trained.backbone.dtype_policy.name == policy
    assert trained.get_layer("head").dtype_policy.name == policy
    assert trained.preprocessor.dtype_policy.name == policy
    again = models.MUIRFImageRestorer.from_preset(tmp_path / "preset")
    assert again.backbone.dtype_policy.name == before.name
    for one, other in zip(trained.weights, again.weights, strict=True):
        np.testing.assert_array_equal(
            keras.ops.convert_to_numpy(one), keras.ops.convert_to_numpy(other)
        )


def test_a_hugging_face_handle_loads_from_its_cache(
    preset, tmp_path, monkeypatch
):
    restorer, folder = preset
    hub = pytest.importorskip("huggingface_hub")
    repository = tmp_path / "hub" / "models--someone--small"
    snapshot = repository / "snapshots" / ("a" * 40)
    shutil.copytree(folder, snapshot)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("a" * 40)
    # The real function, on a cache that stands in for the network.
    download = hub.hf_hub_download
    monkeypatch.setattr(
        hub,
        "hf_hub_download",
        lambda repo, name: download(
            repo, name, cache_dir=str(tmp_path / "hub"), local_files_only=True
        ),
    )
    again = models.MUIRFImageRestorer.from_preset("hf://someone/small")
    np.testing.assert_allclose(
        again.restore(image()), restorer.restore(image()), atol=1e-6
    )
    with pytest.raises(FileNotFoundError, match="has no 'none.json'"):
        preset_file("hf://someone/small", "none.json")


@pytest.mark.parametrize("scheme", ["hf", "kaggle"])
def test_a_missing_hub_package_is_a_sentence(scheme, monkeypatch):
    module = {"hf": "huggingface_hub", "kaggle": "kagglehub"}[scheme]
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=r"pip install .*\[hub\]"):
        models.MUIRFImageRestorer.from_preset(f"{scheme}://a/b/keras/c")


def test_a_kaggle_handle_loads(preset, monkeypatch):
    restorer, folder = preset
    kagglehub = pytest.importorskip("kagglehub")
    asked = []

    def download(handle, path):
        asked.append(handle)
        return os.path.join(folder, path)

    # Kaggle's library has no offline mode to run for real.
    monkeypatch.setattr(kagglehub, "model_download", download)
    again = models.MUIRFImageRestorer.from_preset("kaggle://a/b/keras/c")
    assert set(asked) == {"a/b/keras/c"}
    np.testing.assert_allclose(
        again.restore(image()), restorer.restore(image()), atol=1e-6
    )


def test_what_is_no_preset_is_a_sentence(preset, tmp_path):
    _, folder = preset
    with pytest.raises(ValueError, match="muirf_tiny_all_weather.*'nothing'"):
        models.MUIRFImageRestorer.from_preset("nothing")
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(FileNotFoundError, match=r"has no 'config.json'"):
        models.MUIRFImageRestorer.from_preset(empty)


CHILD = """
import sys
sys.modules["tensorflow"] = None
import numpy as np
import keras_muirf
restorer = keras_muirf.models.MUIRFImageRestorer.from_preset(sys.argv[1])
x = np.random.default_rng(0).random((1, 12, 8, 3)).astype("float32")
restorer.fit({"image": x, "weather": np.array([0])}, x, verbose=0)
restorer.save_to_preset(sys.argv[1])
assert restorer.restore(x).shape == x.shape
assert sys.modules["tensorflow"] is None
"""


@pytest.mark.every_backend
@pytest.mark.slow
@pytest.mark.skipif(
    keras.config.backend() == "tensorflow", reason="TensorFlow is the backend"
)
def test_all_works_where_tensorflow_cannot_be_imported(preset):
    _, folder = preset
    subprocess.run(
        [sys.executable, "-W", "ignore", "-c", CHILD, str(folder)], check=True
    )


OTHER = """
import sys
import numpy as np
import keras_muirf
restorer = keras_muirf.models.MUIRFImageRestorer.from_preset(sys.argv[1])
x = np.random.default_rng(0).random((12, 8, 3)).astype("float32")
np.save(sys.argv[2], restorer.restore(x))
"""


@pytest.mark.slow
@pytest.mark.once
@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_another_backend_loads_and_restores_the_same(preset, tmp_path, backend):
    if backend == keras.config.backend():
        pytest.skip("the same backend")
    pytest.importorskip(backend)
    restorer, folder = preset
    output = tmp_path / "restored.npy"
    subprocess.run(
        [sys.executable, "-W", "ignore", "-c", OTHER, str(folder), str(output)],
        check=True,
        env={**os.environ, "KERAS_BACKEND": backend},
    )
    expected = restorer.restore(image())
    restored = np.load(output)
    np.testing.assert_allclose(restored, expected, atol=1e-4)
    rounded = np.rint(255 * restored) - np.rint(255 * expected)
    assert np.abs(rounded).max() <= 1
