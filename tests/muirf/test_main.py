import os
import subprocess
import sys

from keras_muirf.version import __version__


def test_version_and_help_need_no_keras():
    code = (
        "import sys\n"
        "from muirf.main import main\n"
        "try:\n"
        "    main(sys.argv[1:])\n"
        "finally:\n"
        "    heavy = {'keras', 'tensorflow', 'jax', 'torch', 'pyvips'}\n"
        "    assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    path = os.pathsep.join(filter(None, sys.path))
    for arguments, expected in (
        (["--version"], __version__),
        (["restore", "--help"], "--weather"),
    ):
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": path},
        )
        assert done.returncode == 0, done.stderr
        assert expected in done.stdout
