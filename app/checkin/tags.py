"""Home tags (入户码) as they are read at the door. Pure, as `types` is."""

from enum import StrEnum


class TagMedium(StrEnum):
    """How a home tag was read. A printed code can be photographed, a chip counts."""

    PRINTED = "printed"
    CHIP = "chip"


class TagOutcome(StrEnum):
    """What a scanned home tag proves; only the first proves something."""

    GENUINE = "genuine"
    UNREADABLE = "unreadable"  # no code of a home tag
    OTHER_FUND = "other_fund"
    UNKNOWN = "unknown"  # no such tag, or its key was taken out
    FORGED = "forged"  # not signed by its key
    OTHER_CLIENT = "other_client"
    REVOKED = "revoked"
    REPLAYED = "replayed"  # the counter stood there before
    OUT_OF_TIME = "out_of_time"  # scanned after a tap when the visit was over
