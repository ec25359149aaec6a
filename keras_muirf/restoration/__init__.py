"""From image files to image files; the network is the caller's."""

from keras_muirf.restoration.discover import discover as discover
from keras_muirf.restoration.file_outcome import FileOutcome as FileOutcome
from keras_muirf.restoration.image_encoding import (
    ImageEncoding as ImageEncoding,
)
from keras_muirf.restoration.image_error import ImageError as ImageError
from keras_muirf.restoration.image_format import SUFFIXES as SUFFIXES
from keras_muirf.restoration.image_reading import examine_image as examine_image
from keras_muirf.restoration.image_reading import read_image as read_image
from keras_muirf.restoration.image_reading import read_rgb8 as read_rgb8
from keras_muirf.restoration.image_writing import write_image as write_image
from keras_muirf.restoration.loaded_image import LoadedImage as LoadedImage
from keras_muirf.restoration.manifest import Manifest as Manifest
from keras_muirf.restoration.photograph import restore_file as restore_file
from keras_muirf.restoration.photograph import (
    restore_photograph as restore_photograph,
)
from keras_muirf.restoration.photograph import (
    route_photograph as route_photograph,
)
from keras_muirf.restoration.restoration_record import (
    RestorationRecord as RestorationRecord,
)
from keras_muirf.restoration.restoration_worker import (
    RestorationWorker as RestorationWorker,
)
from keras_muirf.restoration.shard import Shard as Shard
from keras_muirf.restoration.smoothed_routing import (
    SmoothedRouting as SmoothedRouting,
)
from keras_muirf.restoration.tiling import restore_tiled as restore_tiled
from keras_muirf.restoration.video import examine_video as examine_video
from keras_muirf.restoration.video import restore_video as restore_video
from keras_muirf.restoration.video_error import VideoError as VideoError
from keras_muirf.restoration.video_format import (
    VIDEO_SUFFIXES as VIDEO_SUFFIXES,
)
from keras_muirf.restoration.video_format import is_video_name as is_video_name
from keras_muirf.restoration.video_record import VideoRecord as VideoRecord
