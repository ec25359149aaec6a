"""How close a restored image is to the scene without weather.

`PSNR` and `SSIM` are Keras metrics for training; `image_quality` has the
numpy functions that final figures are measured with.
"""

from keras_muirf.metrics import image_quality as image_quality
from keras_muirf.metrics.psnr import PSNR as PSNR
from keras_muirf.metrics.ssim import SSIM as SSIM
