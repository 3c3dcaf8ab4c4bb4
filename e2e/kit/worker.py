"""Runs tests of somebody else's, class by class, and writes down how each ended.

    python worker.py FOLDER MODULE...

Several of these share the folder: a class belongs to whoever makes its file in `claims` first, and
each worker appends to a file of its own in `results`, a line of JSON a test. A name that ends in
`.*` stands for all modules of a package whose names begin with `test_`.
"""

import importlib
import json
import os
import pkgutil
import sys
import time
import unittest
from pathlib import Path


class Report(unittest.TestResult):
    """Writes a line when a test has ended. A class that cannot begin is one entry."""

    def __init__(self, file):
        super().__init__()
        self.file = file
        self.begun = time.monotonic()

    def startTest(self, test):
        super().startTest(test)
        self.begun = time.monotonic()

    def _write(self, test, state, why=""):
        # Tempest appends its own numbers to the name in brackets.
        name = test.id().split("[")[0]
        seconds = round(time.monotonic() - self.begun, 2)
        line = {"test": name, "state": state, "why": why, "seconds": seconds}
        print(json.dumps(line), file=self.file, flush=True)

    def addSuccess(self, test):
        self._write(test, "passed")

    def addExpectedFailure(self, test, error):
        self._write(test, "passed")

    def addSkip(self, test, reason):
        self._write(test, "skipped", reason)

    def addError(self, test, error):
        self._write(test, "failed", self._exc_info_to_string(error, test))

    def addFailure(self, test, error):
        self._write(test, "failed", self._exc_info_to_string(error, test))

    def addUnexpectedSuccess(self, test):
        self._write(test, "failed", "was expected to fail")


def modules(words):
    for word in words:
        if not word.endswith(".*"):
            yield word
            continue
        package = importlib.import_module(word.removesuffix(".*"))
        for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if found.name.rpartition(".")[2].startswith("test_"):
                yield found.name


def classes(suite):
    """The tests of a suite by their classes, whatever it is nested like."""
    found = {}
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            for kind, tests in classes(test).items():
                found.setdefault(kind, []).extend(tests)
        else:
            kind = f"{type(test).__module__}.{type(test).__qualname__}"
            found.setdefault(kind, []).append(test)
    return found


def claimed(folder, kind):
    try:
        os.close(os.open(folder / "claims" / kind, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True


def main():
    folder, *words = sys.argv[1:]
    folder = Path(folder)
    suite = unittest.defaultTestLoader.loadTestsFromNames(list(modules(words)))
    with open(folder / "results" / str(os.getpid()), "w") as file:
        for kind, tests in classes(suite).items():
            if claimed(folder, kind):
                # A report remembers the class before, and would end it again.
                unittest.TestSuite(tests).run(Report(file))


if __name__ == "__main__":
    main()
