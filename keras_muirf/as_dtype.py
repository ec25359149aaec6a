import functools

import keras
from keras import ops

# The names of dtypes, of which there are few, for hundreds of variables.
_name_of = functools.cache(keras.backend.standardize_dtype)


def as_dtype(x, dtype):
    """A tensor in a dtype.

    A cast that changes nothing would still be an operation to each backend
    that starts one by one: it is left out.
    """
    same = _name_of(x.dtype) == _name_of(dtype)
    return x if same else ops.cast(x, dtype)
