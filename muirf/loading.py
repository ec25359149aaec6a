import click

from muirf.allocator import keep_freed_memory
from muirf.backend import import_models
from muirf.quiet import quiet_startup
from muirf.words import one_line


def load_restorer(preset, tile):
    """Loads a preset for a command.

    Args:
        preset: string. Name, folder or handle.
        tile: int or `"auto"`. The size of tiles that it is to restore in.

    Raises:
        click.ClickException: the preset cannot be loaded, or the tile is too
            small for it.
    """
    keep_freed_memory()
    models = import_models()
    from keras_muirf.restoration.tile_size import check_tile

    try:
        with quiet_startup():
            restorer = models.MUIRFImageRestorer.from_preset(preset)
    # A preset is a folder of files from anywhere: what may be wrong with
    # them has no common type.
    except Exception as error:
        raise click.ClickException(
            f"The preset '{preset}' cannot be loaded ({one_line(error)}); "
            "`muirf presets` lists those that can."
        ) from error
    try:
        check_tile(restorer, tile)
    except ValueError as error:
        raise click.UsageError(one_line(error)) from error
    return restorer
