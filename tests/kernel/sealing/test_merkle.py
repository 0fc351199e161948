"""The hash tree of seals, held against another implementation of the same standard."""

import hashlib

import pytest
from pymerkle import InmemoryTree

from app.kernel.sealing.merkle import GROUP, GroupedTree, PathInvalid, leaf_hash, path_to, root, root_from

SIZES = [*range(1, 20), 63, 64, 65, 255, 256, 257, 511, 512, 513, 700]
# Computed once by sha256sum over the bytes of RFC 6962, section 2.1.
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
ONE_EMPTY_LEAF = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


def contents(size: int) -> list[bytes]:
    return [hashlib.sha256(str(number).encode()).digest() for number in range(size)]


def hashes(size: int) -> list[bytes]:
    return [leaf_hash(content) for content in contents(size)]


def other_tree(size: int) -> InmemoryTree:
    tree = InmemoryTree(algorithm="sha256")
    for content in contents(size):
        tree.append_entry(content)
    return tree


def test_roots_of_nothing_and_of_an_empty_leaf_are_those_of_the_standard():
    assert root([]).hex() == EMPTY
    assert root([leaf_hash(b"")]).hex() == ONE_EMPTY_LEAF


@pytest.mark.parametrize("size", SIZES)
def test_another_implementation_has_the_same_root(size: int):
    assert root(hashes(size)) == other_tree(size).get_root()


@pytest.mark.parametrize("size", SIZES)
def test_a_tree_that_grows_in_groups_is_the_same_tree(size: int):
    tree = GroupedTree()

    positions = [tree.add(content) for content in contents(size)]

    assert positions == list(range(size))
    assert tree.size == size
    assert root(tree.groups) == root(hashes(size))


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13, 257, 513])
def test_every_leaf_has_a_path_to_the_root(size: int):
    leaves = hashes(size)

    for position in range(size):
        assert root_from(leaves[position], path_to(leaves, position), position=position, size=size) == root(leaves)


def test_a_path_needs_the_leaf_s_group_and_the_groups_alone():
    leaves = hashes(3 * GROUP + 7)
    tree = GroupedTree()
    for content in contents(len(leaves)):
        tree.add(content)

    for position in (0, GROUP - 1, GROUP, 2 * GROUP + 17, len(leaves) - 1):
        group, within = divmod(position, GROUP)
        path = [*path_to(leaves[group * GROUP : (group + 1) * GROUP], within), *path_to(tree.groups, group)]
        assert path == path_to(leaves, position)


def test_another_leaf_or_place_leads_elsewhere():
    leaves = hashes(7)
    path = path_to(leaves, 4)

    assert root_from(leaves[5], path, position=4, size=7) != root(leaves)
    assert root_from(leaves[4], path, position=5, size=7) != root(leaves)


@pytest.mark.parametrize(
    ("position", "size", "cut"),
    [(7, 7, 0), (-1, 7, 0), (4, 7, 1), (4, 4, 0), (4, 5, 0)],
    ids=["beyond", "before", "short", "no such leaf", "long"],
)
def test_a_path_of_another_tree_is_refused(position: int, size: int, cut: int):
    leaves = hashes(7)
    path = path_to(leaves, 4)

    with pytest.raises(PathInvalid):
        root_from(leaves[4], path[cut:], position=position, size=size)
