#!/usr/bin/env python3
"""Cuts the subset of Fashion-MNIST that is shipped here: the first 10,000 training images and all test images.

    ./cut.py [/usr/share/datasets/fashion-mnist]     # where Debian's package dataset-fashion-mnist installs the full set

An idx file is a magic number (0x00000803 for images, 0x00000801 for labels), one big-endian int for each
dimension, the first of them the count, then unsigned bytes. The same input gives the same bytes here.
"""

import gzip
import pathlib
import struct
import sys

TRAINING_IMAGES = 10_000


def cut(source: pathlib.Path, target: pathlib.Path, dimensions: int, count: int) -> None:
    raw = gzip.decompress(source.read_bytes())
    header = struct.unpack(f">{1 + dimensions}i", raw[: 4 + 4 * dimensions])
    if header[0] != 0x800 + dimensions or header[1] < count:
        sys.exit(f"{source}: magic {header[0]:#x}, count {header[1]}: not the file expected")
    item = 1
    for size in header[2:]:
        item *= size
    body = raw[4 + 4 * dimensions :][: count * item]
    if len(body) != count * item:
        sys.exit(f"{source}: truncated")
    head = struct.pack(f">{1 + dimensions}i", header[0], count, *header[2:])
    with open(target, "wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as out:
        out.write(head + body)
    print(f"{target.name}: {count} items, {target.stat().st_size} bytes")


if __name__ == "__main__":
    full = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/datasets/fashion-mnist")
    here = pathlib.Path(__file__).parent
    for part, kept in (("train", TRAINING_IMAGES), ("t10k", 10_000)):
        for kind, dims in (("images-idx3", 3), ("labels-idx1", 1)):
            name = f"{part}-{kind}-ubyte.gz"
            cut(full / name, here / name, dims, kept)
