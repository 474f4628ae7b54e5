"""The admin door as Prometheus, Kubernetes and people with curl use it."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "kafka" / "harness"))

import cases
import admin_http
import admin_metrics

if __name__ == "__main__":
    cases.main(admin_http, admin_metrics)
