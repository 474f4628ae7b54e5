"""The classic group protocol and its offsets: who waits for whom, which error each lost member gets, in each version."""

from broker import NONE, Topic
from cases import equal, eventually, unique
from wire import Connection

SUITE = "traps groups"
METADATA_TOO_LARGE, UNKNOWN_TOPIC, ILLEGAL_GENERATION, INCONSISTENT, INVALID_GROUP = 12, 3, 22, 23, 24
UNKNOWN_MEMBER, INVALID_SESSION_TIMEOUT, REBALANCING, MEMBER_ID_REQUIRED, FENCED_INSTANCE = 25, 26, 27, 79, 82
INVALID_REQUEST, GROUP_ID_NOT_FOUND, NON_EMPTY_GROUP = 42, 69, 68
# A well-formed subscription to topic "t": Kafka looks into it, and never answers a join whose bytes do not parse.
SUBSCRIPTION = b"\0\0" b"\0\0\0\1" b"\0\1t" b"\xff\xff\xff\xff"


class Member:
    """One member on its own connection."""

    def __init__(self, bootstrap, group, instance=None, protocols=(("range", SUBSCRIPTION),)):
        self.wire, self.group, self.instance, self.protocols = Connection(bootstrap), group, instance, protocols
        self.id, self.generation, self.joined = "", -1, None

    def start_joining(self, version=5, **changed):
        return self.wire.send("JoinGroup", version, {
            "group_id": self.group, "session_timeout_ms": 10000, "rebalance_timeout_ms": 10000, "member_id": self.id,
            "protocol_type": "consumer", "protocols": [{"name": name, "metadata": data} for name, data in self.protocols],
            **({"group_instance_id": self.instance} if version >= 5 else {}), **changed})

    def end_joining(self, correlation, version=5):
        self.joined = self.wire.receive("JoinGroup", version, correlation)
        if self.joined["error_code"] in (NONE, MEMBER_ID_REQUIRED):
            self.id, self.generation = self.joined["member_id"], self.joined["generation_id"]
        return self.joined["error_code"]

    def join(self, version=5, **changed):
        return self.end_joining(self.start_joining(version, **changed), version)

    def enter(self, version=5):
        """Joins to the end: with the id that a first join is given where the version asks for it."""
        error = self.join(version)
        equal(self.join(version) if error == MEMBER_ID_REQUIRED else error, NONE, "join")
        return self

    def start_sync(self, assignments=(), version=3, **more):
        return self.wire.send("SyncGroup", version, {
            "group_id": self.group, "generation_id": self.generation, "member_id": self.id,
            **({"group_instance_id": self.instance} if version >= 3 else {}),
            "assignments": [{"member_id": member, "assignment": data} for member, data in assignments], **more})

    def end_sync(self, correlation, version=3):
        answer = self.wire.receive("SyncGroup", version, correlation)
        return answer["error_code"], answer["assignment"]

    def sync(self, assignments=(), version=3, **more):
        return self.end_sync(self.start_sync(assignments, version, **more), version)

    def heartbeat(self, version=3, **changed):
        return self.wire.ask("Heartbeat", version, {
            "group_id": self.group, "generation_id": self.generation, "member_id": self.id,
            **({"group_instance_id": self.instance} if version >= 3 else {}), **changed})["error_code"]

    def commit(self, topic, offset, version=7, partition=0, metadata="", **changed):
        answer = self.wire.ask("OffsetCommit", version, {
            "group_id": self.group, "generation_id_or_member_epoch": self.generation, "member_id": self.id,
            **({"group_instance_id": self.instance} if version >= 7 else {}), "topics": [{
                "name": topic.name, "partitions": [{"partition_index": partition, "committed_offset": offset,
                                                    "committed_metadata": metadata}]}], **changed})
        return answer["topics"][0]["partitions"][0]["error_code"]


def _settled(bootstrap, **named):
    """A group of one member that has its assignment."""
    member = Member(bootstrap, unique("trap-group"), **named).enter()
    equal(member.sync([(member.id, b"all")]), (NONE, b"all"))
    return member


