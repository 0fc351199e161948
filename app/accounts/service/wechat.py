"""Asks WeChat who somebody is, and tells its refusals as ours. Never inside a transaction.

Only keyed hashes of the openid leave this module, and the openid encrypted for whom the user allowed to write to him.
"""

from collections.abc import Callable
from typing import TypeVar

import structlog

from app.accounts.types import WeChatUser, WeChatUserAddress
from app.gateways.wechat import WeChatClient
from app.gateways.wechat_access import WeChatCrowded, asking_wechat
from app.gateways.wechat_errors import (
    WeChatBlocked,
    WeChatBusy,
    WeChatMisconfigured,
    WeChatPhoneAbroad,
    WeChatRefused,
)
from app.kernel.errors import DomainError, ErrorKind
from app.kernel.settings import current_settings

OPENID = "identity.openid"
OPENID_KEPT = "wechat_address.openid"
PHONE = "phone_route.phone"

Answer = TypeVar("Answer")
log = structlog.get_logger()


class WeChatCodeRefused(DomainError):
    """WeChat does not take the code: used, too old or not one of its own."""

    kind, code = ErrorKind.UNAUTHENTICATED, "wechat_code_refused"


class WeChatUserBlocked(DomainError):
    """WeChat holds this user to be a high risk."""

    kind, code = ErrorKind.FORBIDDEN, "wechat_user_blocked"


class WeChatPhoneNotMainland(DomainError):
    """The phone number is not of mainland China."""

    kind, code = ErrorKind.INVALID, "wechat_phone_abroad"


class WeChatNotAnswering(DomainError):
    """WeChat is out of reach or overloaded, or too many ask it at once."""

    kind, code = ErrorKind.UNAVAILABLE, "wechat_busy"
    retry_after_s = 2


class WeChatNotConfigured(DomainError):
    """WeChat refuses our own account: an administrator has to act."""

    kind, code = ErrorKind.UNAVAILABLE, "wechat_misconfigured"


def ask_user(code: str) -> WeChatUser:
    """Trade the code of `wx.login` for the user behind it."""
    openid = _ask(lambda wechat: wechat.code_to_session(code).openid)
    return WeChatUser(current_settings().key_ring.blind_indexes(openid, purpose=OPENID))


def ask_address(code: str) -> WeChatUserAddress:
    """As `ask_user`, with the openid itself, encrypted: for who may be written to."""
    openid, keys = _ask(lambda wechat: wechat.code_to_session(code).openid), current_settings().key_ring
    user = WeChatUser(keys.blind_indexes(openid, purpose=OPENID))
    return WeChatUserAddress(user, keys.encrypt(openid, context=OPENID_KEPT))


def ask_phone(code: str) -> tuple[bytes, ...]:
    """Trade the code of the phone-number button for the keyed hashes of the number."""
    number = _ask(lambda wechat: wechat.phone_number(code))
    return current_settings().key_ring.blind_indexes(number, purpose=PHONE)


def _ask(question: Callable[[WeChatClient], Answer]) -> Answer:
    try:
        with asking_wechat() as wechat:
            return question(wechat)
    except WeChatCrowded as error:
        log.warning("wechat_crowded")
        raise WeChatNotAnswering from error
    except WeChatPhoneAbroad as error:
        raise WeChatPhoneNotMainland from error
    except WeChatRefused as error:
        raise WeChatCodeRefused from error
    except WeChatBlocked as error:
        raise WeChatUserBlocked from error
    except WeChatBusy as error:
        log.warning("wechat_busy", path=error.path, errcode=error.errcode)
        raise WeChatNotAnswering from error
    except WeChatMisconfigured as error:
        log.error("wechat_misconfigured", path=error.path, errcode=error.errcode)
        raise WeChatNotConfigured from error
