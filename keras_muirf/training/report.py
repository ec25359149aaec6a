from keras_muirf import evaluation
from keras_muirf.training.use_devices import is_first_process


def report(restorer, sources):
    """Prints the mean figures of every set, before and after restoration.

    Of several processes that train together the first does it.

    Args:
        restorer: a `keras_muirf.models.MUIRFImageRestorer`.
        sources: dict from the name of a set to its source, as in
            `keras_muirf.training.train`.

    Example:

    ```python
    keras_muirf.training.report(restorer, {"rain100l_train": held_out})
    ```
    """
    if not is_first_process():
        return
    sets = [
        evaluation.EvaluationSet(name, source, source.weather)
        for name, source in sources.items()
    ]
    rows = evaluation.evaluate(sets, restorer)
    print(evaluation.as_table(rows), flush=True)
