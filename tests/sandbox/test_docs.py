"""The guide to the sandbox says what the code does."""

import json
import re
from pathlib import Path

from sandbox.acts import ACTS
from sandbox.faults import KINDS, Faults
from sandbox.methods import METHODS

GUIDE = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")


def test_every_method_is_listed() -> None:
    """No more and no fewer than are emulated."""
    start = GUIDE.index("JSON strings inside forms")
    listed = re.findall(r"`([\w.]+)`", GUIDE[start : GUIDE.index("Everything else", start)])

    assert listed == sorted(METHODS)


def test_every_act_and_fault_has_an_example_that_is_valid() -> None:
    """Each example is JSON of the right shape; the two acts explained together share one."""
    acts = {json.loads(body)["do"] for body in re.findall(r"^say '(.+?)'$", GUIDE, re.MULTILINE)}
    faults = [json.loads(body) for body in re.findall(r"^fault '(.+?)'", GUIDE, re.MULTILINE)]

    assert acts | {"kick"} == set(ACTS)
    assert {Faults().parse(fault)["fault"] for fault in faults} == set(KINDS)
