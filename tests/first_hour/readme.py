"""The commands of a section of README, as they stand there: a block is what is indented by four spaces."""

import textwrap

INDENT = "    "


class Blocks:
    """Each block is taken once; what nobody took is left over."""

    def __init__(self, path, heading):
        with open(path, encoding="utf-8") as readme:
            lines = readme.read().splitlines()
        begin = lines.index(f"## {heading}") + 1
        end = next(at for at in range(begin, len(lines)) if lines[at].startswith("## "))
        self.left = list(_blocks(lines[begin:end]))

    def take(self, said):
        """The one block that has `said` in it."""
        found = [block for block in self.left if said in block]
        if len(found) != 1:
            raise AssertionError(f"README has {len(found)} blocks with: {said}")
        self.left.remove(found[0])
        return found[0]


def _blocks(lines):
    block = []
    for line in [*lines, "its end"]:
        if line.startswith(INDENT) or (block and not line):
            block.append(line)
        elif block:
            yield textwrap.dedent("\n".join(block)).strip()
            block = []
