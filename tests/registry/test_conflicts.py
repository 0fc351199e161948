"""Whatever the tables refuse has a code: no constraint of the registry ends in a 5xx."""

from sqlalchemy import UniqueConstraint
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from app.kernel.db import Base
from app.registry import insurance_models, models
from app.registry.service.conflicts import CONFLICTS

WITH_RIGHTS = {models.__name__, insurance_models.__name__}
# These are met by ON CONFLICT DO NOTHING: whoever is known already is found.
FOUND_AGAIN = {"uq_person_id_number_index", "uq_carer_person_id_kind", "uq_client_person_id"}


def kept_by_the_database() -> set[str]:
    """Names of every unique and exclusion constraint of the registry's tables."""
    names: set[str] = set()
    for mapper in Base.registry.mappers:
        if mapper.class_.__module__ in WITH_RIGHTS:
            table = mapper.local_table
            kinds = (UniqueConstraint, ExcludeConstraint)
            names |= {str(each.name) for each in table.constraints if isinstance(each, kinds)}
            names |= {str(each.name) for each in table.indexes if each.unique}
    return names


def test_every_unique_and_exclusion_constraint_has_its_error_or_finds_again():
    assert kept_by_the_database() == set(CONFLICTS) | FOUND_AGAIN
