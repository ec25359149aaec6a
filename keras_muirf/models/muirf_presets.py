"""Sizes of the network, and the presets that come with the package."""

SIZES = {
    "tiny": {
        "widths": (32, 64, 128),
        "encoder_blocks": (1, 2),
        "middle_blocks": 2,
        "decoder_blocks": (2, 2),
        "stem_width": 16,
    },
    "small": {
        "widths": (48, 96, 192, 288),
        "encoder_blocks": (2, 3, 4),
        "middle_blocks": 4,
        "decoder_blocks": (6, 5, 4),
        "stem_width": 24,
    },
    "base": {
        "widths": (96, 192, 320, 448),
        "encoder_blocks": (3, 4, 6),
        "middle_blocks": 5,
        "decoder_blocks": (5, 6, 6),
        "stem_width": 32,
    },
}
"""Arguments of `MUIRFBackbone` by the size's name."""

PRESETS = {
    "muirf_tiny_all_weather": {
        "description": (
            "The tiny network, for CPUs: rain, snow, haze and raindrops with "
            "one set of weights."
        ),
        "weathers": ("rain", "snow", "haze", "raindrop"),
    },
    "muirf_tiny_derain": {
        "description": "The tiny network for rain alone.",
        "weathers": ("rain",),
    },
    "muirf_tiny_desnow": {
        "description": "The tiny network for snow alone.",
        "weathers": ("snow",),
    },
    "muirf_tiny_dehaze": {
        "description": "The tiny network for haze alone.",
        "weathers": ("haze",),
    },
    "muirf_tiny_raindrop": {
        "description": "The tiny network for raindrops on glass alone.",
        "weathers": ("raindrop",),
    },
}
