"""libvips, without pyvips' log handler, which can end the process.

The handler runs Python within GLib's logging. Where that collects garbage, and
the garbage has images whose end is logged too, GLib aborts: it suffers no
message within a message.
"""

import os

# To be silent about damaged files, of which errors tell. Read at the start.
os.environ.setdefault("VIPS_WARNING", "0")

import pyvips  # noqa: E402

getattr(pyvips, "_remove_log_handler", lambda: None)()
