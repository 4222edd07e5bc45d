"""`python tests/bench/agreement.py 3000`: on how many random packs engine and oracle agree, and in what time."""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "engine"))

from agreement import disagreement
from random_packs import case

packs = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
start = time.perf_counter()
differences = {seed: difference for seed in range(packs) if (difference := disagreement(case(seed)))}
print(f"{packs - len(differences)} of {packs} random packs agree, in {time.perf_counter() - start:.0f} s")
for seed, difference in differences.items():
    print(f"pack {seed}: {difference}")
sys.exit(bool(differences))
