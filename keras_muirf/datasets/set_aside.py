import logging
import threading


class SetAside:
    """The items of a source that could not be read, and why.

    Each is named in a warning once and not asked for again.
    """

    def __init__(self):
        self._reasons = {}
        self._lock = threading.Lock()

    def __len__(self):
        return len(self._reasons)

    def __contains__(self, name):
        return name in self._reasons

    def add(self, name, reason, warn=True):
        """Sets an item aside.

        Args:
            name: string, the item's name.
            reason: string, one sentence that names the file.
            warn: bool. Whether to say so.
        """
        with self._lock:
            if name in self._reasons:
                return
            self._reasons[name] = reason
        if warn:
            logging.getLogger("keras_muirf").warning("Set aside: %s", reason)

    def reasons(self):
        """The reasons by the items' names, in the order of the names.

        Returns:
            A dict of strings.
        """
        with self._lock:
            return dict(sorted(self._reasons.items()))

    def __getstate__(self):
        return self.reasons()

    def __setstate__(self, reasons):
        self.__init__()
        self._reasons.update(reasons)
