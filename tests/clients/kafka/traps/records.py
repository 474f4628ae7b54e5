"""Record batches of format v2, written byte by byte, so that a test may also write wrong ones; message sets of format v1."""

import gzip
import struct
import zlib


def _table():
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return table


_CRC32C = _table()


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ _CRC32C[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def varint(value):
    value = value << 1 ^ value >> 63
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


def record(offset_delta, value, key=None, timestamp_delta=0):
    def sized(data):
        return varint(-1) if data is None else varint(len(data)) + data
    body = b"\0" + varint(timestamp_delta) + varint(offset_delta) + sized(key) + sized(value) + varint(0)
    return varint(len(body)) + body


def batch(values, *, timestamp=1700000000000, attributes=0, producer_id=-1, epoch=-1, sequence=-1, body=None,
          count=None, last_delta=None, magic=2, base_offset=0, crc=None, max_timestamp=None):
    """A batch of these values; every field that a broker must check can be given another value."""
    count = len(values) if count is None else count
    last_delta = count - 1 if last_delta is None else last_delta
    body = b"".join(record(n, value) for n, value in enumerate(values)) if body is None else body
    checked = struct.pack(">hiqqqhii", attributes, last_delta, timestamp,
                          timestamp if max_timestamp is None else max_timestamp, producer_id, epoch, sequence, count) + body
    head = struct.pack(">ibI", -1, magic, crc32c(checked) if crc is None else crc)
    return struct.pack(">qi", base_offset, len(head) + len(checked)) + head + checked


def message(value, attributes=0, offset=0):
    """One of format v1 (KIP-32), without a key."""
    checked = struct.pack(">bbqii", 1, attributes, 1700000000000, -1, len(value)) + value
    return struct.pack(">qiI", offset, len(checked) + 4, zlib.crc32(checked)) + checked


def packed_set(values):
    """Messages within one that is compressed by gzip."""
    inner = b"".join(message(value, offset=n) for n, value in enumerate(values))
    return message(gzip.compress(inner, 1), attributes=1, offset=len(values) - 1)


def split(data):
    """The batches of a fetch answer's records: [(base offset, the batch's bytes)]; a cut-off last one is left out."""
    found, at = [], 0
    while len(data or b"") - at >= 12:
        base, size = struct.unpack_from(">qi", data, at)
        if at + 12 + size > len(data):
            break
        found.append((base, data[at:at + 12 + size]))
        at += 12 + size
    return found


def same_but_for_what_the_broker_stamps(sent, stored):
    """Equal outside base offset (bytes 0-7) and leader epoch (12-15), the two fields no checksum covers."""
    return sent[8:12] == stored[8:12] and sent[16:] == stored[16:]
