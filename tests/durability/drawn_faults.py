"""How often a test brings its fault, and what its moments are drawn from: WHARF_KILLS (10) and WHARF_SEED, which repeats those of an earlier run."""

import os
import time


def faults_and_seed():
    seed = int(os.environ.get("WHARF_SEED", time.time_ns() % 1000000))
    print(f"seed {seed}", flush=True)
    return int(os.environ.get("WHARF_KILLS", "10")), seed
