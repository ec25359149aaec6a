"""The network of the ablation and its variants."""

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
# What a variant is: the backbone's arguments and the rule. Half of the
# channels may be specific, and half of these are on average; the second
# variant makes as many specific, the same ones for every image.
PLAIN = {"specific_fraction": 0.0}
LABEL_ROUTED = {"specific_fraction": 0.25, "sharing_ratio": 0.0}
CPSM = {"specific_fraction": 0.5}
VARIANTS = {
    "plain": (PLAIN, "MeanGradient"),
    "label-routed": (LABEL_ROUTED, "MeanGradient"),
    "CPSM": (CPSM, "MeanGradient"),
    "CPSM + NormHomogenization": (CPSM, "NormHomogenization"),
    "CPSM + PCGrad": (CPSM, "PCGrad"),
    "CPSM + UPGrad": (CPSM, "UPGrad"),
    "CPSM + AlignedMTL": (CPSM, "AlignedMTL"),
    "CPSM + MVGH": (CPSM, "MVGH"),
    "plain + MVGH": (PLAIN, "MVGH"),
}
