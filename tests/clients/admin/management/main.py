"""RabbitMQ's management API as its operators' scripts use it. Only the standard library: the API is plain HTTP and JSON."""

import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "kafka" / "harness"))

import cases
import management_access
import management_commands
import management_definitions
import management_entities
import management_messages
import management_nodes
import management_policies
import management_rabbitmqadmin
import management_statistics

if __name__ == "__main__":
    modules = [management_access, management_entities, management_messages, management_policies,
               management_nodes, management_definitions, management_statistics]
    if management_rabbitmqadmin.PROGRAM:
        modules.append(management_rabbitmqadmin)
    if "WHARF" in os.environ:
        modules.append(management_commands)
    cases.main(*modules)
