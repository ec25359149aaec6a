import dataclasses

from keras_muirf.datasets.catalogue.catalogue_config import CatalogueConfig


@dataclasses.dataclass(eq=False, kw_only=True)
class PairedImagesConfig(CatalogueConfig):
    """Says how one's own pairs lie on disk.

    Args:
        name: String, of one's choice. Images may lie in a folder of this name
            in `manual_dir`, or in `manual_dir` itself.
        layouts: Dictionary from a split's name to a
            `keras_muirf.datasets.layouts.FolderLayout`, `ListLayout` or
            `SideBySideLayout`.

    Example:

    ```python
    from keras_muirf.datasets.layouts import FolderLayout

    config = PairedImagesConfig(
        name="street",
        layouts={
            "train": FolderLayout("rainy", "clean", weather="rain"),
        },
    )
    tfds.load("paired_images", builder_kwargs={"config": config})
    ```
    """

    layouts: dict | None = None
