"""Running stories and counting their checks."""

import re
import sys
import time
import traceback


def run(kind, world, label):
    """Tells a story and counts its checks; the pair passed, failed.

    A story is a class whose public methods are its checks, run in the order in which they are
    written. They share the story's `self`, so a check may build on those before it.
    """
    passed = failed = 0
    story = None

    def begin():
        nonlocal story
        story = kind(world)

    checks = [("it begins", begin)] + [
        (word.replace("_", " "), lambda check=check: check(story))
        for word, check in vars(kind).items()
        if callable(check) and not word.startswith("_")
    ]
    try:
        for sentence, check in checks:
            sentence = f"{label} {kind.__name__}: {sentence}"
            start = time.monotonic()
            try:
                more = check()
            except Exception as error:
                failed += 1
                # Without this function's own frames.
                frames = error.__traceback__.tb_next.tb_next
                print(f"FAIL {sentence}")
                for line in traceback.format_exception(error.with_traceback(frames)):
                    print("     " + line.rstrip().replace("\n", "\n     "))
                if story is None:
                    break
            else:
                print(f"ok   {sentence} ({time.monotonic() - start:.1f} s)")
                if isinstance(more, Counts):
                    passed += more.passed
                    failed += more.failed
                elif check is not begin:
                    passed += 1
            sys.stdout.flush()
    finally:
        world.close()
    return passed, failed


class Counts:
    """What a check answers that ran a whole suite of somebody else's."""

    def __init__(self, text):
        found = re.findall(r"^(\d+) passed, (\d+) failed$", text, re.MULTILINE)
        assert found, f"no line of counts in: {text[-2000:]}"
        self.passed = sum(int(passed) for passed, _ in found)
        self.failed = sum(int(failed) for _, failed in found)


def until(condition, what, seconds=60):
    """Asks again and again until the condition holds; answers what it answered."""
    end = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.02)


HEX = re.compile(r"[0-9a-f]{32}")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def shape(value, expected, at="$"):
    """Compares an answer with a page's description of it.

    A dictionary names every key that may be there; one that ends in `?` may be absent. A list
    describes each of its elements. Anything else is a type, a pattern for the whole text, a set of
    allowed values, a predicate, or the value itself.
    """
    if isinstance(expected, dict):
        assert isinstance(value, dict), f"{at} is no object: {value!r}"
        known = {key.removesuffix("?"): key for key in expected}
        for key in expected:
            assert key.endswith("?") or key in value, f"{at} lacks {key}: {sorted(value)}"
        for key, item in value.items():
            assert key in known, f"{at} has {key}, which the page does not know"
            shape(item, expected[known[key]], f"{at}.{key}")
    elif isinstance(expected, list):
        assert isinstance(value, list), f"{at} is no list: {value!r}"
        for index, item in enumerate(value):
            shape(item, expected[0], f"{at}[{index}]")
    elif isinstance(expected, re.Pattern):
        good = isinstance(value, str) and expected.fullmatch(value)
        assert good, f"{at} is {value!r}, which is not {expected.pattern}"
    elif isinstance(expected, type):
        good = isinstance(value, expected) and isinstance(value, bool) == (expected is bool)
        assert good, f"{at} is {value!r}, no {expected.__name__}"
    elif isinstance(expected, (set, frozenset)):
        assert value in expected, f"{at} is {value!r}, none of {sorted(expected)}"
    elif callable(expected):
        assert expected(value), f"{at} is {value!r}"
    else:
        assert value == expected, f"{at} is {value!r}, not {expected!r}"
