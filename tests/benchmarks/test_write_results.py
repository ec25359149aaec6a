"""The page of results shows the committed files as they are."""

import write_results


def test_the_page_is_that_of_the_files():
    assert write_results.PAGE.read_text() == write_results.page(), (
        "Write it again: python benchmarks/write_results.py"
    )


def test_every_file_is_on_the_page():
    words = (write_results.RESULTS / "page.txt").read_text()
    for path in write_results.RESULTS.glob("*.json"):
        assert f"{{{{ {path.name} }}}}" in words
