"""KerasHub's own test-case suite, run on our classes."""

import os

import keras
import numpy as np
import pytest
from keras_hub.src.tests.test_case import TestCase
from keras_hub.src.utils.preset_utils import get_preset_loader
from small import CONFIG
from small import small_backbone
from small import small_preprocessor

from keras_muirf import layers
from keras_muirf import models
from keras_muirf.models.backbone import Backbone
from keras_muirf.models.image_restorer import ImageRestorer

pytestmark = pytest.mark.slow


class SuiteCase(TestCase):
    # tf.test.TestCase adds a test of its own session to every class.
    test_session = None

    def weights(self):
        rng = np.random.default_rng(0)
        return {
            "expert_weights": keras.ops.array(
                rng.dirichlet(np.ones(3), 2), "float32"
            ),
            "weather_weights": keras.ops.array(
                rng.dirichlet(np.ones(4), 2), "float32"
            ),
        }

    def inputs(self):
        return {
            "image": keras.ops.ones((2, 16, 16, 3)),
            "weather": keras.ops.array([-1, 2], "int32"),
        }


class LayersTest(SuiteCase):
    def check(self, cls, init_kwargs, channels, trainable, **other_inputs):
        self.run_layer_test(
            cls=cls,
            init_kwargs=init_kwargs,
            input_data={
                "inputs": keras.ops.ones((2, 8, 8, 4)),
                **self.weights(),
                **other_inputs,
            },
            expected_output_shape=(2, 8, 8, channels),
            expected_num_trainable_weights=trainable,
        )

    def test_cpsm_conv2d(self):
        self.check(layers.CPSMConv2D, {"filters": 6}, 6, 6)

    def test_cpsm_pointwise_conv2d(self):
        self.check(layers.CPSMPointwiseConv2D, {"filters": 6}, 6, 6)

    def test_cpsm_depthwise_conv2d(self):
        self.check(layers.CPSMDepthwiseConv2D, {}, 4, 6)

    def test_restoration_block(self):
        self.check(
            layers.RestorationBlock,
            {},
            4,
            34,
            context=keras.ops.ones((2, 5)),
        )

    def test_cpsm_router(self):
        self.run_layer_test(
            cls=layers.CPSMRouter,
            init_kwargs={"num_experts": 3, "context_dim": 4},
            input_data={
                "features": keras.ops.ones((2, 8, 8, 4)),
                "weather": keras.ops.array([0, -1], "int32"),
            },
            expected_output_shape={
                "context": (2, 4),
                "expert_weights": (2, 3),
                "weather": (2, 4),
                "weather_weights": (2, 4),
            },
            expected_num_trainable_weights=7,
            expected_num_non_trainable_weights=2,
            expected_num_non_trainable_variables=3,
        )

    def test_fast_depthwise_conv2d(self):
        self.run_layer_test(
            cls=layers.FastDepthwiseConv2D,
            init_kwargs={},
            input_data=keras.ops.ones((2, 8, 8, 4)),
            expected_output_shape=(2, 8, 8, 4),
            expected_num_trainable_weights=2,
        )


class BackboneTest(SuiteCase):
    def test_vision_backbone(self):
        self.run_vision_backbone_test(
            cls=models.MUIRFBackbone,
            init_kwargs=CONFIG,
            input_data=self.inputs(),
            expected_output_shape={
                "features": (2, 16, 16, 6),
                "weather": (2, 4),
                "weather_weights": (2, 4),
                "expert_weights": (2, 3),
                "context": (2, 8),
            },
            # Channels stand last everywhere (design).
            run_data_format_check=False,
        )

    def test_saved_model(self):
        self.run_model_saving_test(
            cls=models.MUIRFBackbone,
            init_kwargs=CONFIG,
            input_data=self.inputs(),
        )


class RestorerTest(SuiteCase):
    def setUp(self):
        rng = np.random.default_rng(0)
        self.images = rng.integers(0, 256, (4, 16, 16, 3)).astype("uint8")
        self.init_kwargs = {
            "backbone": small_backbone(),
            "preprocessor": small_preprocessor(),
        }

    def test_task(self):
        self.run_task_test(
            cls=models.MUIRFImageRestorer,
            init_kwargs=self.init_kwargs,
            train_data=(self.images, self.images),
            expected_output_shape=(4, 16, 16, 3),
        )

    def test_saved_model(self):
        self.run_model_saving_test(
            cls=models.MUIRFImageRestorer,
            init_kwargs=self.init_kwargs,
            input_data=self.inputs(),
        )

    def test_presets(self):
        task = models.MUIRFImageRestorer(**self.init_kwargs)
        preset = os.path.join(self.get_temp_dir(), "small")
        task.save_to_preset(preset)
        self.assertEqual(
            sorted(os.listdir(preset)),
            [
                "config.json",
                "image_converter.json",
                "metadata.json",
                "model.weights.h5",
                "preprocessor.json",
                "task.json",
                "task.weights.h5",
            ],
        )
        for cls, expected in (
            (models.MUIRFBackbone, task.backbone(self.inputs())),
            (Backbone, task.backbone(self.inputs())),
            (models.MUIRFImageRestorer, task(self.inputs())),
            (ImageRestorer, task(self.inputs())),
        ):
            self.run_preset_test(
                cls=cls,
                preset=preset,
                input_data=self.inputs(),
                expected_output=expected,
            )

    def test_keras_hub_loads_our_preset(self):
        task = models.MUIRFImageRestorer(**self.init_kwargs)
        preset = os.path.join(self.get_temp_dir(), "for_hub")
        task.save_to_preset(preset)
        loader = get_preset_loader(preset)
        backbone = loader.load_backbone(loader.check_backbone_class(), True)
        self.assertIsInstance(backbone, models.MUIRFBackbone)
        self.assertAllClose(
            backbone(self.inputs()), task.backbone(self.inputs())
        )
        again = loader.load_task(models.MUIRFImageRestorer, True, True)
        self.assertAllClose(again(self.inputs()), task(self.inputs()))
        preprocessor = loader.load_preprocessor(
            models.MUIRFImageRestorerPreprocessor
        )
        self.assertAllClose(
            preprocessor(self.images)["image"], self.images / 255.0
        )


class PreprocessingTest(SuiteCase):
    def setUp(self):
        rng = np.random.default_rng(0)
        self.images = rng.integers(0, 256, (3, 8, 8, 3)).astype("uint8")

    def test_image_converter(self):
        self.run_preprocessing_layer_test(
            cls=layers.MUIRFImageConverter,
            init_kwargs={},
            input_data=self.images,
            expected_output=None,
        )

    def test_preprocessor(self):
        self.run_preprocessing_layer_test(
            cls=models.MUIRFImageRestorerPreprocessor,
            init_kwargs={"image_converter": layers.MUIRFImageConverter()},
            input_data=(self.images, self.images),
        )
