"""Pictures of a training run, from the files in its folder. Needs no Keras."""
