"""Answers leave at once: small packets must not wait for one another (Nagle's algorithm, RFC 896).

Streamlit and uvicorn make their listening socket without naming the protocol, and asyncio turns the algorithm off only where TCP is
named. Head and body of an answer are two writes; the second then waits some 40 ms for the browser's delayed acknowledgement of the
first. A picture that follows a drag comes eight times a second instead of thirty.
"""

import os
import socket
import stat
from pathlib import Path

OPEN = Path("/dev/fd")  # Linux and macOS; elsewhere nothing is done


def hurry() -> int:
    """Turn the algorithm off at every TCP socket that this process has bound; connections accepted there inherit it. Returns how many."""
    found = 0
    for entry in os.listdir(OPEN) if OPEN.is_dir() else []:
        try:
            if not stat.S_ISSOCK(os.fstat(int(entry)).st_mode):
                continue
            held = socket.socket(fileno=os.dup(int(entry)))
        except OSError:  # closed since it was listed, such as the listing itself
            continue
        with held:
            if held.family in (socket.AF_INET, socket.AF_INET6) and held.type == socket.SOCK_STREAM:
                held.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                found += 1
    return found
