"""What the arguments of `WeatherMajorDataset` may be."""


def require_counts(n, steps_per_epoch, size, prefetch, threads):
    if min(n, steps_per_epoch, *size) < 1 or min(prefetch, threads) < 0:
        raise ValueError(
            "`images_per_weather`, `steps_per_epoch` and `crop_size` have to "
            "be positive and `prefetch` and `threads` 0 or more. Received: "
            f"images_per_weather={n}, steps_per_epoch={steps_per_epoch}, "
            f"crop_size={size}, prefetch={prefetch}, threads={threads}"
        )


def require_crops(augment, zoom, clear, compressed, size, crop_size):
    if augment not in (None, "flip", "dihedral"):
        raise ValueError(
            "`augment` has to be None, 'flip' or 'dihedral'. "
            f"Received: augment={augment!r}"
        )
    if augment == "dihedral" and size[0] != size[1]:
        raise ValueError(
            "Quarter turns need square crops; take augment='flip' for "
            f"others. Received: crop_size={crop_size}"
        )
    if zoom is not None and not 0 < zoom[0] <= zoom[1]:
        raise ValueError(
            "`zoom` has to be a range (low, high) of factors above 0. "
            f"Received: zoom={zoom}"
        )
    if not 0 <= clear < 1:
        raise ValueError(
            f"`clear` is a share from 0 to below 1. Received: clear={clear}"
        )
    if not 0 <= compressed <= 1:
        raise ValueError(
            "`compressed` is a share from 0 to 1. "
            f"Received: compressed={compressed}"
        )


def require_replicas(images_per_weather, replicas, replica):
    if images_per_weather % replicas:
        raise ValueError(
            f"{images_per_weather} images of each weather cannot be "
            f"divided among {replicas} replicas; take a multiple. "
            f"Received: images_per_weather={images_per_weather}, "
            f"replicas={replicas}"
        )
    if replica is not None and not 0 <= replica < replicas:
        raise ValueError(
            "`replica` has to be a number from 0 below `replicas`. "
            f"Received: replica={replica}, replicas={replicas}"
        )
