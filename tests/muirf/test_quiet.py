import subprocess
import sys

import pytest

from muirf.quiet import quiet_startup


def test_only_notes_are_held_back(capfd):
    code = (
        "import os\n"
        "os.write(2, b'I0000 00:00:1.2 15 port.cc:153] oneDNN is on\\n')\n"
        "os.write(2, b'something to know\\n')\n"
    )
    with pytest.raises(KeyError), quiet_startup():
        subprocess.run([sys.executable, "-c", code], check=True)
        raise KeyError
    assert capfd.readouterr().err == "something to know\n"
    print("afterwards", file=sys.stderr)
    assert capfd.readouterr().err == "afterwards\n"
