"""Kill -9 under load, restart, again and again: no acknowledged record is gone, no offset appears twice or is skipped, idempotent
producers leave no duplicates."""

import tempfile

from broker import Broker
from crashes import survive


def main():
    with tempfile.TemporaryDirectory(prefix="wharf-kill-") as folder, Broker(f"{folder}/data") as broker:
        def kill():
            broker.kill()
            broker.start()

        broker.start()
        everyone = survive(broker, {"sync": {}, "async": {"wharf_flush": "async"}}, kill, verify_every=10)
        errors = {writer.name: dict(writer.errors) for writer in everyone if writer.errors}
        if errors:
            raise AssertionError(f"errors that no client should have seen: {errors}")
        broker.stop()


if __name__ == "__main__":
    main()
