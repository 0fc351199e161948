"""Until when a carer's words on his care are taken."""

import pytest

from app.checkin.rules.remarks import DecidedAlready, check_undecided
from app.checkin.types import Standing

DECIDED = {Standing.ACCEPTED, Standing.REFUSED}


@pytest.mark.parametrize("standing", Standing)
def test_words_are_taken_until_somebody_has_decided(standing: Standing):
    if standing in DECIDED:
        with pytest.raises(DecidedAlready):
            check_undecided(standing)
    else:
        check_undecided(standing)
