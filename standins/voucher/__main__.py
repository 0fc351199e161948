"""`python -m standins.voucher --port 0`: a provider of e-vouchers on loopback, for tests and the demo."""

from standins.signed import serve
from standins.voucher.server import Vouchers, create_app

if __name__ == "__main__":
    serve("standins.voucher", create_app(Vouchers()))