def _pair(bootstrap):
    """Two members that have both joined and not yet synced: (leader, follower)."""
    first = _settled(bootstrap)
    second = Member(bootstrap, first.group)
    equal(second.join(), MEMBER_ID_REQUIRED)
    joining = second.start_joining()
    eventually(lambda: first.heartbeat() == REBALANCING, "the heartbeat that tells of the rebalance")
    equal(first.join(), NONE)
    equal(second.end_joining(joining), NONE)
    return first, second


def test_a_first_join_gets_an_id_to_come_back_with_from_version_4_on(bootstrap):
    for version in range(10):
        member = Member(bootstrap, unique("trap-group"))
        error = member.join(version)
        equal(error, MEMBER_ID_REQUIRED if version >= 4 else NONE, f"v{version}")
        assert member.id, "no member id"
        if version >= 4:
            equal(member.joined["members"], [], f"v{version} members")
            equal(member.join(version), NONE, f"v{version} again")
        equal((member.joined["leader"], member.joined["generation_id"], member.joined["protocol_name"]), (member.id, 1, "range"))
        equal([m["metadata"] for m in member.joined["members"]], [SUBSCRIPTION], f"v{version} metadata")


def test_bad_joins_are_refused_each_with_its_error(bootstrap):
    member = Member(bootstrap, unique("trap-group"))
    equal(member.join(group_id=""), INVALID_GROUP)
    equal(member.join(session_timeout_ms=1), INVALID_SESSION_TIMEOUT)
    equal(member.join(session_timeout_ms=99999999), INVALID_SESSION_TIMEOUT)
    equal(member.join(member_id="nobody"), UNKNOWN_MEMBER)
    equal(member.join(protocols=[]), INCONSISTENT)
    equal(member.join(protocol_type=""), INCONSISTENT)


def test_a_stranger_without_a_common_protocol_is_refused_and_the_group_stays(bootstrap):
    member = _settled(bootstrap)
    stranger = Member(bootstrap, member.group, protocols=(("other", b""),))
    equal(stranger.join(0), INCONSISTENT)
    equal(stranger.join(0, protocol_type="connect"), INCONSISTENT)
    equal(member.heartbeat(), NONE)


def test_only_the_leader_sees_the_members_and_both_the_same_generation(bootstrap):
    leader, follower = _pair(bootstrap)
    equal((leader.joined["leader"], follower.joined["leader"]), (leader.id, leader.id))
    equal((leader.generation, follower.generation), (2, 2))
    equal(sorted(m["member_id"] for m in leader.joined["members"]), sorted([leader.id, follower.id]))
    equal(follower.joined["members"], [])


def test_a_followers_sync_waits_for_the_leaders(bootstrap):
    leader, follower = _pair(bootstrap)
    waiting = follower.start_sync()
    assert not follower.wire.answered_within(0.4), "answered before the leader's assignment"
    equal(leader.sync([(leader.id, b"\0left\xff"), (follower.id, b"\0right\xff")]), (NONE, b"\0left\xff"))
    equal(follower.end_sync(waiting), (NONE, b"\0right\xff"))
    equal(follower.sync(), (NONE, b"\0right\xff"), "asked again")


def test_a_member_the_leader_left_out_gets_no_bytes_and_no_error(bootstrap):
    leader, follower = _pair(bootstrap)
    equal(leader.sync([(leader.id, b"all")]), (NONE, b"all"))
    equal(follower.sync(), (NONE, b""))


def test_a_waiting_sync_ends_when_the_generation_does(bootstrap):
    leader, follower = _pair(bootstrap)
    waiting = follower.start_sync()
    third = Member(bootstrap, leader.group)
    equal(third.join(), MEMBER_ID_REQUIRED)
    third.start_joining()
    equal(follower.end_sync(waiting), (REBALANCING, b""))


