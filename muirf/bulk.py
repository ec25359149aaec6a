import datetime
import json

import click

from muirf import options
from muirf.backend import choose_backend
from muirf.backend import import_models
from muirf.quiet import quiet_startup
from muirf.restore import load_for
from muirf.restore import new_worker
from muirf.words import one_line

OUTCOMES = ("restored", "skipped", "failed")


@click.command(
    context_settings={"ignore_unknown_options": True, "max_content_width": 80}
)
@click.argument("input_glob", metavar="INPUT_GLOB")
@click.argument("output", metavar="OUTPUT")
@click.argument("beam_options", metavar="[BEAM OPTIONS]...", nargs=-1)
@click.option(
    "--runner",
    metavar="R",
    default="FnApiRunner",
    show_default=True,
    help="Beam's runner: FnApiRunner runs on this machine; DataflowRunner, "
    "FlinkRunner, SparkRunner and others take options of their own.",
)
@click.option(
    "--outcomes",
    metavar="DIR",
    help="Folder for the lists of what was restored, skipped and failed. "
    "Default: outcomes in OUTPUT.",
)
@options.backend
@options.restoring
def bulk(
    input_glob,
    output,
    beam_options,
    runner,
    outcomes,
    backend,
    file_format,
    **settings,
):
    """Restore very many files with Apache Beam, on one machine or many.

    INPUT_GLOB is a folder or a pattern in quotes, such as 'photos/**/*.jpg';
    it and OUTPUT may be of a file system that Beam knows, such as gs://. What
    is in OUTPUT already is skipped. Other options are Beam's, for example
    --direct_num_workers=4 --direct_running_mode=multi_processing.

    Ends with 0 if everything was restored, 1 if something was not.
    """
    name, why = choose_backend(backend)
    click.echo(f"Backend: {name} ({why})", err=True)
    with quiet_startup():
        import_models()
        try:
            import apache_beam as beam
        except ImportError as error:
            raise click.ClickException(
                f"Bulk restoration needs Apache Beam ({one_line(error)}), in "
                'an environment of its own: pip install "keras-muirf[beam]"'
            ) from error
    from keras_muirf import bulk
    from keras_muirf import restoration

    worker = new_worker(**settings)
    # What is wrong with it is said before anything is started.
    load_for(worker)
    try:
        pairs = bulk.pair_files(
            input_glob, output, options.SUFFIXES.get(file_format)
        )
        beam_options = beam.options.pipeline_options.PipelineOptions(
            list(beam_options), runner=runner
        )
        pipeline = beam.Pipeline(options=beam_options)
    except (restoration.ImageError, ValueError, OSError) as error:
        raise click.UsageError(one_line(error)) from error
    folder = "/".join(
        [
            outcomes or f"{output.rstrip('/')}/outcomes",
            f"{datetime.datetime.now():%Y-%m-%dT%H-%M-%S}",
        ]
    )
    told = (
        pipeline
        | "Pairs" >> beam.Create(pairs)
        | beam.Reshuffle()
        | bulk.RestoreFiles(worker)
    )
    for outcome in OUTCOMES:
        _ = (
            told[outcome]
            | f"{outcome} as JSON" >> beam.Map(json.dumps)
            | f"Write {outcome}"
            >> beam.io.WriteToText(
                f"{folder}/{outcome}", ".jsonl", skip_if_empty=True
            )
        )
    result = pipeline.run()
    result.wait_until_finish()
    counts = _counts(result)
    click.echo(
        f"{counts['restored']} of {len(pairs)} restored, {counts['skipped']} "
        f"skipped, {counts['failed']} failed: {folder}"
    )
    if counts["restored"] + counts["skipped"] < len(pairs):
        raise SystemExit(1)


def _counts(result):
    counts = dict.fromkeys(OUTCOMES, 0)
    for counter in result.metrics().query()["counters"]:
        name = counter.key.metric.name
        if counter.key.metric.namespace == "keras_muirf" and name in counts:
            counts[name] += counter.committed or 0
    return counts
