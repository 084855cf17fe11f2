"""How long and how much memory a table of 100 MB takes, from bytes to training arrays; run by hand: python -m tests.benchmarks.bench_tables.

The targets: previewed (read, every column summed up, the proposed target examined) within 3 s, ready to train within 2 GB.
"""

import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

ROWS = 1_000_000
PREVIEW_SECONDS, MEGABYTES = 3.0, 2048


def table(quoted: bool) -> bytes:
    """A million rows of eight numbers, a count and a word; about 90 MB."""
    import io

    import pyarrow as pa
    import pyarrow.csv

    stream = np.random.default_rng(0)
    columns = {f"x{place}": np.round(stream.normal(size=ROWS) * 1000, 5) for place in range(8)}
    columns |= {"count": stream.integers(0, 1000, ROWS), "kind": np.array(["red", "white", "rosé"])[stream.integers(0, 3, ROWS)]}
    out = io.BytesIO()
    pa.csv.write_csv(pa.table(columns), out, pa.csv.WriteOptions(quoting_style="needed" if quoted else "none"))
    return out.getvalue()


def peak() -> float:
    """Most memory this process has held, in MB; from the kernel's own count, which does not include what a parent held."""
    status = Path("/proc/self/status")
    if status.is_file():
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def preview(content: bytes) -> tuple[float, float, str]:
    """Seconds by the clock and of computing until the preview stands; and the digest after preparing it."""
    from playground.data import shelf, tables_own, tables_profile, uploads

    started, computed = time.perf_counter(), time.process_time()
    read = uploads.read_table("large.csv", content)
    profiles = tables_profile.profile(read)
    tables_own.examine(read, "kind")
    seconds, busy = time.perf_counter() - started, time.process_time() - computed
    return seconds, busy, shelf.put(*tables_own.prepare(read, "kind", profiles=profiles))


def train_ready(digest: str) -> None:
    """In a process of its own, as a worker does it: from the shelf to the arrays of the three parts."""
    from playground.data import datasets

    started = time.perf_counter()
    split = datasets.load("own_table", digest).split(0, 0.2, 0.1)
    print(f"  worker: {len(split.train):,} training rows after {time.perf_counter() - started:.2f} s, {peak():,.0f} MB at most")


def main() -> None:
    from playground.data import uploads  # noqa: F401 - not part of what is measured

    for quoted in (False, True):
        content = table(quoted)
        seconds, busy, digest = preview(content)
        kind = "with" if quoted else "without"
        print(f"{len(content) / 1e6:.0f} MB, {kind} quotation marks: previewed in {seconds:.2f} s ({busy:.2f} s of computing), target {PREVIEW_SECONDS} s")
        print(f"  app: {peak():,.0f} MB at most, the upload itself included; target {MEGABYTES:,} MB")
        subprocess.run([sys.executable, "-m", "tests.benchmarks.bench_tables", digest], check=True)


if __name__ == "__main__":
    train_ready(sys.argv[1]) if len(sys.argv) > 1 else main()