def test_a_leader_that_leaves_hands_the_lead_to_another(bootstrap):
    leader, follower = _pair(bootstrap)
    waiting = follower.start_sync()
    equal(leader.wire.ask("LeaveGroup", 1, {"group_id": leader.group, "member_id": leader.id})["error_code"], NONE)
    equal(follower.end_sync(waiting), (REBALANCING, b""))
    equal(follower.join(), NONE)
    equal((follower.joined["leader"], follower.generation), (follower.id, 3))
    equal(follower.sync([(follower.id, b"all")]), (NONE, b"all"))


def test_syncs_of_the_wrong_generation_member_or_protocol_are_refused(bootstrap):
    member = _settled(bootstrap)
    for version in range(5):
        equal(member.sync(version=version, generation_id=99), (ILLEGAL_GENERATION, b""), f"v{version}")
        equal(member.sync(version=version, member_id="nobody"), (UNKNOWN_MEMBER, b""), f"v{version}")
    equal(member.sync(version=5, protocol_type="consumer", protocol_name="range"), (NONE, b"all"))
    equal(member.sync(version=5, protocol_type="connect", protocol_name="range"), (INCONSISTENT, b""))
    equal(member.sync(version=5, protocol_type="consumer", protocol_name="other"), (INCONSISTENT, b""))


def test_heartbeats_tell_each_way_of_being_lost_in_every_version(bootstrap):
    member = _settled(bootstrap)
    for version in range(5):
        equal(member.heartbeat(version), NONE, f"v{version}")
        equal(member.heartbeat(version, generation_id=99), ILLEGAL_GENERATION, f"v{version}")
        equal(member.heartbeat(version, member_id="nobody"), UNKNOWN_MEMBER, f"v{version}")
        equal(member.heartbeat(version, group_id=unique("trap-group")), UNKNOWN_MEMBER, f"v{version}")


def test_a_heartbeat_is_fine_while_the_assignment_is_awaited(bootstrap):
    leader, follower = _pair(bootstrap)
    equal((leader.heartbeat(), follower.heartbeat()), (NONE, NONE))


def test_commits_are_taken_while_members_rejoin_and_refused_while_the_assignment_is_awaited(bootstrap):
    topic, first = Topic(bootstrap), _settled(bootstrap)
    second = Member(bootstrap, first.group)
    equal(second.join(), MEMBER_ID_REQUIRED)
    joining = second.start_joining()
    eventually(lambda: first.heartbeat() == REBALANCING, "the rebalance")
    equal(first.commit(topic, 5), NONE, "preparing the rebalance, still its generation")
    equal(first.join(), NONE)
    equal(second.end_joining(joining), NONE)
    equal(first.commit(topic, 6), REBALANCING, "awaiting the assignment")
    equal(first.sync([(first.id, b"x"), (second.id, b"y")])[0], NONE)
    equal(first.commit(topic, 7), NONE, "settled")


def test_commits_of_the_wrong_generation_or_member_are_refused_in_every_version(bootstrap):
    topic, member = Topic(bootstrap), _settled(bootstrap)
    for version in range(2, 10):
        equal(member.commit(topic, version, version), NONE, f"v{version}")
        equal(member.commit(topic, 1, version, generation_id_or_member_epoch=99), ILLEGAL_GENERATION, f"v{version}")
        equal(member.commit(topic, 1, version, member_id="nobody"), UNKNOWN_MEMBER, f"v{version}")
        equal(member.commit(topic, 1, version, generation_id_or_member_epoch=-1, member_id=""), UNKNOWN_MEMBER,
              f"v{version}: a simple consumer beside members")


