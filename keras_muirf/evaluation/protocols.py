"""The protocols by name; docs/protocols.md tells what each does to figures."""

from keras_muirf.evaluation import lumas
from keras_muirf.evaluation import sizes
from keras_muirf.evaluation import values
from keras_muirf.evaluation.protocol import Protocol

PROTOCOLS = {
    protocol.name: protocol
    for protocol in (
        Protocol(
            name="native",
            headline="psnr_y",
            source="BasicSR, metrics/psnr_ssim.py with test_y_channel",
        ),
        Protocol(
            name="weatherdiffusion",
            headline="psnr_y",
            source="WeatherDiffusion, datasets/allweather.py and "
            "calculate_psnr_ssim.py",
            size=sizes.lanczos_to_16,
        ),
        Protocol(
            name="transweather",
            headline="psnr_y",
            source="TransWeather, val_data_functions.py and utils.py before "
            "it was deleted (2022-06-17)",
            size=sizes.lanczos_to_16,
            # Its scikit-image refuses values above 1.
            values=values.clipped,
            luma=lumas.reshaped,
            window=("box", 7),
            sample_covariance=True,
            ssim_range=2.0,
        ),
        Protocol(
            name="wgws",
            headline="psnr_rgb",
            source="WGWS-Net, datasets/dataset_pairs_wRandomSample.py and "
            "utils/UTILS.py",
            size=sizes.bilinear_to_16,
            values=values.unclipped,
            ssim_values=values.rounded,
        ),
        Protocol(
            name="promptir",
            headline="psnr_rgb",
            source="PromptIR and AdaIR, utils/dataset_utils.py and "
            "utils/val_utils.py",
            size=sizes.crop_to_16,
            values=values.clipped,
            window=("box", 7),
            sample_covariance=True,
        ),
        Protocol(
            name="restormer",
            headline="psnr_y",
            source="Restormer, Deraining/evaluate_PSNR_SSIM.m",
            luma=lumas.studio_rounded,
        ),
        Protocol(
            name="dehazeformer",
            headline="psnr_rgb",
            source="DehazeFormer, test.py",
            values=values.clipped,
            pooled=True,
        ),
        Protocol(
            name="histoformer",
            headline="psnr_y",
            source="Histoformer, Allweather/compute_psnr.py",
            luma=lumas.studio_swapped,
            window=("box", 11),
            sample_covariance=True,
        ),
    )
}
"""The protocols by name."""
