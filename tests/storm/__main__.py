"""`make storm ARGS="--seeds 200"`: storms of many seeds. With `--seed N` one of them again; more goes to pytest."""

import argparse
import os
import subprocess
import sys

parser = argparse.ArgumentParser(prog="python -m tests.storm", description=__doc__)
parser.add_argument("--seeds", type=int, default=20, help="how many")
parser.add_argument("--first", type=int, default=1, help="the first of them")
parser.add_argument("--seed", help="only this one")
parser.add_argument("--days", type=int, default=2, choices=(1, 2, 3), help="days of work in each")
chosen, more = parser.parse_known_args()
seeds = [chosen.seed] if chosen.seed else [str(number) for number in range(chosen.first, chosen.first + chosen.seeds)]
said = {"ANHU_STORM_SEEDS": " ".join(seeds), "ANHU_STORM_DAYS": str(chosen.days)}
command = [sys.executable, "-m", "pytest", "-n", "2", "--tb=short", *more, "tests/storm/test_storm.py"]
sys.exit(subprocess.run(command, env=os.environ | said, check=False).returncode)
