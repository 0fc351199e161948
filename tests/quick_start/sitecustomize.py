"""Read by each Python process that a test starts: what is imported is no garbage, and need not be searched for it.

A quarter of the time such a process takes to start.
"""

import gc

gc.set_threshold(50_000, 20, 20)
