"""A broker on a damaged data folder: what is damaged is told and never served, and everything else is there. Each case damages a copy of one folder:
that of a broker which stopped in order, or which was killed."""

import base64
import functools
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import urllib.request

from broker import Broker

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "clients" / "kafka" / "traps"))

from records import batch, same_but_for_what_the_broker_stamps, split  # noqa: E402
from wire import Connection  # noqa: E402

BATCHES, RECORDS, VALUE_BYTES, SEGMENT_BYTES = 40, 20, 6000, 1 << 20
MESSAGES, COMMITTED = 20, 1234
TOPIC, QUEUE, GROUP = "kept", "jobs", "readers"
METADATA = "00000000000000000000000000000001"
CORRUPT_MESSAGE = 2
FLIPS = int(os.environ.get("WHARF_FLIPS", "60"))  # at random places, of each of the two folders


def management(broker, method, path, body=None):
    request = urllib.request.Request(f"http://{broker.admin}/api/{path}", method=method, data=None if body is None else json.dumps(body).encode())
    request.add_header("Authorization", "Basic " + base64.b64encode(b"guest:guest").decode())
    with urllib.request.urlopen(request, timeout=20) as answer:
        text = answer.read()
    return json.loads(text) if text else None


@functools.cache
def batch_number(number):
    return batch([b"%05d " % (number * RECORDS + i) + b"x" * VALUE_BYTES for i in range(RECORDS)])


def produce(wire, number):
    data = [{"name": TOPIC, "partition_data": [{"index": 0, "records": batch_number(number)}]}]
    answer = wire.ask("Produce", 9, {"acks": -1, "timeout_ms": 20000, "topic_data": data})
    return answer["responses"][0]["partition_responses"][0]


def fetch(wire, offset):
    answer = wire.ask("Fetch", 11, {"max_wait_ms": 0, "min_bytes": 1, "max_bytes": 1 << 20, "topics": [
        {"topic": TOPIC, "partitions": [{"partition": 0, "fetch_offset": offset, "partition_max_bytes": 1, "current_leader_epoch": -1}]}]})
    return answer["responses"][0]["partitions"][0]


def create(broker):
    with Connection(broker.bootstrap) as wire:
        config = [{"name": "segment.bytes", "value": str(SEGMENT_BYTES)}]
        made = wire.ask("CreateTopics", 7, {"topics": [{"name": TOPIC, "num_partitions": 1, "replication_factor": 1, "configs": config}],
                                            "timeout_ms": 20000})
        assert made["topics"][0]["error_code"] == 0, made
        commit(wire)
    management(broker, "PUT", f"queues/%2F/{QUEUE}", {"durable": True})


