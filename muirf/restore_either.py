def restore_either(restorer, source, target, frame, crf, **options):
    """Restores a photograph or a video, whichever the name tells.

    Args:
        restorer: a `keras_muirf.models.MUIRFImageRestorer`.
        source: `Path`.
        target: `Path`.
        frame: function, told after each frame of a video: `source`, how many
            are done, and how many there are or `None`.
        crf: int or `None`, a video's constant rate factor.
        **options: those of `restore_file` and `restore_video` alike.

    Returns:
        A `keras_muirf.restoration.RestorationRecord`.
    """
    from keras_muirf import restoration

    if not restoration.is_video_name(source):
        return restoration.restore_file(restorer, source, target, **options)
    return restoration.restore_video(
        restorer,
        source,
        target,
        crf=crf,
        progress=lambda done, total: frame(source, done, total),
        **options,
    )
