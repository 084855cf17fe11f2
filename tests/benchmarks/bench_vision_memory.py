"""How much memory the server and its workers hold after every vision screen was visited. Prints a table; never fails.

PSS counts a page that k processes share as 1/k in each, so that the sum is what the machine really gives.
Run: python tests/benchmarks/bench_vision_memory.py
"""

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from playwright.sync_api import sync_playwright

from tests.browser.conftest import CHROMIUM, Server

AIM = 600
REST = 30  # seconds in which nobody asks for anything
SCREENS = (
    ("Images, name it", "images"), ("Images, why?", "images?images.part=why"), ("Images, many", "images?images.part=many"),
    ("Images, find", "images?images.part=find&images.picture=number"), ("Convolution, kernel lab", "convolution"), ("Convolution, inside", "convolution?convolution.part=inside"),
    ("Convolution, receptive field", "convolution?convolution.part=field"), ("Convolution, what excites a filter", "convolution?convolution.part=excite"),
    ("Convolution, move the picture", "convolution?convolution.part=shift"), ("Train on images", "train?train.dataset=digits"), ("Autoencoders", "autoencoders"),
    ("GANs, plane", "gans"), ("GANs, images of digits", "gans?ganlook.part=digits"), ("Model zoo, inside ResNet-50", "zoo?zoo.part=inside&zoo.model=timm:resnet50"),
)  # fmt: skip


def family(root):
    """A process and all its descendants."""
    children = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((place / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, IndexError):
            continue
        children.setdefault(parent, []).append(int(place.name))
    found, waiting = [], [root]
    while waiting:
        found.append(waiting.pop())
        waiting += children.get(found[-1], [])
    return found


def held(process):
    """(PSS, RSS, private) in MB and what it is called; None once it has ended."""
    try:
        rows = dict(row.split(":", 1) for row in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()[1:])
        name = Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return None
    number = lambda key: int(rows[key].split()[0]) / 1024
    kind = "app" if "streamlit" in name else "forkserver or worker" if "forkserver" in name else "resource tracker" if "resource_tracker" in name else name[:40]
    return number("Pss"), number("Rss"), number("Private_Dirty") + number("Private_Clean"), kind


def total(root):
    return sum(each[0] for process in family(root) if (each := held(process)))


def privates(root):
    """What each process holds for itself, in MB."""
    return " ".join(f"{each[2]:.0f}" for process in sorted(family(root)) if (each := held(process)))


def main():
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Server(Path(folder))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        try:
            page = browser.new_page(viewport={"width": 1280, "height": 1400})
            for title, address in SCREENS:
                page.goto(f"{server.url}/{address}")
                page.locator("h1").first.wait_for(timeout=60_000)
                page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget], [data-testid=stSpinner]')", timeout=60_000)
                time.sleep(4)
                print(f"{title:<42} {total(server.process.pid):8.0f} MB PSS   private: {privates(server.process.pid)}", flush=True)
            print(f"{'all processes together, at once':<42} {total(server.process.pid):8.0f} MB PSS")
            time.sleep(REST)
            for process in family(server.process.pid):
                if (each := held(process)) is not None:
                    print(f"  {process:>8} {each[3]:<24} PSS {each[0]:7.0f}  RSS {each[1]:7.0f}  private {each[2]:7.0f}")
            print(f"{f'all processes together, {REST} s later':<42} {total(server.process.pid):8.0f} MB PSS (at most {AIM})")
        finally:
            browser.close()
            server.stop()


if __name__ == "__main__":
    main()
