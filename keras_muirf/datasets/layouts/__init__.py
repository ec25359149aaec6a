"""How a benchmark lies on disk, and which two files are a pair.

Nothing here imports Keras or TensorFlow Datasets: the builders, the data
check, evaluation and training all read a benchmark by these rules.
"""

from keras_muirf.datasets.layouts.benchmark import Benchmark as Benchmark
from keras_muirf.datasets.layouts.folder_layout import (
    FolderLayout as FolderLayout,
)
from keras_muirf.datasets.layouts.image_pair import ImagePair as ImagePair
from keras_muirf.datasets.layouts.list_layout import ListLayout as ListLayout
from keras_muirf.datasets.layouts.scan import Scan as Scan
from keras_muirf.datasets.layouts.side_by_side_layout import (
    SideBySideLayout as SideBySideLayout,
)