def fill(broker, part):
    """One half, or the other."""
    with Connection(broker.bootstrap) as wire:
        for number in range(BATCHES // 2 * part, BATCHES // 2 * (part + 1)):
            taken = produce(wire, number)
            assert taken["base_offset"] == number * RECORDS, taken
    for number in range(MESSAGES // 2 * part, MESSAGES // 2 * (part + 1)):
        publish(broker, "message %02d" % number)


def append_more(broker):
    """Where it went."""
    with Connection(broker.bootstrap) as wire:
        part = produce(wire, BATCHES)
    assert part["error_code"] == 0, f"the log takes no more: {part}"
    return part["base_offset"]


def check_more(broker, offset):
    with Connection(broker.bootstrap) as wire:
        part = fetch(wire, offset)
    assert part["error_code"] == 0, f"what was appended at {offset}: error {part['error_code']}"
    base, stored = split(part["records"])[0]
    assert base == offset and same_but_for_what_the_broker_stamps(batch_number(BATCHES), stored), f"not what was appended at {offset}"


def commit(wire):
    wire.ask("FindCoordinator", 2, {"key": GROUP, "key_type": 0})
    topics = [{"name": TOPIC, "partitions": [{"partition_index": 0, "committed_offset": COMMITTED}]}]
    for _ in range(100):  # the coordinator loads its partition first
        answer = wire.ask("OffsetCommit", 8, {"group_id": GROUP, "generation_id_or_member_epoch": -1, "member_id": "", "topics": topics})
        if answer["topics"][0]["partitions"][0]["error_code"] == 0:
            return
    raise AssertionError(answer)


def publish(broker, text):
    message = {"properties": {"delivery_mode": 2}, "routing_key": QUEUE, "payload": text, "payload_encoding": "string"}
    assert management(broker, "POST", "exchanges/%2F/amq.default/publish", message)["routed"]


class Found:
    """What a broker has: numbers of batches that it calls damaged or that its log ends before, the queue's messages, the group's offset.
    `more_at`: where one batch more was appended."""

    def __init__(self, broker, more_at=None):
        self.more_at = more_at
        with Connection(broker.bootstrap) as wire:
            self.cut = set()
            self.damaged = {number for number in range(BATCHES) if self._is_damaged(wire, number)}
            self.committed = self._committed(wire)
        got = management(broker, "POST", f"queues/%2F/{QUEUE}/get", {"count": 1000, "ackmode": "ack_requeue_true", "encoding": "auto"})
        self.messages = [message["payload"] for message in got]
        assert len(set(self.messages)) == len(self.messages), f"twice: {self.messages}"
        with urllib.request.urlopen(f"http://{broker.admin}/metrics", timeout=20) as answer:
            lines = answer.read().decode().splitlines()
        self.told = sum(int(line.split()[-1]) for line in lines if line.startswith("wharf_damaged_ranges_total{"))

    def _is_damaged(self, wire, number):
        offset = number * RECORDS
        part = fetch(wire, offset)
        if part["error_code"] == CORRUPT_MESSAGE:
            return True
        assert part["error_code"] == 0, f"offset {offset}: error {part['error_code']}"
        if part["high_watermark"] <= offset or offset == self.more_at:
            self.cut.add(number)
            return False
        base, stored = split(part["records"])[0]
        assert base == offset, f"offset {base} where {offset} should be"
        assert same_but_for_what_the_broker_stamps(batch_number(number), stored), f"the batch at {offset} is not what was sent"
        return False

    @staticmethod
    def _committed(wire):
        for _ in range(100):
            answer = wire.ask("OffsetFetch", 6, {"group_id": GROUP, "topics": [{"name": TOPIC, "partition_indexes": [0]}]})
            if answer["error_code"] == 0:
                return answer["topics"][0]["partitions"][0]["committed_offset"]
        raise AssertionError(answer)

    def everything_else_is_there(self, what, damaged=frozenset(), messages_lost=0, committed_lost=False, last_flush_lost=False, told_before=False):
        """`last_flush_lost`: in the last flush before a kill a flipped bit looks like a write that was cut: nobody can tell them apart."""
        assert not self.cut or (last_flush_lost and self.cut == {BATCHES - 1}), f"{what}: batches {sorted(self.cut)} are gone from the end"
        assert self.damaged <= set(damaged), f"{what}: damaged {sorted(self.damaged)}, where {sorted(damaged)} may be"
        sent = ["message %02d" % number for number in range(MESSAGES)]
        missing = [text for text in sent if text not in self.messages]
        assert len(missing) <= messages_lost, f"{what}: {missing} are gone"
        assert self.messages == [text for text in sent if text in self.messages], f"{what}: {self.messages}"
        assert self.committed == COMMITTED or committed_lost, f"{what}: the committed offset is {self.committed}"
        if self.damaged or (missing and not told_before and not (last_flush_lost and missing == sent[-1:])):
            assert self.told > 0, f"{what}: nothing was told of {sorted(self.damaged)} {missing}"
        return self


class Damaged:
    """A copy of `folder`, with what may be done to it, and a broker on it."""

    def __init__(self, folder, at):
        self.at = pathlib.Path(at)
        shutil.rmtree(self.at, ignore_errors=True)
        subprocess.run(["cp", "-r", "--sparse=always", folder, self.at], check=True)  # most of the reserve and of the write-ahead log is zeros

    def flip(self, file, position, bit=4):
        with open(self.at / file, "r+b") as opened:
            opened.seek(position)
            byte = opened.read(1)[0]
            opened.seek(position)
            opened.write(bytes([byte ^ 1 << bit]))

    def zero(self, file, position, count=4096):
        with open(self.at / file, "r+b") as opened:
            opened.seek(position)
            opened.write(bytes(count))

    def cut(self, file, size):
        os.truncate(self.at / file, size)

    def remove(self, file):
        (self.at / file).unlink()

    def swap(self, one, other):
        first, second = (self.at / one).read_bytes(), (self.at / other).read_bytes()
        (self.at / one).write_bytes(second)
        (self.at / other).write_bytes(first)

    def look(self, what, **expected):
        """Starts twice: what is damaged stays so, and no start makes it worse. Whoever writes goes on."""
        with Broker(str(self.at), log=f"{self.at}.log") as broker:
            broker.start()
            found = Found(broker).everything_else_is_there(what, **expected)
            publish(broker, "another")
            more_at = append_more(broker)
            broker.stop()
            broker.start()
            check_more(broker, more_at)
            again = Found(broker, more_at)
            assert again.messages[-1:] == ["another"], f"{what}: {again.messages}"
            again.messages.pop()
            again.everything_else_is_there(f"{what}, later", told_before=True, **expected)
            assert again.damaged >= found.damaged, f"{what}: {sorted(found.damaged)}, then {sorted(again.damaged)}"
            broker.stop()
        return found


class Layout:
    """Where things lie in a folder of fill()'s."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        logs = [(len(list(log.glob("*.log"))), log) for log in (self.folder / "logs").iterdir()]
        self.segments = sorted(file.relative_to(folder) for file in max(logs)[1].glob("*.log"))
        self.checkpoint = next((self.folder / "checkpoints").glob("*.checkpoint")).relative_to(folder)
        self.metadata = [pathlib.Path("logs") / f"{METADATA}-{copy}" / "00000000000000000000.log" for copy in (0, 1)]

    def size(self, file):
        return (self.folder / file).stat().st_size

    def batches_in(self, segment, begin=0, end=None):
        """Those of which bytes lie there."""
        size, first = self.size(segment), int(segment.stem) // RECORDS
        each = len(batch_number(0))
        assert size % each == 0, f"{segment} has {size} bytes, a batch {each}"
        last = (min(size, end or size) - 1) // each
        return set(range(first + begin // each, first + last + 1))

    def files(self):
        """All that a flipped bit may be in, by size."""
        found = [file.relative_to(self.folder) for file in sorted(self.folder.rglob("*")) if file.is_file() and file.stat().st_size > 0]
        return [file for file in found if file.name not in ("lock", "reserve")]


def directed_cases(folder, at):
    layout = Layout(folder)
    first, second, *_, last = layout.segments
    each = len(batch_number(0))

    def case(what, damage, exactly=(), **expected):
        damaged = Damaged(folder, at)
        damage(damaged)
        found = damaged.look(what, damaged=exactly, **expected)
        assert found.damaged == set(exactly), f"{what}: damaged {sorted(found.damaged)}, where {sorted(exactly)} are"

    for field, position in {"offset": 7, "length": 10, "leader epoch": 15, "checksum": 18, "records": 200}.items():
        case(f"a bit of a batch's {field}", lambda it, at=position: it.flip(first, 2 * each + at), layout.batches_in(first, 2 * each, 2 * each + 1))
    case("a zeroed block", lambda it: it.zero(second, each + 100, 4096), layout.batches_in(second, each + 100, each + 4196))
    case("a segment cut", lambda it: it.cut(second, 2 * each + 5), layout.batches_in(second, 2 * each + 5))
    case("the last segment cut", lambda it: it.cut(last, each // 2), layout.batches_in(last))
    case("a segment gone", lambda it: it.remove(second), layout.batches_in(second))
    case("two segments swapped", lambda it: it.swap(first, second), layout.batches_in(first) | layout.batches_in(second))
    for suffix in (".index", ".timeindex"):
        index, other = first.with_suffix(suffix), second.with_suffix(suffix)
        case(f"an {suffix} gone", lambda it, file=index: it.remove(file))
        case(f"an {suffix} flipped", lambda it, file=index: it.flip(file, layout.size(file) // 2))
        case(f"two of {suffix} swapped", lambda it, one=index, two=other: it.swap(one, two))
    for what, file in {"meta": "meta", "its copy": "meta.copy", "clean-shutdown": "clean-shutdown"}.items():
        case(f"a bit of {what}", lambda it, file=file: it.flip(file, 10))
        case(f"{what} gone", lambda it, file=file: it.remove(file))
    for copy, file in enumerate(layout.metadata):
        case(f"a bit of metadata {copy}", lambda it, file=file: it.flip(file, layout.size(file) * 2 // 3))
        case(f"metadata {copy} cut", lambda it, file=file: it.cut(file, layout.size(file) // 2))
        case(f"metadata {copy} gone", lambda it, file=file: it.remove(file))


def every_bit_of_the_checkpoint(folder, at):
    """It carries the queue: a bit costs one message at most."""
    layout = Layout(folder)
    lost = 0
    for position in range(0, layout.size(layout.checkpoint), max(1, layout.size(layout.checkpoint) // FLIPS)):
        damaged = Damaged(folder, at)
        damaged.flip(layout.checkpoint, position)
        found = damaged.look(f"a bit of byte {position} of the checkpoint", messages_lost=1, committed_lost=False)
        lost += MESSAGES - len([text for text in found.messages if text.startswith("message")])
    print(f"  a bit of the checkpoint, {FLIPS} times: {lost} messages lost")


def anywhere(folder, at, seed, messages_lost):
    """Where it is only known that it is somewhere."""
    layout, chance = Layout(folder), random.Random(seed)
    files = layout.files()
    for number in range(FLIPS):
        file = chance.choice(files)
        position, bit = chance.randrange(layout.size(file)), chance.randrange(8)
        what = f"seed {seed}, flip {number}: bit {bit} of byte {position} of {file}"
        damaged = Damaged(folder, at)
        damaged.flip(file, position, bit)
        in_topic = file in layout.segments
        in_wal = file.suffix == ".wal"
        in_offsets = file.suffix == ".log" and not in_topic and file not in layout.metadata
        damaged.look(what, damaged=layout.batches_in(file, position, position + 1) if in_topic else set(range(BATCHES)) if in_wal else (),
                     messages_lost=messages_lost, committed_lost=in_offsets or in_wal, last_flush_lost=in_wal)


def main():
    with tempfile.TemporaryDirectory(prefix="wharf-damage-") as folder:
        for end in ("stopped", "killed"):
            whole = f"{folder}/{end}"
            with Broker(whole) as broker:
                broker.start()
                create(broker)
                fill(broker, 0)
                broker.stop()
                broker.start()
                fill(broker, 1)  # where it is killed, in the write-ahead log alone
                broker.stop() if end == "stopped" else broker.kill()
            at = f"{folder}/damaged"
            Damaged(whole, at).look("nothing damaged")
            if end == "stopped":
                directed_cases(whole, at)
                every_bit_of_the_checkpoint(whole, at)
            seed = int(os.environ.get("WHARF_SEED", "1"))
            anywhere(whole, at, seed, messages_lost=1 if end == "stopped" else 2)
            print(f"{end}: as promised")


if __name__ == "__main__":
    main()
