"""Reads the file of Valgrind's massif: the tree of its peak snapshot.

A snapshot is some `name=value` lines and a tree, one node a line, a child one space deeper than its
parent: ` n2: 1000 0x1234: function (file:line)` is a node of 1000 bytes with two children.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Optional

from redzone_scripts.text_lines import read_lines

from .sites import Amounts, Frame, Profile, ProfileError, SiteTable, valgrind_frame

NODE = re.compile(r"(?P<indent> *)n(?P<children>\d{1,9}): (?P<bytes>\d{1,19}) (?P<text>.*)")
# Valgrind records at most 500 frames.
DEPTH_MAX = 512
NOT_ALLOCATED_FOR = re.compile(r"in \d+ places?, .*")


class Tree:
    """Takes nodes in the order of the file and adds what each stack allocated to a table. What no
    child of a node accounts for is the node's own."""

    def __init__(self, table: SiteTable):
        self._table = table
        self._path = []  # [frame, bytes left, children left]

    def add(self, depth: int, children: int, size: int, text: str) -> None:
        if depth > DEPTH_MAX:
            raise ValueError(f"a stack of more than {DEPTH_MAX} frames")
        self._close(depth)
        if depth != len(self._path):
            raise ValueError("a node without a parent")
        if self._path:
            parent = self._path[-1]
            parent[1] -= size
            parent[2] -= 1
            if parent[1] < 0 or parent[2] < 0:
                raise ValueError("a node's children do not fit into it")
        frame = None if depth == 0 or NOT_ALLOCATED_FOR.match(text) else valgrind_frame(text)
        self._path.append([frame, size, children])

    def end(self) -> None:
        self._close(0)

    def _close(self, depth: int) -> None:
        while len(self._path) > depth:
            _, left, children = self._path[-1]
            if children:
                raise ValueError("a tree that ends before its last node")
            if left:
                # From the allocation outwards; the root is no frame.
                stack = [frame for frame, _, _ in self._path if isinstance(frame, Frame)]
                self._table.add(stack, Amounts(peak_bytes=left))
            self._path.pop()


def read_massif(path: Path, table: SiteTable) -> Profile:
    tree: Optional[Tree] = None
    bytes_max = peak = 0
    found = 0
    complete = False
    try:
        for number, line in read_lines(path):
            if number == 1 and not line.startswith("desc:"):
                raise ValueError("the first line is no 'desc:'")
            key, equals, value = line.partition("=")
            if key == "mem_heap_B" and equals:
                size = int(value[:20])
                bytes_max = max(bytes_max, size)
            elif key == "heap_tree" and equals:
                complete = True
                tree = Tree(table) if value == "peak" and not found else None
                if tree:
                    found, peak = number, size
            elif key == "snapshot" and equals:
                complete = False
                if tree:
                    tree.end()
                    tree = None
            elif tree and not line.startswith("#"):
                match = NODE.fullmatch(line)
                if not match:
                    raise ValueError(f"line {number} is no node of a tree")
                tree.add(len(match["indent"]), int(match["children"]), int(match["bytes"]),
                         match["text"])
        if tree:
            tree.end()
        if not complete:
            raise ValueError("it ends within a snapshot")
        profile = table.profile()
        if found and (profile.totals.peak_bytes or 0) != peak:
            raise ValueError("the tree of the peak does not add up to it")
    except (ValueError, UnboundLocalError) as error:
        raise ProfileError(f"{path}: no whole file of massif: {error}\nNext step: see whether the "
                           "disk is full or the program ended early") from error
    if not found and bytes_max:
        raise ProfileError(f"{path}: no snapshot of the peak: the program ended before it freed "
                           "anything\nNext step: --tool dhat")
    profile.totals.peak_bytes = peak
    return profile
