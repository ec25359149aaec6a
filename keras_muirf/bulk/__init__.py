"""Restoring very many files with Apache Beam (extra `beam`)."""

from keras_muirf.bulk.pair_files import pair_files
from keras_muirf.bulk.restore_files import RestoreFiles

__all__ = ["RestoreFiles", "pair_files"]
