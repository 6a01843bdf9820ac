"""How a walk is counted, on code objects that stand for files and functions."""

from tests.tools.walk import figures


def function(file, name):
    return compile("", file, "exec").replace(co_name=name)


A, B, C = (function(name, "f") for name in ("a.py", "b.py", "c.py"))
ALSO_A = function("a.py", "g")


def test_nothing_entered_counts_as_nothing():
    assert set(figures([]).values()) == {0}


def test_a_move_is_an_entry_in_another_file_than_the_one_before():
    counted = figures([A, ALSO_A, B, B, C])

    assert counted == {
        "files": 3,
        "functions": 4,
        "moves": 2,
        "returns": 0,
        "entries": 5,
    }


def test_a_return_is_a_move_to_a_file_that_was_left_before():
    counted = figures([A, B, ALSO_A, B, C])

    assert (counted["moves"], counted["returns"]) == (4, 2)
