"""Runs a script whose trainings are cut to a few steps an epoch.

    python short_fit.py SCRIPT

`docs/render_tutorials.py` runs it to the end.
"""

import runpy
import sys

import keras

STEPS = 2


def main():
    fit = keras.Model.fit

    def short_fit(model, *args, **kwargs):
        return fit(model, *args, **{**kwargs, "steps_per_epoch": STEPS})

    keras.Model.fit = short_fit
    runpy.run_path(sys.argv[1], run_name="__main__")


if __name__ == "__main__":
    main()
