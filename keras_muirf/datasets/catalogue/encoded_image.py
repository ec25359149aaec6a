from keras_muirf.libvips import pyvips


def encoded_image(path, pixels):
    """Encodes an image for `tfds.features.Image`, without loss.

    Args:
        path: Path of a file.
        pixels: Array `(height, width, 3)` of uint8: what is read from it,
            or what is cut out of that.

    Returns:
        The file's own bytes if it is an upright JPEG or PNG of this size with
        three channels of 8 bits, which every decoder reads alike. Else the
        pixels as the bytes of a PNG.
    """
    data = path.read_bytes()
    if _is_plain(data, pixels.shape):
        return data
    return pyvips.Image.new_from_array(pixels).write_to_buffer(".png")


def _is_plain(data, shape):
    image = pyvips.Image.new_from_buffer(data, "")
    return (
        image.get("vips-loader") in ("jpegload_buffer", "pngload_buffer")
        and (image.height, image.width, image.bands) == shape
        and image.format == "uchar"
        and image.interpretation == "srgb"
        and not _field(image, "palette")
        and _field(image, "orientation") <= 1
    )


def _field(image, name):
    return image.get(name) if image.get_typeof(name) else 0
