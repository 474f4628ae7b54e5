"""The graph of rooms, read from every `wharf_room(...)` of the CMakeLists."""
import re
from dataclasses import dataclass, field

KEYWORDS = {"NAME", "PATH", "LINKS", "PRIVATE_LINKS", "TEST_LINKS", "SHELL"}


@dataclass
class Room:
    name: str
    path: str
    links: set = field(default_factory=set)       # names of rooms
    test_links: set = field(default_factory=set)  # ... that its tests may look into too
    shell: bool = False


def parse(text):
    rooms = []
    text = re.sub(r"#[^\n]*", "", text)
    for call in re.finditer(r"\bwharf_room\s*\((.*?)\)", text, re.S):
        values, keyword = {}, None
        for word in call.group(1).split():
            if word in KEYWORDS:
                keyword = word
                values.setdefault(keyword, [])
            elif keyword:
                values[keyword].append(word)
        if "NAME" not in values or "PATH" not in values:
            continue
        ours = lambda key: {word.removeprefix("wharf_") for word in values.get(key, []) if word.startswith("wharf_")}
        rooms.append(Room(values["NAME"][0], values["PATH"][0], ours("LINKS") | ours("PRIVATE_LINKS"), ours("TEST_LINKS"),
                          "SHELL" in values))
    return rooms


def load(source):
    """{path: Room} of every CMakeLists.txt below the source folder."""
    return {room.path: room for lists in sorted(source.rglob("CMakeLists.txt")) for room in parse(lists.read_text())}


def room_of(rooms, path):
    """The room that holds `path` (relative to src): the one with the longest matching folder."""
    holding = [room for folder, room in rooms.items() if path.startswith(folder + "/")]
    return max(holding, key=lambda room: len(room.path), default=None)
