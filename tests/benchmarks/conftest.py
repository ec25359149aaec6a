import pathlib
import sys

BENCHMARKS = pathlib.Path(__file__).parents[2] / "benchmarks"

# Scripts, not a package: they import one another by name.
sys.path.insert(0, str(BENCHMARKS))
