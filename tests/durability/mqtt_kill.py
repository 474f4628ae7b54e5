"""Kill -9 while devices publish and receive at QoS 2 in sessions that last: everything that was answered arrives, in order, and nothing
arrives twice.
WHARF_KILLS says how often (default 10), WHARF_SEED repeats the moments of an earlier run."""

import random
import tempfile
import threading

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from broker import Broker, own_address
from drawn_faults import faults_and_seed
from waiting import eventually

UNDER_WAY = 20
DEADLINE_S = 90


class Device:
    """A client whose session lasts; it comes back as often as it is cut off."""

    def __init__(self, address, name):
        host, port = address.rsplit(":", 1)
        self.connects = 0
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, name, protocol=mqtt.MQTTv311, clean_session=False)
        self.client.reconnect_delay_set(1, 1)
        self.client.max_inflight_messages_set(UNDER_WAY)
        self.client.on_connect = self.connected
        self.client.connect(host, int(port))
        self.client.loop_start()

    def connected(self, _client, _userdata, _flags, reason, _properties):
        self.connects += 0 if reason.is_failure else 1

    def close(self):
        self.client.disconnect()
        self.client.loop_stop()


def main():
    kills, seed = faults_and_seed()
    draw = random.Random(seed)
    address = own_address()
    with tempfile.TemporaryDirectory(prefix="wharf-mqtt-kill-") as folder, Broker(f"{folder}/data", **{"mqtt.listen": address}) as broker:
        broker.start()
        received, answered = [], []
        subscriber = Device(address, "subscriber")
        subscriber.client.on_message = lambda _c, _u, message: received.append(int(message.payload))
        granted = threading.Event()
        subscriber.client.on_subscribe = lambda *_: granted.set()
        eventually(lambda: subscriber.connects == 1, "connected", DEADLINE_S)
        subscriber.client.subscribe("jobs/#", 2)
        eventually(granted.is_set, "subscribed", DEADLINE_S)
        publisher = Device(address, "publisher")
        publisher.client.on_publish = lambda _c, _u, mid, _r, _p: answered.append(mid)
        eventually(lambda: publisher.connects == 1, "connected", DEADLINE_S)
        sent = 0

        def publish(count):
            nonlocal sent
            for _ in range(count):
                eventually(lambda: sent - len(answered) < UNDER_WAY, "room for another message", DEADLINE_S)
                sent += 1
                publisher.client.publish("jobs/x", str(sent), 2)

        for number in range(kills):
            publish(draw.randrange(50, 300))
            broker.kill()
            broker.start()
            eventually(lambda: publisher.connects >= number + 2 and subscriber.connects >= number + 2, "both are back", DEADLINE_S)
        publish(50)
        eventually(lambda: len(answered) >= sent, f"all answered: {len(answered)} of {sent}", DEADLINE_S)
        eventually(lambda: len(set(received)) >= sent, f"all received: {len(set(received))} of {sent}", DEADLINE_S)
        twice = len(received) - len(set(received))
        assert twice == 0, f"{twice} messages came twice"
        assert received == sorted(received), "not in order"
        publisher.close()
        subscriber.close()
        print(f"{kills} kills: {sent} messages at QoS 2, all received in order, each once", flush=True)
        broker.stop()


if __name__ == "__main__":
    main()
