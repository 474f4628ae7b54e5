"""Puts the machine into the state of one that has run for a while, so that each broker and each load finds the same."""

import os
import sys
import tempfile

STEP = 4 << 20
ROUND = 256 << 20


def memory(name):
    with open("/proc/meminfo", encoding="ascii") as figures:
        return next(int(line.split()[1]) * 1024 for line in figures if line.startswith(f"{name}:"))


class PageCache:
    """Filled with a file of nothing but holes, whose pages are dropped as soon as somebody needs memory.

    Memory that is free may not be there: a virtual machine's host takes back what is free for some seconds, and lends it page by page when
    it is written to, at up to 2 ns a byte, ten times what a copy into the page cache costs. Whoever came first paid for it. A machine that
    has run for a while has no free memory, but a page cache full of old records."""

    def __init__(self):
        self.holes = tempfile.TemporaryFile(dir=os.environ.get("TMPDIR", "/var/tmp"))
        self.read_bytes = 0
        os.truncate(self.holes.fileno(), 1 << 40)

    def fill(self):
        """Until the kernel frees for the next page what it gave for an earlier one; it keeps some memory free."""
        into = [bytearray(STEP)]
        free = memory("MemFree")
        in_vain = 0  # rounds in a row: a program that ends meanwhile frees memory too
        while in_vain < 3:
            for _ in range(ROUND // STEP):
                self.read_bytes += os.preadv(self.holes.fileno(), into, self.read_bytes)
            before, free = free, memory("MemFree")
            in_vain = in_vain + 1 if before - free < ROUND // 2 else 0
        if free > memory("MemTotal") / 2:
            print("the page cache could not be filled: figures of large writes vary", file=sys.stderr)


page_cache = PageCache()


def settle():
    """What earlier runs left to be written is nobody's load but theirs, and free memory is there."""
    os.sync()
    page_cache.fill()
