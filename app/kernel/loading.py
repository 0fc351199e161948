"""How a program begins: no garbage is looked for among what is only being loaded."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Look for no garbage meanwhile, nor later among what was made here.

    Loading makes hundreds of thousands of objects that stay; to go through them took a third of the start, and as much
    again at the end of the process (measured).
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
