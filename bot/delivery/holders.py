"""Which process is at work on a row, and for how long others leave it alone."""

import os
import socket
from datetime import timedelta

LEASE = timedelta(seconds=30)  # longer than any call to Slack may take


def _this_machine() -> str:
    """Where process numbers mean the same: a machine, or a container of it."""
    try:
        return f"{socket.gethostname()[:60]}:{os.readlink('/proc/self/ns/pid')}"
    except OSError:  # not Linux
        return socket.gethostname()[:60]


HERE = f"{_this_machine()}:{os.getpid()}"


def has_ended(holder: str) -> bool:
    """Whether the process that held a row is known to be gone; one on another machine may live."""
    machine, _, process = holder.rpartition(":")
    if machine != _this_machine():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return holder == HERE  # our number, given to us again after a restart of the machine
