from tests.standins import wechat_process, wechat_standin

__all__ = ["wechat_process", "wechat_standin"]
