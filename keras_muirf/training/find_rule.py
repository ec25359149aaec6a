import inspect

from keras_muirf import optimizers

_BASES = (optimizers.TaskGradientOptimizer, optimizers.GramianRule)


def rules():
    """The rules that combine the weathers' gradients, by their names.

    Returns:
        A dict from the name of a class of `keras_muirf.optimizers` to the
        class.
    """
    return {
        name: one
        for name, one in sorted(vars(optimizers).items())
        if inspect.isclass(one)
        and issubclass(one, optimizers.TaskGradientOptimizer)
        and one not in _BASES
    }


def find_rule(name: str):
    """Finds a rule of `keras_muirf.optimizers` by its name.

    Args:
        name: string, whatever the case.

    Returns:
        A subclass of `keras_muirf.optimizers.TaskGradientOptimizer`.

    Raises:
        ValueError: If there is none of that name.

    Example:

    ```python
    rule = keras_muirf.training.find_rule("mvgh")
    optimizer = rule(keras.optimizers.AdamW(1e-3))
    ```
    """
    for known, rule in rules().items():
        if known.lower() == name.lower():
            return rule
    raise ValueError(
        f"There is no rule {name!r} in keras_muirf.optimizers; it has "
        f"{', '.join(rules())}."
    )
