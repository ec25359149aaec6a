import re
from pathlib import Path

import click

from muirf.backend import choose_backend
from muirf.backend import import_models
from muirf.evaluation_report import describe
from muirf.evaluation_report import report_text
from muirf.evaluation_report import write_report
from muirf.loading import load_restorer
from muirf.options import DEFAULT_PRESET
from muirf.options import backend as backend_option
from muirf.progress import progress_bar
from muirf.quiet import quiet_startup
from muirf.restore import INTERRUPTED
from muirf.words import one_line

# `keras_muirf.evaluation.PROTOCOLS`, which cannot be imported before the
# backend is chosen.
PROTOCOLS = (
    "native",
    "weatherdiffusion",
    "transweather",
    "wgws",
    "promptir",
    "restormer",
    "dehazeformer",
    "histoformer",
)


@click.command()
@click.argument("data", metavar="DATA...", nargs=-1, required=True)
@click.option(
    "--preset",
    metavar="P",
    default=DEFAULT_PRESET,
    show_default=True,
    help="Name of a preset (see `muirf presets`), a folder, a handle with "
    "hf:// or kaggle://, or none for the baselines alone.",
)
@click.option(
    "--protocol",
    "protocols",
    type=click.Choice([*PROTOCOLS, "all"]),
    multiple=True,
    default=["native"],
    show_default=True,
    help="How images are compared; may be given again.",
)
@click.option(
    "--weather",
    type=click.Choice(["auto", "mixed", "given"]),
    default="auto",
    show_default=True,
    help="What the network is told: nothing, to mix all weathers by their "
    "probabilities, or the weather of each set.",
)
@click.option(
    "--tile",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Height and width of tiles in pixels. Default: whole images.",
)
@click.option(
    "--baselines/--no-baselines",
    default=True,
    show_default=True,
    help="Measure the inputs and a classical method, too.",
)
@click.option(
    "--synthesize",
    is_flag=True,
    help="Put each weather on the photographs in DATA/clean, too.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    metavar="N",
    help="Images of each set, at most.",
)
@click.option(
    "-o",
    "--out",
    metavar="DIR",
    help="Folder for the figures of each image and the tables; one in which "
    "a run was stopped goes on. Default: evaluation/PRESET.",
)
@click.option("--overwrite", is_flag=True, help="Begin anew in that folder.")
@backend_option
def evaluate(data, preset, out, overwrite, backend, **options):
    """Measure a preset on images whose targets are known.

    DATA are folders: benchmarks as they were downloaded, folders of pairs
    (input/ and gt/), and photographs without weather in clean/. Prints a
    table; PSNR and SSIM stand in Y and RGB, side by side. Ends with 0 if
    every image was measured, 1 if one was not.
    """
    choose_backend(backend)
    with quiet_startup():
        import_models()
    from keras_muirf import evaluation

    sets = _sets(evaluation, data, options["synthesize"], options["limit"])
    network = _network(evaluation, preset, options)
    if network is None and not options["baselines"]:
        raise click.UsageError(
            "There is nothing to measure with --preset none and --no-baselines."
        )
    protocols = options["protocols"]
    protocols = PROTOCOLS if "all" in protocols else tuple(protocols)
    folder = Path(out or f"evaluation/{_label(preset)}")
    settings = describe(preset, network, sets, protocols, options)
    try:
        with progress_bar(sum(len(s.source.names) for s in sets)) as step:

            def on_image(some, name, error):
                step(some.name)
                if error:
                    click.echo(f"Error: {some.name}, {name}: {error}", err=True)

            rows = evaluation.evaluate(
                sets,
                network,
                protocols,
                baselines=options["baselines"],
                folder=folder,
                overwrite=overwrite,
                settings=settings["figures depend on"],
                on_image=on_image,
            )
    except KeyboardInterrupt:
        click.echo("Interrupted: the same command goes on.", err=True)
        raise SystemExit(INTERRUPTED) from None
    except (ValueError, ImportError, OSError) as error:
        raise click.ClickException(one_line(error)) from error
    click.echo(report_text(rows, settings))
    write_report(folder, rows, settings)
    click.echo(f"Figures of each image: {folder / 'images.csv'}", err=True)
    if any(row["error"] for row in rows):
        raise SystemExit(1)


def _sets(evaluation, data, synthesize, limit):
    sets = []
    for folder in data:
        try:
            sets += evaluation.find_sets(folder, synthesize, limit)
        except (OSError, ValueError) as error:
            raise click.UsageError(one_line(error)) from error
    names = [some.name for some in sets]
    if len(data) > 1 and len(set(names)) < len(names):
        raise click.UsageError(
            "Two sets have one name; evaluate their folders one by one: "
            + ", ".join(sorted({n for n in names if names.count(n) > 1}))
        )
    return sets


def _network(evaluation, preset, options):
    if preset == "none":
        return None
    return evaluation.Network(
        load_restorer(preset, options["tile"]),
        _label(preset),
        options["weather"],
        options["tile"],
    )


def _label(preset):
    """A preset's name; that of the run where recipes call it just preset."""
    parts = [part for part in re.split(r"[/\\]", preset) if part] or [preset]
    return parts[-2] if parts[-1] == "preset" and parts[1:] else parts[-1]
