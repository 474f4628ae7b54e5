"""Kafka's error numbers, asked of its own Errors enum by a single-file Java program."""
import json
import pathlib
import subprocess

from kafka_definitions import jar


def errors(version):
    program = pathlib.Path(__file__).parent / "java" / "ListErrors.java"
    result = subprocess.run(["java", "-cp", str(jar(version)), str(program)], check=True, capture_output=True, text=True)
    return json.loads(result.stdout)
