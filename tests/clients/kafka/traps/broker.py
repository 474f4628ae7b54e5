"""The few requests that many traps need: a topic of their own, a produce, a fetch, an offset, a group member."""

from cases import equal, eventually, unique
from records import batch
from wire import Connection

NONE = 0


class Topic:
    """A topic made for one case: its name and id."""

    def __init__(self, bootstrap, partitions=1, **config):
        self.bootstrap, self.name = bootstrap, unique("trap")
        configs = [{"name": name.replace("_", "."), "value": value} for name, value in config.items()]
        with Connection(bootstrap) as wire:
            answer = wire.ask("CreateTopics", 7, {"topics": [{"name": self.name, "num_partitions": partitions,
                              "replication_factor": 1, "configs": configs}], "timeout_ms": 20000})
            equal(answer["topics"][0]["error_code"], NONE, f"creating {self.name}")
            self.id = answer["topics"][0]["topic_id"]
            eventually(lambda: self._is_served(wire, partitions), f"{self.name} served")

    def _is_served(self, wire, partitions):
        """Kafka shows a leader in metadata a moment before that leader answers for the partition."""
        (topic,) = wire.ask("ListOffsets", 7, {"replica_id": -1, "topics": [{"name": self.name, "partitions": [
            {"partition_index": number, "timestamp": -1} for number in range(partitions)]}]})["topics"]
        return all(part["error_code"] == NONE for part in topic["partitions"])


def produce_request(version, topic, records, partition=0, acks=-1):
    return {"acks": acks, "timeout_ms": 10000, "topic_data": [
        {("topic_id" if version >= 13 else "name"): (topic.id if version >= 13 else topic.name),
         "partition_data": [{"index": partition, "records": records}]}]}


def produce(wire, topic, records, partition=0, version=9, acks=-1):
    """Produces bytes and returns the partition's answer."""
    answer = wire.ask("Produce", version, produce_request(version, topic, records, partition, acks))
    return answer["responses"][0]["partition_responses"][0]


def append(wire, topic, *values, partition=0, **named):
    """Appends one good batch and returns its base offset."""
    answer = produce(wire, topic, batch(list(values), **named), partition)
    equal(answer["error_code"], NONE, "produce")
    return answer["base_offset"]


def fetch_request(version, topic, offset, partition=0, max_wait_ms=0, min_bytes=1, partition_max_bytes=1 << 20,
                  current_leader_epoch=-1, last_fetched_epoch=-1, **top):
    named = {"topic_id": topic.id} if version >= 13 else {"topic": topic.name}
    return {"max_wait_ms": max_wait_ms, "min_bytes": min_bytes, "max_bytes": 1 << 26, **top, "topics": [{
        **named, "partitions": [{"partition": partition, "fetch_offset": offset, "partition_max_bytes": partition_max_bytes,
                                 "current_leader_epoch": current_leader_epoch, "last_fetched_epoch": last_fetched_epoch}]}]}


def fetch(wire, topic, offset, version=12, **named):
    """Fetches one partition and returns its answer."""
    answer = wire.ask("Fetch", version, fetch_request(version, topic, offset, **named))
    equal(answer.get("error_code", NONE), NONE, "fetch")
    return answer["responses"][0]["partitions"][0]


def list_offset(wire, topic, timestamp, version=7, partition=0, **named):
    answer = wire.ask("ListOffsets", version, {"replica_id": -1, "topics": [
        {"name": topic.name, "partitions": [{"partition_index": partition, "timestamp": timestamp, **named}]}]})
    return answer["topics"][0]["partitions"][0]
