"""Style, types and all tests, on PyTorch, JAX and TensorFlow.

    python tests/run_backends.py [--jobs N] [--backend B] [ARGUMENT...]

Tests that touch no backend, or start the others themselves, are marked `once`
and run with the first alone, the one that has nothing to compile.

Arguments that are not of this script go to pytest: `-k router`, a test file.
Ends with 0 only if everything passed on every backend.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
BACKENDS = ("torch", "jax", "tensorflow")


def run(name, *command, **environment):
    """Runs a module of this interpreter; whether it passed, and a line."""
    print(f"\n=== {name} ===", flush=True)
    started = time.perf_counter()
    code = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env={**os.environ, **environment},
    ).returncode
    seconds = time.perf_counter() - started
    verdict = "failed" if code else "passed"
    return not code, f"{name:<12} {verdict} in {seconds:.0f} s"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], allow_abbrev=False
    )
    parser.add_argument(
        "--jobs",
        type=int,
        # Every process holds a backend, about a gigabyte of memory.
        default=min(os.cpu_count() or 1, 8),
        help="processes that share the tests of a backend (default: one per "
        "core, at most 8)",
    )
    parser.add_argument(
        "--backend",
        action="append",
        choices=BACKENDS,
        help="only this one; may be given again",
    )
    args, pytest_args = parser.parse_known_args()

    results = [
        run("ruff check", "ruff", "check", "."),
        run("ruff format", "ruff", "format", "--check", "."),
        run("mypy", "mypy"),
    ]
    processes = ["-n", str(args.jobs)] if args.jobs > 1 else []
    # Processes that each take all cores for themselves only wait for another.
    threads = os.environ.get("OMP_NUM_THREADS", "1")
    backends = args.backend or BACKENDS
    with tempfile.TemporaryDirectory() as compiled:
        for backend in backends:
            once = [] if backend == backends[0] else ["-m", "not once"]
            results.append(
                run(
                    backend,
                    "pytest",
                    "--durations=20",
                    *processes,
                    *once,
                    *pytest_args,
                    KERAS_BACKEND=backend,
                    OMP_NUM_THREADS=threads,
                    # The command's tests compile one network again and again.
                    JAX_COMPILATION_CACHE_DIR=compiled,
                    JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS="0.2",
                    # Tests compile far longer than they compute.
                    XLA_FLAGS=os.environ.get(
                        "XLA_FLAGS", "--xla_backend_optimization_level=0"
                    ),
                )
            )
    print("\n=== Summary ===")
    print("\n".join(line for _, line in results))
    return 0 if all(passed for passed, _ in results) else 1


if __name__ == "__main__":
    sys.exit(main())
