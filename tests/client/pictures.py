"""Pictures of the mini-program for the README: `make screenshots`, out of what the walks left in miniprogram/shots."""

import sys
from pathlib import Path

from PIL import Image

from demo.processes import ROOT

SHOTS = ROOT / "miniprogram" / "shots"
FOLDER = ROOT / "docs" / "screens"
PICTURES = (
    "today",
    "visit-inside",
    "door-items",
    "door-outside",
    "visit-offline",
    "faults-counts-differ",
    "family-day",
    "family-month",
    "guardian-home",
    "guardian-fees",
    "guardian-visit-rate",
    "door-320-large",
)
WIDTH, QUALITY = 540, 60


def keep(name: str, *, shots: Path = SHOTS, folder: Path = FOLDER) -> int:
    """Make one small; answers its size in bytes."""
    with Image.open(shots / f"{name}.png") as shot:
        small = shot.convert("RGB").resize((WIDTH, round(shot.height * WIDTH / shot.width)), Image.Resampling.LANCZOS)
    path = folder / f"{name}.webp"
    small.save(path, quality=QUALITY, method=6)
    return path.stat().st_size


def main() -> int:
    """Make all; 1 when a walk has not left one of them."""
    missing = [name for name in PICTURES if not (SHOTS / f"{name}.png").exists()]
    if missing:
        sys.stderr.write(f"the walks left no picture of {', '.join(missing)}\n")
        return 1
    FOLDER.mkdir(exist_ok=True)
    sizes = [keep(name) for name in PICTURES]
    sys.stdout.write(f"{len(sizes)} pictures, {sum(sizes) // 1024} kB, in {FOLDER.relative_to(ROOT)}: look at each\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
