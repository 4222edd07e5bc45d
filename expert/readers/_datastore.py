"""A W&B datastore → the messages in it. The records are LevelDB's log format, the messages Protocol Buffers.

A file is written in blocks of 32 KiB, the first of which begins with `:W&B`, a mark and a version. A record is a
checksum (4 bytes), a length (2), a kind (1) and its data; one that does not fit into its block goes on in the next. See
https://github.com/google/leveldb/blob/main/doc/log_format.md and https://protobuf.dev/programming-guides/encoding.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import BinaryIO

MAGIC = b":W&B"
_BLOCK = 32_768
_HEAD = 7
_FULL, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4


def messages(file: BinaryIO, damaged: list[int]) -> Iterator[bytes]:
    """The whole records of a datastore; the places where it is damaged or cut are put in `damaged`.

    What follows a damaged record in its block is passed over, as LevelDB does.
    """
    begun: list[bytes] | None = None
    start = 0
    while block := file.read(_BLOCK):
        place = _HEAD if start == 0 else 0
        while place + _HEAD <= len(block):
            length, kind = int.from_bytes(block[place + 4 : place + 6], "little"), block[place + 6]
            data = block[place + _HEAD : place + _HEAD + length]
            if not kind and not length:  # the rest of the block was made ready, but not written
                place = _BLOCK
                break
            checksum = int.from_bytes(block[place : place + 4], "little")
            if len(data) < length or zlib.crc32(data, zlib.crc32(bytes([kind]))) != checksum:
                damaged.append(start + place)
                begun, place = None, _BLOCK
                break
            place += _HEAD + length
            if kind == _FULL:
                yield data
            elif kind == _FIRST:
                begun = [data]
            elif begun is not None:
                begun.append(data)
                if kind == _LAST:
                    yield b"".join(begun)
                    begun = None
        if place < len(block) < _BLOCK:
            damaged.append(start + place)
        start += len(block)
    if begun is not None and start not in damaged:
        damaged.append(start)


def fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a message: the number of each with its bytes, or its integer. Raises ValueError."""
    place = 0
    while place < len(message):
        tag, place = _varint(message, place)
        match tag & 7:
            case 0:
                value, place = _varint(message, place)
                yield tag >> 3, value
                continue
            case 1:
                length = 8
            case 2:
                length, place = _varint(message, place)
            case 5:
                length = 4
            case other:
                raise ValueError(f"a field of kind {other} at byte {place}")
        if place + length > len(message):
            raise ValueError(f"a field is cut at byte {place}")
        yield tag >> 3, message[place : place + length]
        place += length


def inner(message: bytes, number: int) -> list[bytes]:
    """The messages or texts in the fields of that number."""
    return [value for field, value in fields(message) if field == number and isinstance(value, bytes)]


def _varint(message: bytes, place: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if place >= len(message):
            raise ValueError(f"a number is cut at byte {place}")
        byte = message[place]
        value |= (byte & 127) << shift
        place += 1
        if byte < 128:
            return value, place
    raise ValueError(f"a number is too long at byte {place}")
