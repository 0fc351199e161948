"""What tests commit in the database they share is gone before the next; what may not be changed in it is named."""

import pytest
from sqlalchemy import create_engine, text

from tests.conftest import Clone
from tests.swept import Broom

ENTRY = text(
    "INSERT INTO tianjin.audit_entry (id, action, subject_kind, details_digest, recorded_at) "
    "VALUES (gen_random_uuid(), 'test', 'none', '', now())"
)
MORE = text("INSERT INTO public.region VALUES ('nanjing', '南京市', 'Asia/Shanghai', now())")
LEFT = text("SELECT (SELECT count(*) FROM tianjin.audit_entry), array_agg(code ORDER BY code) FROM public.region")


def test_what_came_is_taken_out_and_what_was_changed_is_named(own_database: Clone):
    broom, engine = Broom(own_database.name), create_engine(own_database.urls.owner)
    with engine.begin() as connection:
        connection.execute(ENTRY)
        connection.execute(MORE)
        before = tuple(connection.execute(LEFT).one())

    broom.sweep()

    with engine.begin() as connection:
        after = tuple(connection.execute(LEFT).one())
        connection.execute(text("UPDATE public.region SET name = 'another' WHERE code = 'huaian'"))
    with pytest.raises(AssertionError, match="region was changed"):
        broom.sweep()
    broom.close()
    engine.dispose()
    assert (before, after) == ((1, ["huaian", "nanjing", "tianjin"]), (0, ["huaian", "tianjin"]))
