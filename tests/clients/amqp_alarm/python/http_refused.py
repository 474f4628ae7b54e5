"""Who publishes by HTTP cannot be told to wait, and is refused. RabbitMQ has no word for it, so without Wharf's program and its admin port there
are no cases."""

import os
import subprocess

from cases import equal, unique

SUITE = "http"

if "WHARF" in os.environ and "WHARF_ADMIN" in os.environ:
    def test_a_message_by_http_is_refused_with_the_reason(_):
        def wharf(*arguments):
            ran = subprocess.run([os.environ["WHARF"], "queue", *arguments], capture_output=True, timeout=50, check=False,
                                 env={**os.environ, "WHARF_ADMIN_URL": "http://" + os.environ["WHARF_ADMIN"]})
            return ran.returncode, ran.stderr.decode()

        queue = unique("q")
        equal(wharf("create", queue), (0, ""))
        equal(wharf("publish", queue, "x"), (1, "wharf queue: the broker is low on memory: publishers are held back until it is over\n"))
        equal(wharf("delete", queue, "--if-empty"), (0, ""))
