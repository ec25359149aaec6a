"""What files are called in HTTP, and by their names."""

SUFFIX_OF_IMAGE = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "image/tiff": ".tif",
    "image/avif": ".avif",
}
SUFFIX_OF_VIDEO = {
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "video/matroska": ".mkv",
    "video/x-matroska": ".mkv",
    "video/webm": ".webm",
}


def media_type_of(name):
    """The media type of a format's name, such as `"JPEG"` or `"tiff"`."""
    return f"image/{name.lower()}"
