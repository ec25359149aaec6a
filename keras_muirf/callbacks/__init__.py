from keras_muirf.callbacks.time_budget import TimeBudget

__all__ = ["TimeBudget"]
