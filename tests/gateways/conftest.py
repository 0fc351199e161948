from tests.standins import wechat_process, wechat_standin
from tests.standins_s3 import s3_server

__all__ = ["s3_server", "wechat_process", "wechat_standin"]
