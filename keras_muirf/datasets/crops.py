"""Random crops of single images and of pairs, in numpy.

Every function takes a tuple of arrays that show the same thing and treats
all of them alike, so that pairs stay pairs.
"""

import numpy as np

from keras_muirf.libvips import pyvips


def random_crop(images, size, rng, zoom=None):
    """Cuts the same random rectangle out of every image.

    Args:
        images: Tuple of uint8 arrays `(height, width, 3)` of equal size.
            Where they are smaller than the crop they are continued by
            reflection.
        size: Tuple `(height, width)` of the crop, in pixels.
        rng: `numpy.random.Generator`.
        zoom: `None`, or a tuple `(low, high)`: the images are first scaled
            by a factor drawn log-uniformly from this range. Below 1 the
            crop shows more of the scene.

    Returns:
        A tuple of uint8 arrays `(*size, 3)`.
    """
    window = size
    if zoom is not None:
        factor = np.exp(rng.uniform(np.log(zoom[0]), np.log(zoom[1])))
        window = tuple(max(round(side / factor), 1) for side in size)
    images = tuple(reflect_to(image, window) for image in images)
    height, width = images[0].shape[:2]
    top = rng.integers(height - window[0] + 1)
    left = rng.integers(width - window[1] + 1)
    cut = (slice(top, top + window[0]), slice(left, left + window[1]))
    crops = tuple(image[cut] for image in images)
    if window != size:
        crops = tuple(resize(crop, size) for crop in crops)
    return crops


def random_symmetry(images, rng, kind):
    """Flips and turns every image alike.

    Args:
        images: Tuple of arrays `(height, width, 3)`.
        rng: `numpy.random.Generator`.
        kind: `None` (as they are), `"flip"` (half of them mirrored left to
            right) or `"dihedral"` (one of the eight symmetries of the
            square).

    Returns:
        A tuple of arrays; for `"dihedral"` height and width may have
        changed places.
    """
    if kind is None:
        return images
    if rng.integers(2):
        images = tuple(image[:, ::-1] for image in images)
    if kind == "dihedral":
        turns = rng.integers(4)
        images = tuple(np.rot90(image, turns) for image in images)
    return images


def reflect_to(image, size):
    """Continues an image by reflection until it is at least this large."""
    missing = [
        max(s - n, 0) for s, n in zip(size, image.shape[:2], strict=True)
    ]
    if not any(missing):
        return image
    margins = [(m // 2, m - m // 2) for m in missing]
    return np.pad(image, (*margins, (0, 0)), mode="reflect")


def resize(image, size):
    """Resizes a uint8 image to `(height, width)`, antialiased."""
    height, width = image.shape[:2]
    source = pyvips.Image.new_from_array(np.ascontiguousarray(image))
    resized = source.resize(size[1] / width, vscale=size[0] / height).numpy()
    # The library rounds the size itself and may end up one pixel off.
    resized = reflect_to(resized, size)
    return resized[: size[0], : size[1]]
