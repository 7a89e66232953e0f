"""The command: `python -m benchmarks`."""
from benchmarks.bench import Bench
from benchmarks import nginx
from benchmarks.cases import CASES
from benchmarks.rounds import Effort
import sys
with nginx.running() as s:
    b = Bench(s, Effort(True, 5, .3))
    for c in sys.argv[1:] or CASES: CASES[c](b)
