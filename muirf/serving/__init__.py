"""Restoring over HTTP: `muirf serve`, and its page, `muirf demo`."""
