"""Fixtures of all tests."""

from tests.server import pytest_configure, pytest_unconfigure

__all__ = ["pytest_configure", "pytest_unconfigure"]
