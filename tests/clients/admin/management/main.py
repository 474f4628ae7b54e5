"""RabbitMQ's management API as its operators' scripts use it. Only the standard library: the API is plain HTTP and JSON."""

import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "kafka" / "harness"))

import cases
import management_access
import management_commands
import management_entities
import management_messages
import management_policies

if __name__ == "__main__":
    modules = [management_access, management_entities, management_messages, management_policies]
    if "WHARF" in os.environ:
        modules.append(management_commands)
    cases.main(*modules)
