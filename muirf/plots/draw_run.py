from pathlib import Path

from muirf.plots import gradients
from muirf.plots import learning
from muirf.plots import sharing
from muirf.plots.run_tables import read_diagnostics
from muirf.plots.run_tables import read_log
from muirf.plots.style import SETTINGS
from muirf.plots.style import save

LOG_FILE = "log.csv"
DIAGNOSTICS_FILE = "diagnostics.csv"

PICTURES = {
    "training": learning.training,
    "gradient_cosines": gradients.cosines,
    "gradient_cosine_matrix": gradients.cosine_matrix,
    "gradient_norms": gradients.norms,
    "conflicts": gradients.conflicts,
    "shared_fraction": sharing.shared_fraction,
    "mask_variance": sharing.mask_variance,
    "mask_overlap": sharing.mask_overlap,
    "expert_load": sharing.expert_load,
    "weather_accuracy": sharing.weather_accuracy,
}


def draw_run(run, out):
    """Draws what the files in a run's folder say as PNG files.

    Args:
        run: string or path. Folder with `diagnostics.csv`, `log.csv` or both.
        out: string or path. Folder of the pictures, made if need be.

    Returns:
        A list of the paths of the pictures: those for which there are
        figures.

    Raises:
        FileNotFoundError: If the folder has neither file.
        ValueError: If a file is another than its name says, or there is
            nothing in them yet.

    Example:

    ```python
    draw_run("runs/derain", "runs/derain/plots")
    ```
    """
    run, out = Path(run), Path(out)
    rows, log = [], {}
    if not run.is_dir():
        raise FileNotFoundError(f"There is no folder '{run}'.")
    found = [
        name for name in (DIAGNOSTICS_FILE, LOG_FILE) if (run / name).is_file()
    ]
    if not found:
        raise FileNotFoundError(
            f"'{run}' has neither {DIAGNOSTICS_FILE} nor {LOG_FILE}; name the "
            "folder of a training run."
        )
    if DIAGNOSTICS_FILE in found:
        rows = read_diagnostics(run / DIAGNOSTICS_FILE)
    if LOG_FILE in found:
        log = read_log(run / LOG_FILE)

    import matplotlib

    paths = []
    with matplotlib.rc_context(SETTINGS):
        for name, draw in PICTURES.items():
            figure = draw(rows, log)
            if figure is not None:
                out.mkdir(parents=True, exist_ok=True)
                paths.append(out / f"{name}.png")
                save(figure, paths[-1])
    if not paths:
        raise ValueError(
            f"There are no figures in {' and '.join(found)} of '{run}' yet."
        )
    return paths
