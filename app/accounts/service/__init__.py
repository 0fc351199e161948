"""What can be done with accounts: open and change them, bind WeChat users, hold sessions."""

from app.accounts.service.accounts import (
    add_grant,
    change_state,
    end_grant,
    new_binding_code,
    open_account,
    open_staff_account,
    set_phone,
)
from app.accounts.service.binding import (
    bind_by_code,
    bind_by_phone,
    count_try,
    find_route,
    find_ticket,
    read_binding_code,
)
from app.accounts.service.consents import answer_own, list_own
from app.accounts.service.device_codes import count_try as count_device_try
from app.accounts.service.device_codes import issue_code, spend_code
from app.accounts.service.devices import confirm_device
from app.accounts.service.sessions import find_entry, log_in, log_out, refresh, region_of, tokens_or_refusal
from app.accounts.service.standing import check_account, lock_row
from app.accounts.service.wechat import ask_address, ask_phone, ask_user

__all__ = [
    "add_grant",
    "answer_own",
    "ask_address",
    "ask_phone",
    "ask_user",
    "bind_by_code",
    "bind_by_phone",
    "change_state",
    "check_account",
    "confirm_device",
    "count_device_try",
    "count_try",
    "end_grant",
    "find_entry",
    "find_route",
    "find_ticket",
    "issue_code",
    "list_own",
    "lock_row",
    "log_in",
    "log_out",
    "new_binding_code",
    "open_account",
    "open_staff_account",
    "read_binding_code",
    "refresh",
    "region_of",
    "set_phone",
    "spend_code",
    "tokens_or_refusal",
]
