"""Draws docs/images/demo.jpg: the page of `muirf demo`, in Chromium.

The photograph is docs/images/rainy.jpg. The extras `serve` and `browser`
and a Chromium of the system are needed.

    KERAS_BACKEND=torch python docs/draw_demo.py
"""

import json
import pathlib
import shutil
import subprocess
import sys

from playwright.sync_api import sync_playwright

FOLDER = pathlib.Path(__file__).parent / "images"

server = subprocess.Popen(
    [sys.executable, "-m", "muirf", "demo", "--no-browser", "--port=0"],
    stderr=subprocess.PIPE,
    text=True,
)
address = next(
    told["address"]
    for line in server.stderr
    if line.startswith("{") and "address" in (told := json.loads(line))
)
with sync_playwright() as playwright:
    browser = playwright.chromium.launch(
        executable_path=shutil.which("chromium"), args=["--no-sandbox"]
    )
    page = browser.new_page(viewport={"width": 900, "height": 1000})
    page.goto(address)
    page.set_input_files("#file", FOLDER / "rainy.jpg")
    page.wait_for_selector("#download", state="visible")
    page.screenshot(
        path=FOLDER / "demo.jpg", type="jpeg", quality=85, full_page=True
    )
    browser.close()
server.terminate()
