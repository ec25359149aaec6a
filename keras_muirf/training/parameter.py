import dataclasses
import math
import pathlib

from keras_muirf.training.run_error import RunError

_YES = ("true", "yes", "on", "1")
_NO = ("false", "no", "off", "0")


@dataclasses.dataclass(frozen=True)
class Parameter:
    """A value that a run can be given by its name.

    Args:
        name: string, a word with underscores.
        default: the value if none is given, or `None` for none.
        help: string, a few words.
        kind: `int`, `float`, `bool`, `str` or `pathlib.Path`. Defaults to the
            default's type.
        choices: tuple of strings, what a `str` may be, whatever the case; or
            `None` for anything. Defaults to `None`.
        above: number that an `int` or `float` has to exceed, or `None`.
            Defaults to `None`.
        changes: bool. Whether a run that is resumed may be given another
            value. Defaults to `False`.

    Example:

    ```python
    haze = keras_muirf.training.Parameter(
        "haze", 0.8, "share of synthesized haze", above=0
    )
    haze.parse("0.5")
    ```
    """

    name: str
    default: object
    help: str
    kind: type | None = None
    choices: tuple | None = None
    above: float | None = None
    changes: bool = False

    def __post_init__(self):
        if self.kind is None:
            object.__setattr__(self, "kind", type(self.default))

    @property
    def takes(self):
        """In words, what values there are."""
        if self.choices is not None:
            return f"one of {', '.join(self.choices)}"
        if self.kind is bool:
            return "true or false"
        if self.kind in (int, float):
            number = "a whole number" if self.kind is int else "a number"
            more = "" if self.above is None else f" above {self.above:g}"
            return number + more
        return "a path" if self.kind is pathlib.Path else "a text"

    def parse(self, text):
        """Reads a value.

        Args:
            text: string, or a value of the parameter's kind.

        Returns:
            The value.

        Raises:
            RunError: If it is none of the parameter's; the line says which
                there are.
        """
        value = self._read(text)
        if value is None:
            raise RunError(
                f"{self.name} has to be {self.takes}. "
                f"Received: {self.name}={text}",
                exit_code=2,
            )
        return value

    def _read(self, text):
        """The value, or `None` where it is none."""
        if self.kind is bool:
            word = str(text).lower()
            return word in _YES if word in _YES + _NO else None
        if self.choices is not None:
            same = [c for c in self.choices if c.lower() == str(text).lower()]
            return same[0] if same else None
        if self.kind in (int, float):
            return self._read_number(text)
        return self.kind(text) if str(text) else None

    def _read_number(self, text):
        try:
            value = self.kind(text)
        except ValueError:
            return None
        fits = math.isfinite(value)
        fits = fits and (self.above is None or value > self.above)
        return value if fits else None
