# %% [markdown]
# # Export and serve
#
# Two ways out of Keras: a file for ONNX Runtime, OpenVINO, LiteRT or
# TensorFlow, which needs none of this package, and a server over HTTP, which
# keeps all that the command can do.

# %%
import json
import pathlib
import re
import signal
import subprocess

import httpx
import keras
import numpy as np
import onnxruntime
from sklearn.datasets import load_sample_image

import keras_muirf

photograph = load_sample_image("china.jpg")
hazy = np.rint(0.5 * photograph + 115).astype("uint8")
keras_muirf.restoration.write_image("hazy.png", hazy)

# %% [markdown]
# ## A file for ONNX Runtime
#
# The command exports and then restores with the new file: one that differs from
# Keras is not written.

# %%
done = subprocess.run(
    [
        *("muirf", "export", "muirf_tiny_all_weather"),
        *("--dtype", "uint8", "--out", "restorer.onnx"),
    ],
    capture_output=True,
    text=True,
    check=True,
)
print(done.stdout)

# %% [markdown]
# From here on neither Keras nor this package is needed. The file says itself
# how it wants to be called.

# %%
session = onnxruntime.InferenceSession("restorer.onnx")
about = session.get_modelmeta().custom_metadata_map
for key in ("layout", "dtype", "range", "classes", "licence"):
    print(f"{key}: {about[key]}")
restored, weather = session.run(["restored", "weather"], {"image": hazy[None]})
seen = json.loads(about["classes"])[int(weather.argmax())]
print(f"it sees {seen}")

# %% [markdown]
# Before and after:

# %%
keras.visualization.plot_image_gallery(
    np.stack([hazy, restored[0]]), rows=1, cols=2, scale=6, dpi=100
)

# %% [markdown]
# ## A server
#
# `muirf serve` listens on this machine alone, restores one file at a time with
# all cores, and tells whoever comes when its queue is full to come again.

# %%
server = subprocess.Popen(
    ["muirf", "serve", "--port", "0"],
    stderr=subprocess.PIPE,
    text=True,
)
for line in server.stderr:
    if found := re.search(r"http://[\d.:]+", line):
        address = found[0]
        break

answer = httpx.get(f"{address}/v1/model", timeout=60).raise_for_status()
print(json.dumps(answer.json(), indent=1))

# %% [markdown]
# A file in, a file out, and what was seen in the headers:

# %%
answer = httpx.post(
    f"{address}/v1/restore",
    params={"format": "jpeg", "strength": 0.8},
    content=pathlib.Path("hazy.png").read_bytes(),
    timeout=300,
).raise_for_status()
pathlib.Path("restored.jpg").write_bytes(answer.content)
print(answer.headers["content-type"], len(answer.content) > 10_000)
print(answer.headers["muirf-weather"], answer.headers["muirf-probability"])

# %% [markdown]
# What cannot be restored is refused with a sentence:

# %%
answer = httpx.post(f"{address}/v1/restore", content=b"not an image")
print(answer.status_code, answer.json()["detail"])

# %% [markdown]
# It ends at SIGTERM, as containers want it, and says so by its exit status:

# %%
server.send_signal(signal.SIGTERM)
print("ended with", server.wait(timeout=30))

# %% [markdown]
# ## Further
#
# - [Exporting](../export.md): the other formats, half precision and int8, what
#   is checked, large images.
# - [Serving](../serve.md): endpoints, limits, metrics, behaviour under load.
# - [Containers](../containers.md).