def test_a_commit_is_refused_for_what_does_not_exist_or_is_too_long(bootstrap):
    topic, simple = Topic(bootstrap), Member(bootstrap, unique("trap-group"))
    missing = type("Missing", (), {"name": unique("trap-missing")})
    for version in range(2, 10):
        equal(simple.commit(missing, 1, version), UNKNOWN_TOPIC, f"v{version}")
        equal(simple.commit(topic, 1, version, partition=9), UNKNOWN_TOPIC, f"v{version}")
        equal(simple.commit(topic, 1, version, metadata="m" * 4097), METADATA_TOO_LARGE, f"v{version}")
    equal(simple.commit(topic, 1, metadata="m" * 4096), NONE, "the longest metadata")
    for version, code in ((7, ILLEGAL_GENERATION), (8, ILLEGAL_GENERATION), (9, GROUP_ID_NOT_FOUND)):
        equal(Member(bootstrap, unique("trap-group")).commit(topic, 1, version, generation_id_or_member_epoch=5, member_id="who"),
              code, f"v{version}: a generation of a group that never was")


def _offsets(wire, version, group, topics):
    """OffsetFetch as {(topic, partition): offset}, with its top or group error where the version has one."""
    asked = None if topics is None else [{"name": name, "partition_indexes": parts} for name, parts in topics]
    answer = wire.ask("OffsetFetch", version, {"group_id": group, "topics": asked} if version < 8 else
                      {"groups": [{"group_id": group, "topics": asked}]})
    answer = answer if version < 8 else answer["groups"][0]
    equal(answer.get("error_code", NONE), NONE, f"OffsetFetch v{version}")
    for topic in answer["topics"]:
        for part in topic["partitions"]:
            equal(part["error_code"], NONE, f"v{version} partition error")
    return {(t["name"], p["partition_index"]): (p["committed_offset"], p["metadata"]) for t in answer["topics"] for p in t["partitions"]}


def test_offsets_are_found_per_partition_and_minus_one_where_there_is_none(bootstrap):
    topic, simple = Topic(bootstrap, partitions=3), Member(bootstrap, unique("trap-group"))
    equal(simple.commit(topic, 7, metadata="seven"), NONE)
    equal(simple.commit(topic, 9, partition=2), NONE)
    for version in range(1, 10):
        equal(_offsets(simple.wire, version, simple.group, [(topic.name, [0, 1, 2, 5])]),
              {(topic.name, 0): (7, "seven"), (topic.name, 1): (-1, ""), (topic.name, 2): (9, ""), (topic.name, 5): (-1, "")},
              f"v{version}")
        equal(_offsets(simple.wire, version, unique("trap-group"), [(topic.name, [0])]), {(topic.name, 0): (-1, "")},
              f"v{version} of an unknown group")
    for version in range(2, 10):
        equal(_offsets(simple.wire, version, simple.group, None), {(topic.name, 0): (7, "seven"), (topic.name, 2): (9, "")},
              f"v{version}: all")


def test_a_fetch_of_offsets_sees_the_commit_that_was_sent_before_it(bootstrap):
    """Kafka serves a connection in order: `commitAsync(); committed()` tells what was committed, on disk or not yet."""
    topic, simple = Topic(bootstrap), Member(bootstrap, unique("trap-group"))
    for offset in range(1, 100):
        committed = simple.wire.send("OffsetCommit", 7, {
            "group_id": simple.group, "generation_id_or_member_epoch": -1, "member_id": "", "topics": [{
                "name": topic.name, "partitions": [{"partition_index": 0, "committed_offset": offset,
                                                    "committed_metadata": ""}]}]})
        fetched = simple.wire.send("OffsetFetch", 7, {"group_id": simple.group, "topics": [
            {"name": topic.name, "partition_indexes": [0]}]})
        simple.wire.receive("OffsetCommit", 7, committed)
        (part,) = simple.wire.receive("OffsetFetch", 7, fetched)["topics"][0]["partitions"]
        equal(part["committed_offset"], offset)


def test_the_empty_group_keeps_offsets(bootstrap):
    """It is the default of Java's consumers before 2.2, which commit on it."""
    topic, simple = Topic(bootstrap), Member(bootstrap, "")
    for version in range(2, 10):
        equal(simple.commit(topic, version, version), NONE, f"v{version}")
        equal(_offsets(simple.wire, version, "", [(topic.name, [0])]), {(topic.name, 0): (version, "")})


