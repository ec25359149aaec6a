class ExportError(ValueError):
    """A preset that cannot be exported.

    The message is one sentence for the person who asked for it: what is
    needed, and what was received.
    """


def one_line(error):
    """An error's message on one line, or its type where it has none."""
    words = " ".join(str(error).split())
    return words[:300] or type(error).__name__
