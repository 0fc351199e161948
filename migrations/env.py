"""Runs the migrations for one schema; connection and schema come from `app.kernel.migrate`."""

from alembic import context

from app.tables import METADATA

connection = context.config.attributes["connection"]
schema = context.config.attributes["schema"]

context.configure(connection=connection, target_metadata=METADATA, version_table_schema=schema, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations(schema=schema)
