"""Whether somebody waits for what another transaction holds."""

from sqlalchemy import text

# In this test's own database alone, other tests wait on the same server: who waits holds a lock on a table meanwhile.
# Not by pg_stat_activity, which shows a transaction for ever what it saw at its first look.
HOW_MANY_WAIT = text("""
    SELECT count(*) FROM pg_locks
    WHERE NOT granted AND pid IN (
        SELECT pid FROM pg_locks JOIN pg_database ON pg_database.oid = database WHERE datname = current_database()
    )
""")
