"""librdkafka's group members (classic protocol): who owns what, what was committed, who is fenced."""

from confluent_kafka import OFFSET_INVALID, ConsumerGroupTopicPartitions, KafkaError, KafkaException, TopicPartition
from cases import equal, eventually, raises, unique
from rdkafka import admin, consumer, done, new_topic, producer, receive, send

SUITE = "librdkafka groups"


class Member:
    """A consumer that subscribes, remembers what it was assigned and is driven by poll()."""

    def __init__(self, bootstrap, group, topic, on_commit=None, **settings):
        if on_commit:
            settings["on_commit"] = on_commit
        self.client = consumer(bootstrap, group_id=group, session_timeout_ms=6000, heartbeat_interval_ms=200, **settings)
        self.assignments, self.revocations, self.messages, self.errors = 0, 0, [], []
        self.client.subscribe([topic], on_assign=self._assigned, on_revoke=self._revoked)

    def _assigned(self, _, __):
        self.assignments += 1

    def _revoked(self, _, __):
        self.revocations += 1

    def poll(self):
        message = self.client.poll(0.05)
        if message is not None:
            (self.errors if message.error() else self.messages).append(message)

    def owned(self):
        return {part.partition for part in self.client.assignment()}

    def close(self):
        self.client.close()


def _settle(members, partitions, each):
    """Polls all members until together they own every partition once and each owns `each` of them."""
    def settled():
        for member in members:
            member.poll()
        owned = [member.owned() for member in members]
        return set().union(*owned) == set(range(partitions)) and [len(o) for o in owned] == each
    eventually(settled, f"an assignment of {each} of {partitions} partitions")


def _joins_and_leaves(bootstrap, strategy):
    topic, group = new_topic(bootstrap, 6), unique("py-group")
    first = Member(bootstrap, group, topic, partition_assignment_strategy=strategy)
    _settle([first], 6, [6])
    second = Member(bootstrap, group, topic, partition_assignment_strategy=strategy)
    _settle([first, second], 6, [3, 3])
    send(producer(bootstrap), topic, [b"x"] * 60, partition=0)
    second.close()
    _settle([first], 6, [6])
    eventually(lambda: first.poll() or len(first.messages) >= 60, "all records at the member that stayed")
    equal(first.errors, [], "errors")
    first.close()


def test_range_members_share_and_take_over(bootstrap):
    _joins_and_leaves(bootstrap, "range")


def test_roundrobin_members_share_and_take_over(bootstrap):
    _joins_and_leaves(bootstrap, "roundrobin")


def test_cooperative_members_share_and_take_over(bootstrap):
    _joins_and_leaves(bootstrap, "cooperative-sticky")


def test_a_cooperative_member_keeps_its_partitions_while_another_joins(bootstrap):
    topic, group = new_topic(bootstrap, 6), unique("py-group")
    first = Member(bootstrap, group, topic, partition_assignment_strategy="cooperative-sticky")
    _settle([first], 6, [6])
    second = Member(bootstrap, group, topic, partition_assignment_strategy="cooperative-sticky")
    least = 6

    def settled():
        nonlocal least
        first.poll()
        second.poll()
        least = min(least, len(first.owned()))
        return len(first.owned()) == 3 and len(second.owned()) == 3
    eventually(settled, "three partitions each")
    equal(least, 3, "fewest partitions the first member ever owned")
    first.close()
    second.close()


def test_four_members_of_four_partitions_own_one_each_and_a_fifth_none(bootstrap):
    topic, group = new_topic(bootstrap, 4), unique("py-group")
    members = [Member(bootstrap, group, topic) for _ in range(5)]
    eventually(lambda: [m.poll() for m in members] and sorted(len(m.owned()) for m in members) == [0, 1, 1, 1, 1],
               "one partition for four members and none for the fifth")
    for member in members:
        member.close()


def test_a_committed_offset_is_where_the_next_member_starts(bootstrap):
    topic, group = new_topic(bootstrap), unique("py-group")
    send(producer(bootstrap), topic, [b"%d" % n for n in range(100)])
    first = Member(bootstrap, group, topic)
    eventually(lambda: first.poll() or len(first.messages) == 100, "all records")
    first.client.commit(offsets=[TopicPartition(topic, 0, 42)], asynchronous=False)
    first.close()
    second = Member(bootstrap, group, topic)
    eventually(lambda: second.poll() or len(second.messages) == 58, "the records after the commit")
    equal([m.offset() for m in second.messages], list(range(42, 100)))
    second.close()


def test_an_asynchronous_commit_reports_and_is_stored(bootstrap):
    topic, group = new_topic(bootstrap), unique("py-group")
    reports = []
    member = Member(bootstrap, group, topic, on_commit=lambda error, parts: reports.append((error, parts[0].offset)))
    _settle([member], 1, [1])
    member.client.commit(offsets=[TopicPartition(topic, 0, 7)], asynchronous=True)
    eventually(lambda: member.poll() or reports, "the commit's report")
    equal(reports, [(None, 7)])
    equal(member.client.committed([TopicPartition(topic, 0)], timeout=10)[0].offset, 7)
    member.close()


