"""README's first hour, typed: each command is taken from README itself, none is left out, and what it prints is looked at."""

import os
import random
import tempfile

from readme import Blocks
from terminal import Terminals

HERE = os.path.dirname(os.path.abspath(__file__))
README = os.path.join(HERE, "..", "..", "README.md")
LOG_BYTES = 100 << 20
LOG_IN_README = "/var/log/some-access.log"


def write_access_log(path):
    """A web server's, of 100 MiB and a little: lines of many lengths, with text that is not ASCII; none is empty, as kcat sends no such line."""
    dice = random.Random(8)
    agents = ["Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/132.0", "curl/8.5.0", "\u00dcn\u00efcode-Crawler/1.0 (+https://example.org/b\u00fasqueda)", "-"]
    written = 0
    with open(path, "wb") as log:
        while written < LOG_BYTES:
            lines = "".join(
                f'203.0.113.{dice.randrange(256)} - - [28/Nov/2026:06:{dice.randrange(60):02}:{dice.randrange(60):02} +0000] "GET /shop/{dice.getrandbits(48):x}'
                f'?page={"n" * dice.randrange(40)} HTTP/1.1" {dice.choice((200, 200, 304, 404))} {dice.randrange(100000)} "-" "{dice.choice(agents)}"\n'
                for _ in range(10000)).encode()
            written += log.write(lines)


def expect(printed, *said):
    for text in said:
        if text not in printed:
            raise AssertionError(f"'{text}' is missing in:\n{printed}")


def lines_of(block):
    return [line.split("   #")[0].rstrip() for line in block.splitlines() if line]


def files_through_wharf_and_kcat(readme, terminals):
    log = os.path.join(terminals.folder, "access.log")
    write_access_log(log)
    blocks = [readme.take(said) for said in ("wharf produce --topic access-log ", "kcat -P -b 127.0.0.1:9092 -t access-log-2")]
    terminals.type("\n".join(blocks).replace(LOG_IN_README, log))  # one shell, for LOG; each ends with cmp


def kafka_tools(readme, terminals):
    """And the log once more: no block of README's, the same tools."""
    create, produce, consume, describe = lines_of(readme.take("kafka-console-producer.sh"))
    expect(terminals.type(create), "Created topic orders.")
    terminals.type(produce, stdin="one\ntwo\nthree\n")
    with terminals.beside(consume) as reader:
        for said in ("one", "two", "three"):
            reader.shows(said)
    expect(terminals.type(describe), "readers", "orders")
    terminals.type("kafka-topics.sh --bootstrap-server 127.0.0.1:9092 --create --topic access-log-3 --partitions 1")
    terminals.type("kafka-console-producer.sh --bootstrap-server 127.0.0.1:9092 --topic access-log-3 < access.log")
    terminals.type("kafka-console-consumer.sh --bootstrap-server 127.0.0.1:9092 --topic access-log-3 --from-beginning "
                   "--max-messages $(wc -l < access.log) > copy-3.log; cmp access.log copy-3.log")


def publisher_with_confirms(readme, terminals):
    program = readme.take("channel.confirm_delivery()                     #")
    expect(terminals.python(program), "b'paint it'")


def task_queue_with_retries(readme, terminals):
    (terminals.folder / "tasks.py").write_text(readme.take("@app.task"), encoding="utf-8")
    worker, program = lines_of(readme.take("celery -A tasks worker"))
    with terminals.beside(worker) as working:
        working.shows("key=celery")
        expect(terminals.type(program), "it is painted, at the third try")


def one_side_reads_the_other(readme, terminals):
    printed = terminals.type(readme.take("wharf topic create events"))
    expect(printed, "from a RabbitMQ client\nfrom a Kafka client", "0 from a RabbitMQ client\n1 from a Kafka client")


def users(readme, terminals):
    expect(terminals.type(readme.take("wharf user add shop")), "jobs")
    expect(terminals.type("wharf user list"), "shop")


def what_flows_in_the_console(readme, terminals):
    with terminals.beside(readme.take("seq 100000")):
        terminals.type("until wharf consume --topic shop-orders --exit-at-end | grep -q '{\"order\": 100}'; do :; done")
    expect(terminals.type("curl -sf -H 'Accept: text/html' 127.0.0.1:15672/"), "<html")


def what_died(readme, terminals):
    terminals.type(readme.take("wharf queue create dead-letters"))
    terminals.type("until wharf queue peek dead-letters | grep -q 'expired in invoices.*4700'; do :; done")


def until_bound(terminals, queue):
    terminals.type(f"until wharf binding list | grep -q '{queue}.*plant[.][*][.]temp'; do :; done")


def devices(readme, terminals):
    queue, topic, device, sensor, another = lines_of(readme.take("amqp-consume"))
    with terminals.beside(queue) as queued, terminals.beside(topic) as consumed, terminals.beside(device) as heard:
        until_bound(terminals, "temperatures")
        terminals.type("until wharf topic list | grep -q plant.7.temp; do :; done")
        until_bound(terminals, "mqtt")
        terminals.type(sensor)
        for terminal in (queued, consumed, heard):
            terminal.shows("21.5")
        terminals.type(another)
        for terminal in (queued, heard):
            terminal.shows("19.0")
    expect(terminals.type(readme.take("wharf topic create sensors")), "plant.9.temp 20.0")


def scripts(readme, terminals):
    listen, _, program = readme.take("venv/bin/stomp").partition("\n")
    with terminals.beside(*lines_of(listen)) as hears:
        until_bound(terminals, "stomp")
        terminals.type(program)
        hears.shows("22.0")
    expect(terminals.type("wharf queue peek jobs"), "paint it")


def how_it_is_doing(readme, terminals):
    ready, metrics, top = lines_of(readme.take("/readyz"))
    terminals.type(ready)
    expect(terminals.type(metrics), 'topic="access-log"')
    with terminals.beside(top) as looking:
        looking.shows("jobs")


HOUR = [files_through_wharf_and_kcat, kafka_tools, publisher_with_confirms, task_queue_with_retries, one_side_reads_the_other, users,
        what_flows_in_the_console, what_died, devices, scripts, how_it_is_doing]


def main():
    readme = Blocks(README, "The first hour")
    with tempfile.TemporaryDirectory(prefix="wharf-first-hour-") as folder, Terminals(folder, os.environ["FIRST_HOUR_PROGRAMS"].split(":")) as terminals:
        os.symlink(os.environ["FIRST_HOUR_VENV"], os.path.join(folder, "venv"))
        for step in HOUR:
            print(f"# {step.__name__.replace('_', ' ')}", flush=True)
            step(readme, terminals)
    if readme.left:
        raise AssertionError("nobody types:\n" + "\n\n".join(readme.left))
    print("the first hour is as README says")


if __name__ == "__main__":
    main()
