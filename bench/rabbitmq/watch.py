"""What looks at a broker while it works: each second a scrape of /metrics, and what an open console asks for."""

import base64
import threading
import urllib.request

EACH_S = 1
PAGES = ("/metrics", "/api/overview", "/api/nodes", "/api/queues?page=1&page_size=100&sort=name")
GUEST = "Basic " + base64.b64encode(b"guest:guest").decode()


class Watcher:
    """Looks while it is told to. A page that does not come ends the benchmark: what was not looked at costs nothing."""

    def __init__(self, address):
        self.address = address
        self.looking = False
        self.looks = 0
        self.failed = None
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.watch)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()
        if self.failed:
            raise SystemExit(f"bench: nobody could look at the broker: {self.failed}")

    def declare_queues(self, count):
        """So that there is something to look at."""
        for number in range(count):
            self.ask(f"/api/queues/%2F/bench-idle-{number}", method="PUT", data=b'{"durable": true}')

    def ask(self, page, **more):
        asked = urllib.request.Request(f"http://{self.address}{page}", headers={"Authorization": GUEST, "Content-Type": "application/json"}, **more)
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return answer.read()

    def watch(self):
        while not self.ended.wait(EACH_S):
            if not self.looking:
                continue
            try:
                for page in PAGES:
                    self.ask(page)
                self.looks += 1
            except OSError as error:
                self.failed = error
                return
