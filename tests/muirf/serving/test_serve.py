"""`muirf serve` as a process of its own."""

import json
import os
import signal
import socket
import subprocess
import sys

import httpx
import keras
import pytest


@pytest.fixture
def served(preset, tmp_path):
    """Starts the command and waits for its address."""
    processes = []

    def served(*arguments):
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "muirf", "serve"),
                *(f"--preset={preset}", "--port=0", *arguments),
            ],
            env={
                **os.environ,
                "KERAS_BACKEND": keras.config.backend(),
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            },
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
        )
        processes.append(process)
        lines = []
        for line in process.stderr:
            lines.append(json.loads(line))
            if lines[-1]["message"] == "Application startup complete.":
                break
        told = next(line for line in lines if line["message"] == "serving")
        return process, told["address"], lines

    yield served
    for process in processes:
        process.kill()
        process.communicate()


@pytest.mark.every_backend
@pytest.mark.slow
def test_serves_until_it_is_told_to_end(served, photo):
    process, address, _ = served()
    assert address.startswith("http://127.0.0.1:")
    answer = httpx.post(f"{address}/v1/restore", content=photo(), timeout=60)
    assert answer.status_code == 200
    assert httpx.get(address).status_code == 404
    wrong = httpx.get(f"{address}/health", headers={"host": "evil.example"})
    assert wrong.status_code == 400
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=60)
    # uvicorn ends its process by the signal that it was sent.
    assert process.returncode in (0, -signal.SIGTERM)
    lines = [json.loads(line) for line in errors.splitlines()]
    assert [
        (line["endpoint"], line["status"])
        for line in lines
        if line["message"] == "request"
    ] == [("/v1/restore", 200), ("other", 404), ("other", 400)]


@pytest.mark.slow
@pytest.mark.once
def test_warns_where_others_can_reach_it(served):
    _, _, lines = served("--host=0.0.0.0")
    assert any(line["level"] == "WARNING" for line in lines)


def test_tells_that_the_port_is_taken(muirf, preset):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = muirf("serve", "--preset", preset, "--port", port)
    assert result.exit_code == 1
    assert f"port {port}" in result.stderr
    assert "Traceback" not in result.output
