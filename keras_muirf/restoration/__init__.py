"""From image files to image files; the network is the caller's."""

from keras_muirf.restoration.discover import discover
from keras_muirf.restoration.file_outcome import FileOutcome
from keras_muirf.restoration.image_encoding import ImageEncoding
from keras_muirf.restoration.image_error import ImageError
from keras_muirf.restoration.image_format import SUFFIXES
from keras_muirf.restoration.image_reading import examine_image
from keras_muirf.restoration.image_reading import read_image
from keras_muirf.restoration.image_reading import read_rgb8
from keras_muirf.restoration.image_writing import write_image
from keras_muirf.restoration.loaded_image import LoadedImage
from keras_muirf.restoration.manifest import Manifest
from keras_muirf.restoration.photograph import restore_file
from keras_muirf.restoration.photograph import restore_photograph
from keras_muirf.restoration.photograph import route_photograph
from keras_muirf.restoration.restoration_record import RestorationRecord
from keras_muirf.restoration.restoration_worker import RestorationWorker
from keras_muirf.restoration.shard import Shard
from keras_muirf.restoration.smoothed_routing import SmoothedRouting
from keras_muirf.restoration.tiling import restore_tiled
from keras_muirf.restoration.video import examine_video
from keras_muirf.restoration.video import restore_video
from keras_muirf.restoration.video_error import VideoError
from keras_muirf.restoration.video_format import VIDEO_SUFFIXES
from keras_muirf.restoration.video_format import is_video_name
from keras_muirf.restoration.video_record import VideoRecord

__all__ = [
    "SUFFIXES",
    "VIDEO_SUFFIXES",
    "FileOutcome",
    "ImageEncoding",
    "ImageError",
    "LoadedImage",
    "Manifest",
    "RestorationRecord",
    "RestorationWorker",
    "Shard",
    "SmoothedRouting",
    "VideoError",
    "VideoRecord",
    "discover",
    "examine_image",
    "examine_video",
    "is_video_name",
    "read_image",
    "read_rgb8",
    "restore_file",
    "restore_photograph",
    "restore_tiled",
    "restore_video",
    "route_photograph",
    "write_image",
]
