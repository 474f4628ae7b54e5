"""The terminals of somebody who types what README says."""

import contextlib
import os
import pathlib
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "durability"))

from waiting import eventually  # pylint: disable=wrong-import-position

DEADLINE_S = 120


class Terminals:
    """In a `with`: whatever still runs in one of them ends with it. All are in one folder."""

    def __init__(self, folder, programs):
        self.folder = pathlib.Path(folder)
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("WHARF")}
        self.environment["PATH"] = os.pathsep.join([*programs, self.environment["PATH"]])
        self.open = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for terminal in self.open:
            terminal.end(signal.SIGKILL)

    def type(self, text, stdin=""):
        """What it prints, once it is through; a command that fails is an error."""
        print(f"$ {text}", flush=True)
        done = subprocess.run(["bash", "-ec", text], cwd=self.folder, env=self.environment, input=stdin, capture_output=True, text=True,
                              timeout=DEADLINE_S, check=False)
        if done.returncode != 0:
            raise AssertionError(f"{text}\nended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def python(self, text):
        """A program of README's, by the Python that it names."""
        (self.folder / "program.py").write_text(text, encoding="utf-8")
        return self.type("venv/bin/python program.py")

    @contextlib.contextmanager
    def beside(self, text):
        """One more terminal, in which `text` runs until the end of the `with`, or its own: then Ctrl-C."""
        print(f"$ {text}   # in a terminal of its own", flush=True)
        terminal = Terminal(text, self.folder, self.environment, len(self.open))
        self.open.append(terminal)
        yield terminal
        terminal.end(signal.SIGINT)


class Terminal:
    """A command that goes on, and what it has printed so far."""

    def __init__(self, text, folder, environment, number):
        self.text = text
        self.path = folder / f"terminal-{number}.txt"
        with open(self.path, "wb") as output:
            self.process = subprocess.Popen(["bash", "-c", text], cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output,
                                            stderr=subprocess.STDOUT, start_new_session=True)

    def printed(self):
        return self.path.read_text(encoding="utf-8", errors="replace")

    def shows(self, said):
        """Waits until it has printed it."""
        try:
            eventually(lambda: said in self.printed(), f"'{said}' from: {self.text}", DEADLINE_S)
        except AssertionError as late:
            raise AssertionError(f"{late}; it printed:\n{self.printed()}") from None

    def end(self, number):
        if self.process.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError):  # all that runs in it, as a terminal does
            os.killpg(self.process.pid, number)
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            raise AssertionError(f"did not end by Ctrl-C: {self.text}") from None
