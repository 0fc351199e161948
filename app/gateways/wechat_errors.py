"""What WeChat's error numbers mean to us.

An error never carries a code, an openid, a phone number, a token or the secret: only the call's path and the number.
"""

from enum import Enum

SESSION_PATH = "/sns/jscode2session"
TOKEN_PATH = "/cgi-bin/stable_token"  # noqa: S105  a path, not a password
PHONE_PATH = "/wxa/business/getuserphonenumber"
MESSAGE_PATH = "/cgi-bin/message/subscribe/send"

CODE_REFUSED = frozenset({40029, 40097, 40163, 41008})  # 40163 "code been used": from memory
USER_BLOCKED = frozenset({40226})
MISCONFIGURED = frozenset(
    {40002, 40013, 40125, 41002, 41004, 40164, 48001}
)  # the last two (address, API not allowed): from memory
LIMIT_REACHED = frozenset({45009, 45011})
TOKEN_REFUSED = frozenset({40001, 40014, 42001})
MESSAGE_REFUSED = frozenset({40003, 40037, 41030, 43101, 47003})
BUSY = -1


class WeChatError(Exception):
    """A call to WeChat came to nothing. `errcode` is WeChat's own number, None when WeChat gave none."""

    def __init__(self, path: str, what: str, *, errcode: int | None = None) -> None:
        super().__init__(f"{path}: {what}" + ("" if errcode is None else f" (errcode {errcode})"))
        self.path = path
        self.errcode = errcode


class WeChatRefused(WeChatError):
    """The code is wrong, used or too old: the phone should fetch a new one and try again."""


class WeChatPhoneAbroad(WeChatRefused):
    """The number the user chose is not of mainland China: another one has to be chosen."""


class WeChatMessageRefused(WeChatError):
    """The message will never be taken: the user allows none (any more), or it is not as WeChat wants it."""


class WeChatBlocked(WeChatError):
    """WeChat holds this user to be a high risk and does not let him log in."""


class WeChatMisconfigured(WeChatError):
    """Appid, secret or rights of our account at WeChat are wrong: an administrator has to act."""


class Progress(Enum):
    """How far WeChat came with a call that failed."""

    NOT_BEGUN = "not_begun"
    UNKNOWN = "unknown"
    LIMITED = "limited"


class WeChatBusy(WeChatError):
    """WeChat is out of reach, overloaded, over a limit of ours, or speaks in riddles: later it may work."""

    def __init__(self, path: str, what: str, *, progress: Progress, errcode: int | None = None) -> None:
        super().__init__(path, what, errcode=errcode)
        self.progress = progress


class TokenRefused(WeChatError):
    """The access token we sent is not, or no longer, good."""


def error_for(path: str, errcode: int) -> WeChatError:
    """The error of a call that WeChat answered with this number."""
    if errcode in TOKEN_REFUSED and path in (SESSION_PATH, TOKEN_PATH):
        # sent without a token: 40001 is a bad secret then [from memory]
        return WeChatMisconfigured(path, "our account was refused", errcode=errcode)
    if errcode in MESSAGE_REFUSED and path == MESSAGE_PATH:
        return WeChatMessageRefused(path, "the message was refused", errcode=errcode)
    kinds: tuple[tuple[frozenset[int], type[WeChatError], str], ...] = (
        (CODE_REFUSED, WeChatRefused, "the code was refused"),
        (USER_BLOCKED, WeChatBlocked, "the user is blocked"),
        (MISCONFIGURED, WeChatMisconfigured, "our account was refused"),
        (TOKEN_REFUSED, TokenRefused, "the access token was refused"),
    )
    for errcodes, kind, what in kinds:
        if errcode in errcodes:
            return kind(path, what, errcode=errcode)
    if errcode in LIMIT_REACHED:
        return WeChatBusy(path, "a limit was reached", progress=Progress.LIMITED, errcode=errcode)
    progress = Progress.NOT_BEGUN if errcode == BUSY else Progress.UNKNOWN
    return WeChatBusy(path, "WeChat failed", progress=progress, errcode=errcode)
