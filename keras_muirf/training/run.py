from keras_muirf.training.use_devices import is_first_process


class Run:
    """One run of a recipe: its parameters, as attributes, and its folder.

    `keras_muirf.training.begin` makes it. Paths are `pathlib.Path`; `minutes`
    is `None` where `steps` is given, and the other way round.

    Args:
        recipe: string, the recipe's name.
        values: dict from the names of parameters to their values.
        scratch: something to be kept as long as the run, such as a temporary
            folder, or `None`.
    """

    # How the devices share a batch: set by `begin`.
    devices_data: dict = {}

    def __init__(self, recipe: str, values, scratch=None):
        self.recipe = recipe
        self.parameters = dict(values)
        self._scratch = scratch

    def __getattr__(self, name):
        parameters = self.__dict__.get("parameters", {})
        if name in parameters:
            return parameters[name]
        raise AttributeError(
            f"The run has no parameter {name!r}; it has "
            f"{', '.join(sorted(parameters))}."
        )

    @property
    def writes(self):
        """Whether this process writes the run's files.

        One does of several that train together: the first.
        """
        return is_first_process()
