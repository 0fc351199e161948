"""The table of permissions and roles is what the code grants."""

import pytest

from app.kernel.permissions import GRANTED, Permission, Role
from tests.access.table import TABLE, roles_of


@pytest.mark.parametrize("permission", Permission)
def test_exactly_the_roles_of_the_table_hold_a_permission(permission: Permission):
    granted = frozenset(role for role in Role if permission in GRANTED[role])

    assert granted == roles_of(permission)


def test_the_table_names_only_permissions_that_exist():
    assert set(TABLE) == {permission.value for permission in Permission}


def test_nobody_prepares_and_approves_a_batch():
    assert not roles_of(Permission.PREPARE_BATCHES) & roles_of(Permission.APPROVE_BATCHES)


def test_nobody_reviews_what_he_logged():
    reviewing = roles_of(Permission.REVIEW_FOR_AGENCY) | roles_of(Permission.REVIEW_FOR_OPERATOR)
    logging = roles_of(Permission.LOG_ITEMS) | roles_of(Permission.CLOCK_IN) | roles_of(Permission.LOG_CARE_DAYS)

    assert not reviewing & logging