def test_offsets_of_several_groups_are_fetched_in_one_request(bootstrap):
    topic, one = Topic(bootstrap), Member(bootstrap, unique("trap-group"))
    equal(one.commit(topic, 3), NONE)
    answer = one.wire.ask("OffsetFetch", 8, {"groups": [{"group_id": one.group, "topics": None},
                                                        {"group_id": "trap-nobody", "topics": None}]})
    equal([(group["group_id"], len(group["topics"]), group["error_code"]) for group in answer["groups"]],
          [(one.group, 1, NONE), ("trap-nobody", 0, NONE)])


def test_offsets_by_topic_id_are_the_same_offsets(bootstrap):
    topic, simple = Topic(bootstrap), Member(bootstrap, unique("trap-group"))
    (answer,) = simple.wire.ask("OffsetCommit", 10, {"group_id": simple.group, "topics": [
        {"topic_id": topic.id, "partitions": [{"committed_offset": 4, "committed_metadata": ""}]}]})["topics"]
    equal((answer["topic_id"], answer["partitions"][0]["error_code"]), (topic.id, NONE))
    (group,) = simple.wire.ask("OffsetFetch", 10, {"groups": [{"group_id": simple.group, "topics": [
        {"topic_id": topic.id, "partition_indexes": [0]}, {"topic_id": b"u" * 16, "partition_indexes": [0]}]}]})["groups"]
    equal({t["topic_id"]: (t["partitions"][0]["committed_offset"], t["partitions"][0]["error_code"]) for t in group["topics"]},
          {topic.id: (4, NONE), b"u" * 16: (-1, 100)})
    equal(_offsets(simple.wire, 9, simple.group, None), {(topic.name, 0): (4, "")})


def test_a_static_member_comes_back_without_a_rebalance_and_its_old_self_is_fenced(bootstrap):
    topic, group = Topic(bootstrap), unique("trap-group")
    old = Member(bootstrap, group, instance="one")
    equal(old.join(), NONE, "no id is asked of a static member")
    equal(old.sync([(old.id, b"mine")]), (NONE, b"mine"))
    new = Member(bootstrap, group, instance="one")
    equal((new.join(), new.generation, new.id != old.id), (NONE, 1, True))
    equal(new.sync(), (NONE, b"mine"), "its assignment")
    equal((old.heartbeat(), old.commit(topic, 1), old.sync(), old.join()),
          (FENCED_INSTANCE, FENCED_INSTANCE, (FENCED_INSTANCE, b""), FENCED_INSTANCE))
    equal(old.heartbeat(group_instance_id=None), UNKNOWN_MEMBER, "the old id alone")
    equal(new.heartbeat(), NONE)


def test_version_9_tells_a_returning_static_leader_to_skip_the_assignment(bootstrap):
    group = unique("trap-group")
    old = Member(bootstrap, group, instance="one")
    equal((old.join(9), old.joined["skip_assignment"]), (NONE, False))
    equal(old.sync([(old.id, b"mine")])[0], NONE)
    new = Member(bootstrap, group, instance="one")
    equal((new.join(9), new.joined["skip_assignment"], new.joined["leader"]), (NONE, True, new.id))
    equal(new.sync(), (NONE, b"mine"))


def test_members_leave_by_id_or_by_instance(bootstrap):
    first = _settled(bootstrap)
    for version in (0, 1, 2):
        equal(first.wire.ask("LeaveGroup", version, {"group_id": first.group, "member_id": "nobody"})["error_code"], UNKNOWN_MEMBER)
    static = Member(bootstrap, unique("trap-group"), instance="one")
    equal(static.join(), NONE)
    for version in (3, 4, 5):
        answer = static.wire.ask("LeaveGroup", version, {"group_id": static.group, "members": [
            {"member_id": "", "group_instance_id": "stranger"}, {"member_id": "nobody"}]})
        equal((answer["error_code"], [m["error_code"] for m in answer["members"]]), (NONE, [UNKNOWN_MEMBER] * 2), f"v{version}")
    answer = static.wire.ask("LeaveGroup", 3, {"group_id": static.group, "members": [{"member_id": "", "group_instance_id": "one"}]})
    equal((answer["error_code"], answer["members"][0]["error_code"]), (NONE, NONE))
    equal(static.heartbeat(), UNKNOWN_MEMBER)


