# %% [markdown]
# # Restore in bulk, on Apache Beam
#
# A hundred thousand photographs, some of them broken, on one machine or on a
# cluster. Beam has an environment of its own, since it holds back packages of
# which the others take newer versions:
#
# ```console
# python3 -m venv beam
# beam/bin/pip install "keras-muirf[jax,beam]"
# ```

# %%
import pathlib
import subprocess

import apache_beam as beam
import numpy as np

import keras_muirf
from keras_muirf import bulk

# %% [markdown]
# ## The files
#
# In place of yours: four small drawn pictures in haze, and one file that is no
# image at all.

# %%
rng = np.random.default_rng(0)
for number in range(4):
    colours = rng.integers(0, 256, (6, 8, 3))
    picture = np.kron(colours, np.ones((12, 12, 1)))
    hazy = np.rint(0.5 * picture + 115).astype("uint8")
    keras_muirf.restoration.write_image(f"photos/{number}.png", hazy)
pathlib.Path("photos/broken.png").write_bytes(b"not an image")

# %% [markdown]
# ## In a pipeline
#
# `RestoreFiles` is an ordinary Beam transform from pairs of file names to
# outcomes. The network is loaded once in every process. One bad file keeps no
# other from being restored.

# %%
worker = keras_muirf.restoration.RestorationWorker("muirf_tiny_all_weather")
pairs = bulk.pair_files("photos", "restored")
with beam.Pipeline() as pipeline:
    outcomes = (
        pipeline
        | beam.Create(pairs)
        | beam.Reshuffle()
        | bulk.RestoreFiles(worker)
    )
    for name, line in (
        ("restored", lambda o: f"{o['input']} shows {o['weather']}"),
        ("failed", lambda o: o["why"]),
    ):
        _ = (
            outcomes[name]
            | f"{name} to text" >> beam.Map(line)
            | f"write {name}" >> beam.io.WriteToText(name)
        )
for name in ("restored", "failed"):
    paths = sorted(pathlib.Path().glob(f"{name}-*"))
    lines = "".join(path.read_text() for path in paths).splitlines()
    print(f"{name}:", *sorted(lines), sep="\n")

# %% [markdown]
# ## From the command line
#
# `muirf bulk` does the same and writes the outcomes as lines of JSON. What is
# restored already is skipped, so that a second run tries only what failed. All
# options that it does not know go to Beam and to the runner:
# `--runner FlinkRunner`, `SparkRunner`, `DataflowRunner`.

# %%
done = subprocess.run(
    ["muirf", "bulk", "photos", "restored"], capture_output=True, text=True
)
print(done.stdout)
print("It ends with", done.returncode, "since a file failed.")
(failed,) = pathlib.Path("restored/outcomes").glob("*/failed*")
print(failed.read_text())

# %% [markdown]
# ## Further
#
# - [Very many files](../bulk.md): buckets, memory, the same on Ray and Spark.
# - Weather put on many photographs with Beam:
#   [At scale](../weather.md#at-scale-on-beam).
