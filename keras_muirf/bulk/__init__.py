"""Restoring very many files with Apache Beam (extra `beam`)."""

from keras_muirf.bulk.pair_files import pair_files as pair_files
from keras_muirf.bulk.restore_files import RestoreFiles as RestoreFiles