def test_find_coordinator_answers_one_or_many_and_refuses_an_unknown_kind(bootstrap):
    host, port = bootstrap.rsplit(":", 1)
    with Connection(bootstrap) as wire:
        for version in range(4):
            answer = wire.ask("FindCoordinator", version, {"key": "any"})
            equal((answer["error_code"], answer["host"], answer["port"]), (NONE, host, int(port)), f"v{version}")
        for version in (4, 5, 6):
            answers = wire.ask("FindCoordinator", version, {"coordinator_keys": ["a", "b"]})["coordinators"]
            equal([(a["key"], a["error_code"], a["host"], a["port"]) for a in answers],
                  [("a", NONE, host, int(port)), ("b", NONE, host, int(port))], f"v{version}")
        equal(wire.ask("FindCoordinator", 1, {"key": "any", "key_type": 9})["error_code"], INVALID_REQUEST)
        equal(wire.ask("FindCoordinator", 4, {"coordinator_keys": ["a"], "key_type": 9})["coordinators"][0]["error_code"],
              INVALID_REQUEST)


def test_an_unknown_group_is_dead_without_error_until_version_6(bootstrap):
    with Connection(bootstrap) as wire:
        for version in range(7):
            (group,) = wire.ask("DescribeGroups", version, {"groups": [unique("trap-group")]})["groups"]
            equal((group["group_state"], group["error_code"]), ("Dead", NONE if version < 6 else GROUP_ID_NOT_FOUND), f"v{version}")


def test_groups_are_described_listed_and_deleted_only_when_empty(bootstrap):
    member = _settled(bootstrap)
    for version in range(7):
        (group,) = member.wire.ask("DescribeGroups", version, {"groups": [member.group]})["groups"]
        equal((group["error_code"], group["group_state"], group["protocol_type"], group["protocol_data"]),
              (NONE, "Stable", "consumer", "range"), f"v{version}")
        equal([(m["member_id"], m["client_id"], m["member_metadata"], m["member_assignment"]) for m in group["members"]],
              [(member.id, "traps", SUBSCRIPTION, b"all")], f"v{version}")
    for version in range(6):
        listed = {g["group_id"]: g for g in member.wire.ask("ListGroups", version, {})["groups"]}
        equal(listed[member.group]["protocol_type"], "consumer", f"v{version}")
        equal(listed[member.group].get("group_state", "Stable"), "Stable", f"v{version}")
        equal(listed[member.group].get("group_type", "classic"), "classic", f"v{version}")

    def delete(version=2):
        return member.wire.ask("DeleteGroups", version, {"groups_names": [member.group]})["results"][0]["error_code"]
    equal(delete(), NON_EMPTY_GROUP)
    equal(member.wire.ask("LeaveGroup", 1, {"group_id": member.group, "member_id": member.id})["error_code"], NONE)
    equal(delete(), NONE)
    for version in range(3):
        equal(delete(version), GROUP_ID_NOT_FOUND, f"v{version}")


def test_a_dead_connection_is_no_leave_and_its_session_ends_it(bootstrap):
    group = unique("trap-group")
    gone = Member(bootstrap, group)
    equal(gone.join(3, session_timeout_ms=6000), NONE)
    equal(gone.sync([(gone.id, b"all")]), (NONE, b"all"))
    gone.wire.socket.close()
    heir = Member(bootstrap, group)
    joining = heir.start_joining(3)
    assert not heir.wire.answered_within(1), "the group did not wait for the lost member"
    equal(heir.end_joining(joining, 3), NONE)
    equal([m["member_id"] for m in heir.joined["members"]], [heir.id])
