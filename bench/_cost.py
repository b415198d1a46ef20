"""What a process costs, as the kernel counts it."""

import os
from pathlib import Path

__all__ = ["TICKS", "cpu_seconds", "resident_mb"]

TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def cpu_seconds(pid: int, *, with_children: bool = False) -> float:
    """Since its start; `with_children` adds those that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11 : 15 if with_children else 13])) / TICKS


def resident_mb(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE / 1e6
