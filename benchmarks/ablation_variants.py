"""The networks of the ablation and its variants."""

NETWORK = {
    "widths": (16, 32, 64),
    "encoder_blocks": (1, 1),
    "middle_blocks": 1,
    "decoder_blocks": (1, 1),
    "stem_width": 12,
    "num_experts": 4,
    "router_width": 16,
    "context_dim": 32,
}
DRY = {
    "widths": (8,),
    "encoder_blocks": (),
    "middle_blocks": 1,
    "decoder_blocks": (),
    "stem_width": 6,
    "num_experts": 2,
    "router_width": 6,
    "context_dim": 8,
}
# What a variant is: the backbone's arguments, the rule and its options. Half
# of the channels may be specific, and half of these are on average; the second
# variant makes as many specific, the same ones for every image.
PLAIN = {"specific_fraction": 0.0}
LABEL_ROUTED = {"specific_fraction": 0.25, "sharing_ratio": 0.0}
CPSM = {"specific_fraction": 0.5}
VARIANTS = {
    "plain": (PLAIN, "MeanGradient", {}),
    "label-routed": (LABEL_ROUTED, "MeanGradient", {}),
    "CPSM": (CPSM, "MeanGradient", {}),
    "CPSM + NormHomogenization": (CPSM, "NormHomogenization", {}),
    "CPSM + PCGrad": (CPSM, "PCGrad", {}),
    "CPSM + UPGrad": (CPSM, "UPGrad", {}),
    "CPSM + AlignedMTL": (CPSM, "AlignedMTL", {}),
    "CPSM + MVGH": (CPSM, "MVGH", {}),
}
# Not in the table unless they are named: they tell why it is as it is.
MORE = {
    "plain + MVGH": (PLAIN, "MVGH", {}),
    "CPSM + MVGH, no meta vector": (CPSM, "MVGH", {"alpha": 0.0}),
    "CPSM + MVGH, own sizes": (CPSM, "MVGH", {"size_exponent": 0.0}),
    "CPSM + MVGH, half sizes": (CPSM, "MVGH", {"size_exponent": 0.5}),
    "CPSM + MVGH, own sizes and lengths": (
        CPSM,
        "MVGH",
        {"size_exponent": 0.0, "max_gain": 1.0},
    ),
    "CPSM + MVGH, own sizes, no meta vector": (
        CPSM,
        "MVGH",
        {"size_exponent": 0.0, "alpha": 0.0},
    ),
}
ALL = {**VARIANTS, **MORE}
# What is asked: does the first do better than the second?
QUESTIONS = (
    ("label-routed", "plain"),
    ("CPSM", "plain"),
    ("CPSM", "label-routed"),
    ("plain + MVGH", "plain"),
    ("CPSM + MVGH", "plain"),
    ("CPSM + MVGH", "CPSM"),
    ("CPSM + MVGH", "CPSM + NormHomogenization"),
    ("CPSM + MVGH", "CPSM + PCGrad"),
    ("CPSM + MVGH", "CPSM + UPGrad"),
    ("CPSM + MVGH", "CPSM + AlignedMTL"),
    ("CPSM + MVGH", "CPSM + MVGH, no meta vector"),
    ("CPSM + MVGH", "CPSM + MVGH, own sizes"),
    ("CPSM + MVGH", "CPSM + MVGH, half sizes"),
    ("CPSM + MVGH, own sizes and lengths", "CPSM"),
    ("CPSM + MVGH, own sizes and lengths", "CPSM + MVGH"),
    ("CPSM + MVGH, own sizes and lengths", "CPSM + UPGrad"),
    ("CPSM + MVGH, own sizes and lengths", "CPSM + MVGH, own sizes"),
    ("CPSM + MVGH, own sizes, no meta vector", "CPSM + MVGH, own sizes"),
    ("CPSM + UPGrad", "CPSM"),
)
