"""The power goes under load, again and again: the file system is shut down without flushing anything, the broker killed, the file
system mounted anew. With the default flush = sync every record that was acknowledged with acks=all is there."""

import tempfile

from broker import Broker
from crashes import survive
from mount import Mount

MEGABYTES = 16384  # of a file with holes: what a hundred losses write must fit


def main():
    with (tempfile.TemporaryDirectory(prefix="wharf-power-") as folder, Mount(folder, MEGABYTES) as disk,
          Broker(f"{disk.path}/data", log=f"{folder}/log") as broker):
        def lose_power():
            disk.cut_power()
            broker.kill()
            disk.unmount()
            disk.mount()
            broker.start()

        broker.start()
        survive(broker, {"kept": {}}, lose_power, verify_every=1)
        broker.stop()


if __name__ == "__main__":
    main()
