"""The hash tree over a seal's rows, as RFC 6962 section 2.1 has it: SHA-256, leaves begin with 00, nodes with 01.

A tree is built level by level; the last node of an odd level goes up as it is. Trees over whole groups of 2^k leaves
have nodes in common with the tree over all leaves, so that a path needs one group and the roots of all.
"""

import hashlib
from collections.abc import Iterator, Sequence

GROUP = 256  # leaves under one kept node


class PathInvalid(ValueError):
    """The path does not fit a tree of that size."""


def leaf_hash(content: bytes) -> bytes:
    """The hash of a leaf."""
    return hashlib.sha256(b"\x00" + content).digest()


def root(hashes: Sequence[bytes]) -> bytes:
    """The root over leaf hashes, or over the roots of whole groups; of nothing, the hash of nothing."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    *_, (top,) = _levels(hashes)
    return top


def path_to(hashes: Sequence[bytes], position: int) -> list[bytes]:
    """The nodes beside the way from the leaf at `position` (from 0) up to the root, from below."""
    found = []
    for level in _levels(hashes):
        if (beside := position ^ 1) < len(level):
            found.append(level[beside])
        position //= 2
    return found


def root_from(leaf: bytes, path: Sequence[bytes], *, position: int, size: int) -> bytes:
    """The root to which a path leads from a leaf hash. Raises PathInvalid where it cannot be one of such a tree."""
    if not 0 <= position < size:
        raise PathInvalid(f"a tree of {size} leaves has none at {position}")
    here, steps = leaf, iter(path)
    while size > 1:
        if position ^ 1 < size:
            beside = next(steps, None)
            if beside is None:
                raise PathInvalid("the path is too short")
            here = _node(beside, here) if position % 2 else _node(here, beside)
        position, size = position // 2, (size + 1) // 2
    if next(steps, None) is not None:
        raise PathInvalid("the path is too long")
    return here


class GroupedTree:
    """A tree that grows leaf by leaf and keeps the roots of its groups only."""

    def __init__(self) -> None:
        self._roots: list[bytes] = []
        self._leaves: list[bytes] = []

    def add(self, content: bytes) -> int:
        """Add a leaf; its position."""
        if len(self._leaves) == GROUP:
            self._roots.append(root(self._leaves))
            self._leaves = []
        self._leaves.append(leaf_hash(content))
        return self.size - 1

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return GROUP * len(self._roots) + len(self._leaves)

    @property
    def groups(self) -> list[bytes]:
        """The root of each group; the last may be of fewer leaves."""
        return [*self._roots, root(self._leaves)] if self._leaves else []


def _levels(hashes: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    level = hashes
    yield level
    while len(level) > 1:
        paired = [_node(left, right) for left, right in zip(level[::2], level[1::2], strict=False)]
        level = [*paired, level[-1]] if len(level) % 2 else paired
        yield level


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
