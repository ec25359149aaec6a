import typing


class Figure(typing.NamedTuple):
    """One number about a training run, and what it is about.

    Args:
        name: string, what is measured, such as `"gradient_cosine"`.
        value: float.
        layer: string. The layer, `""` for the whole network.
        task: string. The task or weather, `""` for all of them.
        other: string. The second task of a pair, or the expert; `""` where
            there is none.

    Example:

    ```python
    figure = keras_muirf.diagnostics.Figure(
        "gradient_cosine", -0.2, task="rain", other="haze"
    )
    figure.tag  # "gradient_cosine/rain-haze"
    ```
    """

    name: str
    value: float
    layer: str = ""
    task: str = ""
    other: str = ""

    @property
    def tag(self):
        """A name that no other figure of the same moment has."""
        about = "-".join(part for part in (self.task, self.other) if part)
        layer = self.layer.replace("/", ".")
        return "/".join(part for part in (self.name, layer, about) if part)
