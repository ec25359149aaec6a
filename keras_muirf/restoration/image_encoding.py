from dataclasses import dataclass

SUBSAMPLINGS = ("4:4:4", "4:2:0")


@dataclass(frozen=True)
class ImageEncoding:
    """How an image file is written where its format leaves a choice.

    Args:
        quality: int from 1 to 100, of JPEG, WebP and AVIF. `None` for 95, and
            for a WebP without loss if the source was one. PNG and TIFF lose
            nothing.
        subsampling: `"4:4:4"`, colours at full resolution, or `"4:2:0"`, at
            half of it in both directions, of JPEG and AVIF. WebP with loss
            knows the second alone.
        strip_metadata: bool. Whether EXIF, XMP, IPTC, comments and the like,
            the place where a photograph was taken among them, are left out.
            The ICC profile is written all the same, without which the colours
            would be others.

    Raises:
        ValueError: one of them is none of these.

    Example:

    ```python
    image = keras_muirf.restoration.read_image("photo.jpg")
    encoding = keras_muirf.restoration.ImageEncoding(quality=80)
    keras_muirf.restoration.write_image(
        "copy.webp", image.pixels, like=image, encoding=encoding
    )
    ```
    """

    quality: int | None = None
    subsampling: str = "4:4:4"
    strip_metadata: bool = False

    def __post_init__(self):
        quality = self.quality
        if quality is not None and not (
            isinstance(quality, int) and 1 <= quality <= 100
        ):
            raise ValueError(
                "`quality` must be a whole number from 1 to 100. "
                f"Received: quality={quality!r}"
            )
        if self.subsampling not in SUBSAMPLINGS:
            raise ValueError(
                f"`subsampling` must be one of {', '.join(SUBSAMPLINGS)}. "
                f"Received: subsampling={self.subsampling!r}"
            )
