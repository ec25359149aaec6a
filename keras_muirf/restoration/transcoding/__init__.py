"""From video file to video file through PyAV; what happens to the frames is
the caller's.

Importing this needs PyAV.
"""
