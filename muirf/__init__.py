"""The command `muirf`.

It stands beside the package and not inside it: importing `keras_muirf` starts
Keras, and the command has to choose the backend before that.
"""
