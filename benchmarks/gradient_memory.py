"""Peak memory of training with one candidate of gradient_rules.py.

Started by gradient_rules.py, in a process of its own: no candidate's memory
hides in what another has left. Prints megabytes.
"""

import sys

import gradient_ways as ways
import keras
import networks
from peak_memory import peak_memory

import keras_muirf

STEPS = 3


def main():
    name, size, batch, crop = sys.argv[1:]
    config = networks.DRY if size == "dry" else keras_muirf.models.SIZES[size]
    data = networks.training_batch(int(batch), int(crop))
    restorer = networks.new_restorer(config)
    networks.set_weights(restorer)
    before = peak_memory()
    step = ways.candidate(name, restorer, keras.optimizers.AdamW(1e-4), data)
    for _ in range(STEPS):
        step()
    print(f"{peak_memory() - before:.0f}")


if __name__ == "__main__":
    main()
