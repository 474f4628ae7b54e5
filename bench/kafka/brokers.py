"""The two brokers: started fresh, measured from outside by what the kernel says of their process, stopped."""

import json
import os
import random
import shutil
import socket
import struct
import subprocess
import tempfile
import time

TICKS = os.sysconf("SC_CLK_TCK")
START_DEADLINE_S = 60
LISTENERS = ("amqp.listen", "mqtt.listen", "mqtt.ws_listen", "stomp.listen", "stomp.ws_listen", "admin.listen")  # those that may be nowhere


def is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def free_ports(count):
    """The first of so many free ports in a row. Not of those that the kernel gives to clients: one of them could be gone when a broker that
    takes seconds to start comes to open it."""
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as clients:
        below = int(clients.read().split()[0])
    while True:
        first = random.randrange(min(10_000, below // 2), below - count)
        if all(is_free(first + more) for more in range(count)):
            return first


def answers(port):
    """Whether a broker answers an ApiVersions request of version 0."""
    request = struct.pack(">hhih", 18, 0, 1, 4) + b"wait"
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as connection:
            connection.settimeout(2)
            connection.sendall(struct.pack(">i", len(request)) + request)
            return len(connection.recv(4)) == 4
    except OSError:
        return False


class Broker:
    def __init__(self, name):
        self.name = name
        self.port = free_ports(1)
        self.bootstrap = f"127.0.0.1:{self.port}"
        self.folder = tempfile.mkdtemp(prefix=f"bench-{name}-")
        self.log = open(f"{self.folder}/log", "wb")
        self.process = None
        self.pid = None
        self.start_s = None

    def answers(self):
        return answers(self.port)

    def launch(self, arguments, environment=None):
        begin = time.monotonic()
        environment = environment or {name: value for name, value in os.environ.items() if not name.startswith("WHARF")}
        self.process = subprocess.Popen(arguments, stdout=self.log, stderr=self.log, env=environment)
        self.pid = self.process.pid
        while not self.answers():
            if self.process.poll() or time.monotonic() > begin + START_DEADLINE_S:
                raise SystemExit(f"{self.name} did not start; see {self.folder}/log")
            time.sleep(0.002)
        self.start_s = time.monotonic() - begin

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()

    def remove(self):
        """After all brokers have run: ext4 makes files more slowly for minutes after many were removed."""
        shutil.rmtree(self.folder)

    def cpu_s(self):
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def resident_mb(self, peak=False):
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            word = "VmHWM:" if peak else "VmRSS:"
            return next(int(line.split()[1]) for line in status if line.startswith(word)) / 1024


class Kafka(Broker):
    """One KRaft node as its own quick start configures it, with a heap that its load needs and no waiting for group members."""

    def __init__(self):
        super().__init__("kafka")

    def start(self):
        controller = free_ports(1)
        properties = f"{self.folder}/server.properties"
        with open(properties, "w", encoding="ascii") as out:
            out.write(f"""process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://{self.bootstrap},CONTROLLER://127.0.0.1:{controller}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
log.dirs={self.folder}/data
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
""")
        java = ["java", "-cp", f"{os.environ['KAFKA_JARS']}/*"]
        subprocess.run([*java, "-Xmx256m", "kafka.tools.StorageTool", "format", "-t", "benchmarkAAAAAAAAAAAAA", "-c", properties],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.launch([*java, "-Xms2g", "-Xmx2g", "-server", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20", "-XX:InitiatingHeapOccupancyPercent=35",
                     "-XX:+ExplicitGCInvokesConcurrent", "kafka.Kafka", properties])


class Wharf(Broker):
    def __init__(self, flush):
        super().__init__(f"wharf-{flush}")
        self.flush = flush

    @staticmethod
    def program():
        return os.environ["WHARF"]

    def serve(self, settings):
        """With those listeners alone that the settings name; Kafka's has to be somewhere."""
        settings = {**dict.fromkeys(LISTENERS, ""), "kafka.listen": f"127.0.0.1:{free_ports(1)}", **settings}
        told = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
        self.launch([self.program(), "serve", "--data", f"{self.folder}/data", *told])

    def start(self):
        self.serve({"kafka.listen": self.bootstrap, "log.flush": self.flush, "group.initial.rebalance.delay.ms": 0})


def wharf_bench(broker, *arguments):
    """One run of `wharf bench` with the broker's process measured beside; its line of JSON."""
    done = subprocess.run([os.environ["WHARF"], "bench", *map(str, arguments), "--bootstrap", broker.bootstrap, "--pid",
                           str(broker.pid), "--json"], check=True, capture_output=True, text=True)
    return json.loads(done.stdout.strip().splitlines()[-1])
