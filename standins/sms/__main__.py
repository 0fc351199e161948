"""`python -m standins.sms --port 0`: a provider of text messages on loopback, for tests and the demo."""

from standins.signed import serve
from standins.sms.server import Messages, create_app

if __name__ == "__main__":
    serve("standins.sms", create_app(Messages()))
