"""Transactions: what is sent and acknowledged counts at the commit, or not at all."""

from cases import equal, unique
from peer import connected, in_every_version

SUITE = "stomp.py"


@in_every_version
def test_what_is_sent_is_there_after_the_commit(bootstrap, version):
    name = f"/queue/{unique('commit')}"
    with connected(bootstrap, version) as sender, connected(bootstrap, version) as receiver:
        receiver.subscribe(name)
        sender.receipt_of(sender.connection.begin, "t")
        for number in range(3):
            sender.connection.send(name, str(number), transaction="t")
        sender.send(name, b"outside")
        equal(receiver.receive().body, b"outside")
        sender.receipt_of(sender.connection.commit, "t")
        equal(receiver.bodies(3), [b"0", b"1", b"2"])


@in_every_version
def test_what_is_sent_is_gone_after_an_abort(bootstrap, version):
    name = f"/queue/{unique('abort')}"
    with connected(bootstrap, version) as peer:
        peer.subscribe(name)
        for transaction in ("t", "t"):  # the name is free again
            peer.receipt_of(peer.connection.begin, transaction)
            peer.connection.send(name, "1", transaction=transaction)
            peer.receipt_of(peer.connection.abort, transaction)
        peer.hears_nothing_more()


def test_an_acknowledgement_counts_with_its_commit(bootstrap):
    name = f"/queue/{unique('ack')}"
    with connected(bootstrap) as peer:
        peer.subscribe(name, ack="client-individual")
        for number in range(3):
            peer.send(name, b"%d" % number)
        got = [peer.receive() for _ in range(3)]
        for transaction, message in (("kept", got[0]), ("dropped", got[1])):
            peer.receipt_of(peer.connection.begin, transaction)
            peer.connection.ack(message.headers["ack"], transaction=transaction)
        peer.receipt_of(peer.connection.commit, "kept")
        peer.receipt_of(peer.connection.abort, "dropped")
        peer.ack(got[2])
    with connected(bootstrap) as peer:
        peer.subscribe(name)
        equal(peer.receive().body, b"1")
        peer.hears_nothing_more()


def test_open_transactions_end_with_their_connection(bootstrap):
    name = f"/queue/{unique('open')}"
    with connected(bootstrap) as peer:
        peer.receipt_of(peer.connection.begin, "t")
        peer.connection.send(name, "1", transaction="t")
    with connected(bootstrap) as peer:
        peer.subscribe(name)
        peer.hears_nothing_more()


def test_a_transaction_that_there_is_not_is_an_error(bootstrap):
    name = f"/queue/{unique('unknown')}"
    for act in (lambda peer: peer.connection.commit("no"), lambda peer: peer.connection.abort("no"),
                lambda peer: peer.connection.send(name, "1", transaction="no")):
        with connected(bootstrap) as peer:
            act(peer)
            equal(peer.error().headers["message"], "Bad transaction")
