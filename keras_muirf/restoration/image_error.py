class ImageError(OSError):
    """An image file that cannot be read or written.

    The message is one sentence for the person who named the file: which file,
    what is wrong with it, and what to do.
    """


def reason(error):
    """The last thing libvips said in a `pyvips.Error`, in a few words."""
    lines = [line.strip() for line in str(error.detail).splitlines()]
    lines = [line for line in lines if line] or [str(error.message).strip()]
    return lines[-1][:120]
