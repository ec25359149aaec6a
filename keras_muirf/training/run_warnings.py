"""The package's warnings as lines of their own on standard error."""

import logging

_LOGGER = logging.getLogger("keras_muirf")
# It tells of damaged images again, in words of its own.
_PYVIPS = logging.getLogger("pyvips")


def show_warnings():
    """Lets warnings be shown as `Warning: ...`, each once."""
    if _LOGGER.handlers:
        return
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("Warning: %(message)s"))
    _LOGGER.addHandler(handler)
    _LOGGER.propagate = False
    _PYVIPS.setLevel(logging.ERROR)


def hide_warnings():
    """Undoes `show_warnings`."""
    for handler in _LOGGER.handlers[:]:
        _LOGGER.removeHandler(handler)
    _LOGGER.propagate = True
    _PYVIPS.setLevel(logging.NOTSET)
