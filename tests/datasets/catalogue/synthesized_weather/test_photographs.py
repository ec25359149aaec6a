import pytest

from keras_muirf.datasets.catalogue.synthesized_weather import photographs


def touch(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_photographs_are_found_at_any_depth(tmp_path):
    touch(tmp_path, "b.jpg", "x/y/a.PNG", "x/notes.txt", ".hidden.png")
    found = photographs.find_photographs(tmp_path)
    assert found == {
        "b": str(tmp_path / "b.jpg"),
        "x/y/a": str(tmp_path / "x" / "y" / "a.PNG"),
    }


def test_names_that_differ_by_the_suffix_only_are_refused(tmp_path):
    touch(tmp_path, "x/a.jpg", "x/a.png", "y/a.png")
    with pytest.raises(ValueError, match=r"a.jpg and a.png cannot both be x/a"):
        photographs.find_photographs(tmp_path)


def test_a_folder_without_photographs_is_refused(tmp_path):
    touch(tmp_path, "here/notes.txt")
    with pytest.raises(FileNotFoundError, match="no image in"):
        photographs.find_photographs(tmp_path / "here")
    with pytest.raises(FileNotFoundError, match="no folder"):
        photographs.find_photographs(tmp_path / "there")


@pytest.mark.parametrize(
    "number, share, held", [(20, 0.1, 2), (3, 0.01, 1), (3, 0.99, 2), (5, 0, 0)]
)
def test_every_photograph_is_on_one_side(number, share, held):
    names = [f"photograph {i}" for i in range(number)]
    train, validation = photographs.hold_out(names, share)
    assert sorted(train + validation) == sorted(names)
    assert len(validation) == held


def test_few_photographs_change_sides_when_some_are_added():
    names = [f"photograph {i}" for i in range(210)]
    # In another order, too.
    before = photographs.hold_out(names[:200], 0.1)[1]
    after = photographs.hold_out(names[::-1], 0.1)[1]
    assert len(before) == 20 and len(after) == 21
    old = set(names[:200])
    changed = set(before) ^ (set(after) & old)
    assert len(changed) <= 10


def test_photographs_are_held_out_from_all_over_the_list():
    names = [f"{i:03}" for i in range(200)]
    validation = photographs.hold_out(names, 0.2)[1]
    early = sum(name < "100" for name in validation)
    assert 10 <= early <= 30


@pytest.mark.parametrize("share", [-0.1, 1.0])
def test_shares_outside_the_limits_are_refused(share):
    with pytest.raises(ValueError, match="at least 0 and less than 1"):
        photographs.hold_out(["a", "b"], share)


def test_one_photograph_cannot_be_on_both_sides():
    with pytest.raises(ValueError, match="Two photographs at least"):
        photographs.hold_out(["a"], 0.1)
    assert photographs.hold_out(["a"], 0) == (["a"], [])
