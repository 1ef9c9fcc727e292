"""Reads the JSON document of Valgrind's DHAT: a list of program points, each with its stack."""

from __future__ import annotations

import json
from pathlib import Path

from .sites import Amounts, Profile, ProfileError, SiteTable, valgrind_frame

# The document is held as a whole, at about ten times its size. DHAT writes 150 bytes for each
# different call stack: this is several hundred thousand of them.
FILE_BYTES_MAX = 64 * 1024 * 1024
VERSION = 2


def read_dhat(path: Path, table: SiteTable) -> Profile:
    size = path.stat().st_size
    if size > FILE_BYTES_MAX:
        raise ProfileError(f"{path}: {size} bytes, the limit is {FILE_BYTES_MAX}\n"
                           "Next step: profile a smaller run, or use --tool heaptrack")
    try:
        document = json.loads(path.read_bytes())
        if document["dhatFileVersion"] != VERSION or document["mode"] != "heap":
            raise ProfileError(
                f"{path}: version {document['dhatFileVersion']!r:.40}, mode "
                f"{document['mode']!r:.40}; version {VERSION} and mode 'heap' are understood")
        frames = [valgrind_frame(text) for text in document["ftbl"]]
        for point in document["pps"]:
            numbers = [point[key] for key in ("gb", "tb", "tbk", "eb", "ebk")]
            if not all(type(number) is int and number >= 0 for number in numbers):
                raise ValueError(f"an amount is no count: {numbers!r:.80}")
            if not all(type(index) is int and index >= 0 for index in point["fs"]):
                raise ValueError("a frame is no index")
            table.add([frames[index] for index in point["fs"]], Amounts(*numbers))
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        raise ProfileError(f"{path}: no whole document of DHAT: {error!r:.200}\nNext step: see "
                           "whether the disk is full or the program ended early") from error
    return table.profile()