def test_auto_commit_on_close_keeps_the_position(bootstrap):
    topic, group = new_topic(bootstrap), unique("py-group")
    send(producer(bootstrap), topic, [b"v"] * 10)
    member = Member(bootstrap, group, topic, enable_auto_commit=True)
    eventually(lambda: member.poll() or len(member.messages) == 10, "all records")
    member.close()
    reader = consumer(bootstrap, group_id=group)
    equal(reader.committed([TopicPartition(topic, 0)], timeout=10)[0].offset, 10)
    reader.close()


def test_commits_of_several_partitions_do_not_hide_each_other(bootstrap):
    topic, group = new_topic(bootstrap, 4), unique("py-group")
    client = consumer(bootstrap, group_id=group)
    client.commit(offsets=[TopicPartition(topic, 1, 11), TopicPartition(topic, 3, 33)], asynchronous=False)
    found = client.committed([TopicPartition(topic, p) for p in range(4)], timeout=10)
    equal([part.offset for part in found], [OFFSET_INVALID, 11, OFFSET_INVALID, 33])
    client.close()


def test_commit_metadata_comes_back(bootstrap):
    topic, group = new_topic(bootstrap), unique("py-group")
    client = consumer(bootstrap, group_id=group)
    client.commit(offsets=[TopicPartition(topic, 0, 5, "checkpoint 17")], asynchronous=False)
    (found,) = client.committed([TopicPartition(topic, 0)], timeout=10)
    equal((found.offset, found.metadata), (5, "checkpoint 17"))
    client.close()


def test_a_static_member_that_restarts_causes_no_rebalance(bootstrap):
    topic, group = new_topic(bootstrap, 4), unique("py-group")
    steady = Member(bootstrap, group, topic, group_instance_id="steady")
    restarting = Member(bootstrap, group, topic, group_instance_id="restarting")
    _settle([steady, restarting], 4, [2, 2])
    before, owned = steady.assignments, restarting.owned()
    restarting.close()
    again = Member(bootstrap, group, topic, group_instance_id="restarting")
    eventually(lambda: again.poll() or steady.poll() or again.owned() == owned, "the same partitions again")
    equal((steady.assignments, steady.revocations == before - 1), (before, True), "rebalances seen by the other member")
    steady.close()
    again.close()


def test_a_second_holder_of_an_instance_id_fences_the_first(bootstrap):
    topic, group = new_topic(bootstrap, 2), unique("py-group")
    first = Member(bootstrap, group, topic, group_instance_id="one")
    _settle([first], 2, [2])
    second = Member(bootstrap, group, topic, group_instance_id="one")

    def fenced():
        first.poll()
        second.poll()
        return any(m.error().code() in (KafkaError.FENCED_INSTANCE_ID, KafkaError._FATAL) for m in first.errors)
    eventually(fenced, "the first holder fenced")
    _settle([second], 2, [2])
    second.close()


def test_a_member_that_stops_heartbeating_is_replaced_after_its_session(bootstrap):
    topic, group = new_topic(bootstrap, 2), unique("py-group")
    slow = Member(bootstrap, group, topic, max_poll_interval_ms=6000)
    other = Member(bootstrap, group, topic)
    _settle([slow, other], 2, [1, 1])
    eventually(lambda: other.poll() or len(other.owned()) == 2, "the idle member's partition at the other")
    other.close()
    slow.close()


def test_a_subscription_by_pattern_finds_topics_made_later(bootstrap):
    prefix, group = unique("py-pattern"), unique("py-group")
    client = consumer(bootstrap, group_id=group, topic_metadata_refresh_interval_ms=500)
    client.subscribe([f"^{prefix}.*"])
    client.poll(0.2)
    send(producer(bootstrap), prefix + "-a", [b"a"])
    send(producer(bootstrap), prefix + "-b", [b"b"])
    equal({m.value() for m in receive(client, 2)}, {b"a", b"b"})
    client.close()


def test_a_commit_from_outside_a_live_group_is_refused(bootstrap):
    topic, group = new_topic(bootstrap), unique("py-group")
    member = Member(bootstrap, group, topic)
    _settle([member], 1, [1])
    outsider = consumer(bootstrap, group_id=group)
    error = raises(KafkaException, outsider.commit, offsets=[TopicPartition(topic, 0, 1)], asynchronous=False).args[0]
    equal(error.code(), KafkaError.UNKNOWN_MEMBER_ID)
    member.close()
    outsider.commit(offsets=[TopicPartition(topic, 0, 1)], asynchronous=False)
    (listed,) = done(admin(bootstrap).list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])).values()
    equal([(p.partition, p.offset) for p in listed.topic_partitions], [(0, 1)])
    outsider.close()
