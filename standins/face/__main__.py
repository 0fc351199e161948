"""`python -m standins.face --port 0`: a provider of face checks on loopback, for tests and the demo."""

from standins.face.server import Faces, create_app
from standins.signed import serve

if __name__ == "__main__":
    serve("standins.face", create_app(Faces()))
