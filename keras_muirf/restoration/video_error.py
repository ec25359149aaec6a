from keras_muirf.restoration.image_error import ImageError


class VideoError(ImageError):
    """A video file that cannot be read, restored or written.

    The message is one sentence for the person who named the file.
    """
