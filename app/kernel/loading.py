"""How a program begins: no garbage is looked for among what is only being loaded."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Look for no garbage meanwhile, nor later among what was made here.

    Loading makes hundreds of thousands of objects that stay. To go through them took a quarter of the start, as much
    again at the end of the process, and a third of a month's computation in between (measured).
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
