"""MUIRF for Keras 3."""
