"""From the words of a command line to the values that it names."""

import argparse

from keras_muirf.training.run_error import RunError


def read_arguments(words, parameters, description):
    """Reads a recipe's command line.

    Every parameter can be given as `--name value` and as `--set name=value`;
    one of kind bool also as `--name` alone.

    Args:
        words: list of strings.
        parameters: list of `keras_muirf.training.Parameter`.
        description: string, the recipe's header.

    Returns:
        The tuple `(given, resume)`: a dict from names of parameters to their
        values, of those that were given, and the folder of `--resume` or
        `None`.

    Raises:
        RunError: If a name or a value is wrong.
    """
    known = {parameter.name: parameter for parameter in parameters}
    parser = _Parser(
        description=description.strip().splitlines()[0],
        allow_abbrev=False,
        argument_default=argparse.SUPPRESS,
    )
    for parameter in parameters:
        flags = {
            f"--{parameter.name}",
            f"--{parameter.name.replace('_', '-')}",
        }
        options = {"help": _help(parameter), "dest": parameter.name}
        if parameter.kind is bool:
            options |= {"nargs": "?", "const": "true"}
        parser.add_argument(
            *sorted(flags), metavar=parameter.name.upper(), **options
        )
    parser.add_argument(
        "--set",
        dest=" settings",
        metavar="NAME=VALUE",
        action="append",
        help="give any of these parameters; may be given again",
    )
    parser.add_argument(
        "--resume",
        dest=" resume",
        metavar="DIR",
        help="go on with the run in this folder, with its parameters",
    )
    texts = vars(parser.parse_args(words))
    settings = texts.pop(" settings", [])
    resume = texts.pop(" resume", None)
    for setting in settings:
        name, equals, text = setting.partition("=")
        name = name.strip().replace("-", "_")
        if not equals:
            raise RunError(
                f"--set takes NAME=VALUE. Received: --set {setting}", 2
            )
        if name not in known:
            raise RunError(
                f"There is no parameter {name!r}; the names are "
                f"{', '.join(sorted(known))}.",
                2,
            )
        texts[name] = text
    given = {name: known[name].parse(text) for name, text in texts.items()}
    return given, resume


def _help(parameter):
    default = parameter.default
    tail = "" if default in (None, False) else f"; default: {default}"
    takes = "" if parameter.kind is bool else f" ({parameter.takes}{tail})"
    return f"{parameter.help}{takes}".replace("%", "%%")


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        raise RunError(f"{message}; --help lists the parameters.", 2)
