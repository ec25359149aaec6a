"""One file with all variables of a training run, checked when it is read."""

import io
import json
import struct
import zipfile
import zlib

import numpy as np
from keras import ops

from keras_muirf.durable_file import replaced_file

_STATE = "state.json"
_FORMAT = 1


class DamagedCheckpoint(OSError):
    """A file that is no checkpoint, or not a whole one."""


class NonFiniteWeights(ArithmeticError):
    """A network with NaN or infinite weights was to be saved."""


def write_checkpoint(path, variables, state):
    """Writes a checkpoint: whole, or not at all.

    The file is a zip archive without compression: an array in NumPy's format
    for every variable, in order, and `state.json`. The archive keeps a
    checksum of each.

    Args:
        path: string or path of the file.
        variables: list of `keras.Variable`. Their values are kept to the bit.
        state: what else is to be kept, anything that JSON can hold.

    Raises:
        NoSpaceLeft: If there is no room; what was at `path` is untouched.
    """
    header = {
        "format": _FORMAT,
        "variables": [v.path for v in variables],
        "state": state,
    }
    with (
        replaced_file(path) as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive,
    ):
        archive.writestr(_STATE, json.dumps(header))
        for number, variable in enumerate(variables):
            with archive.open(_member(number), "w", force_zip64=True) as out:
                np.lib.format.write_array(
                    out, as_array(variable), allow_pickle=False
                )


def read_checkpoint(path):
    """Reads a checkpoint.

    Args:
        path: string or path of the file.

    Returns:
        The tuple `(arrays, state)`: a list of `(path of the variable, NumPy
        array)`, and what was given as `state`.

    Raises:
        DamagedCheckpoint: If the file is not whole, or no checkpoint.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            # `read` compares the checksum.
            header = json.loads(archive.read(_STATE))
            if header["format"] != _FORMAT:
                raise ValueError(f"format {header['format']}")
            arrays = []
            for number, name in enumerate(header["variables"]):
                member = io.BytesIO(archive.read(_member(number)))
                array = np.lib.format.read_array(member, allow_pickle=False)
                arrays.append((name, array))
            return arrays, header["state"]
    except FileNotFoundError:
        raise
    except (
        OSError,
        zipfile.BadZipFile,
        # What a damaged archive also leads to.
        EOFError,
        LookupError,
        OverflowError,
        RuntimeError,
        TypeError,
        ValueError,
        struct.error,
        zlib.error,
    ) as error:
        raise DamagedCheckpoint(
            f"{path} is no whole checkpoint ({error})."
        ) from error


def as_array(variable):
    """A variable's value as NumPy array.

    Args:
        variable: `keras.Variable`.

    Returns:
        An array; bfloat16, which NumPy has not, becomes float32.
    """
    array = np.asarray(ops.convert_to_numpy(variable))
    # Every value of bfloat16 is one of float32.
    return array.astype("float32") if array.dtype.kind == "V" else array


def _member(number):
    return f"variables/{number:06d}.npy"
