"""What kill and power_loss have in common: writers at work, the fault again and again at a drawn moment, and the promises looked at.
WHARF_KILLS says how often (default 10), WHARF_SEED repeats the moments of an earlier run."""

import random

from drawn_faults import faults_and_seed
from workload import Writer, create_topic, verify

PARTITIONS = 4


def survive(broker, topics, fault, verify_every):
    """`topics`: name -> settings. `fault` ends the broker and brings it back. Returns the writers."""
    faults, seed = faults_and_seed()
    draw = random.Random(seed)
    writers = {}
    for topic, config in topics.items():
        # Small segments, so that rolls happen between the faults.
        create_topic(broker.bootstrap, topic, PARTITIONS, segment_bytes=str(1 << 20), **config)
        writers[topic] = [Writer(broker.bootstrap, topic, PARTITIONS, "idempotent-a"), Writer(broker.bootstrap, topic, PARTITIONS, "plain", False),
                          Writer(broker.bootstrap, topic, PARTITIONS, "idempotent-b", payload_bytes=3000)]
    everyone = [writer for group in writers.values() for writer in group]

    def check(when):
        for writer in everyone:  # or each look takes longer than the one before: what is written meanwhile is read by the next
            writer.hold()
        for topic, group in writers.items():
            total, acknowledged = verify(broker.bootstrap, topic, PARTITIONS, group)
            print(f"{when}, {topic}: {acknowledged} acknowledged, {total} stored, all as promised", flush=True)
        for writer in everyone:
            writer.go_on()

    for count in range(1, faults + 1):
        for writer in everyone:
            writer.wait_for_acknowledgements()
        draw.choice(everyone).wait_for_acknowledgements(draw.randrange(1, 1500))  # the fault's moment
        fault()
        if count % verify_every == 0 or count == faults:
            check(f"after {count} of {faults}")
    for writer in everyone:
        writer.finish()
    check("at the end")
    return everyone
