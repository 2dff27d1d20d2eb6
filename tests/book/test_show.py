"""What chapters show: the package's own source, and tables."""

from pathlib import Path

from lossbook import reference
from lossbook.book import show


def test_source_is_the_package_s_own_without_the_docstring():
    shown = show.source(reference.binary_cross_entropy).data
    stored = Path(reference.binary_cross_entropy.__code__.co_filename).read_text(encoding="utf-8")
    lines = shown.splitlines()
    assert lines[0] == "```python"
    assert lines[-1] == "```"
    assert all(line in stored for line in lines[1:-1])
    assert "return reduce(losses, reduction)" in shown
    assert '"""' not in shown


def test_source_of_a_function_without_docstring_is_whole():
    def bare(x):
        y = x + 1
        return y

    # A nested function is indented in its file; a chapter's functions are not.
    bare.__wrapped__ = reference.sigmoid_grad
    assert "return sigmoid(s)" in show.source(bare).data


def test_table_rounds_numbers_and_keeps_text():
    shown = show.table(["loss", "value", "steps"], [["hinge", 1 / 3, 12345], ["0-1", 1e-9, 7]]).data
    assert shown.splitlines() == [
        "| loss | value | steps |",
        "|:---|---:|---:|",
        "| hinge | 0.3333 | 12345 |",
        "| 0-1 | 1e-09 | 7 |",
    ]
