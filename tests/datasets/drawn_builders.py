"""Small datasets for TensorFlow Datasets."""

import numpy as np
import tensorflow_datasets as tfds


def drawn(i):
    rng = np.random.default_rng(i)
    return rng.integers(0, 200, (10 + i, 12, 3), "uint8")


class DrawnPairs(tfds.core.GeneratorBasedBuilder):
    """Six pairs of two weathers; the input is its target plus 55."""

    VERSION = tfds.core.Version("1.0.0")

    def _info(self):
        image = tfds.features.Image(
            shape=(None, None, 3), encoding_format="png"
        )
        texts = {"weather": tfds.features.Text(), "name": tfds.features.Text()}
        return tfds.core.DatasetInfo(
            builder=self,
            features=tfds.features.FeaturesDict(
                {"input": image, "target": image, **texts}
            ),
        )

    def _split_generators(self, dl_manager):
        return {"train": self._generate_examples()}

    def _generate_examples(self):
        for i in range(6):
            yield (
                i,
                {
                    "input": drawn(i) + np.uint8(55),
                    "target": drawn(i),
                    "weather": "rain" if i % 2 else "haze",
                    "name": f"picture {i}",
                },
            )


class DrawnImages(tfds.core.GeneratorBasedBuilder):
    """Pairs without names and weathers."""

    VERSION = tfds.core.Version("1.0.0")
    PARTS = ("input", "target")

    def _info(self):
        image = tfds.features.Image(
            shape=(None, None, 3), encoding_format="png"
        )
        return tfds.core.DatasetInfo(
            builder=self,
            features=tfds.features.FeaturesDict(
                dict.fromkeys(self.PARTS, image)
            ),
        )

    def _split_generators(self, dl_manager):
        return {"train": self._generate_examples()}

    def _generate_examples(self):
        for i in range(2):
            yield i, dict.fromkeys(self.PARTS, drawn(i))


class DrawnSingles(DrawnImages):
    PARTS = ("image",)
