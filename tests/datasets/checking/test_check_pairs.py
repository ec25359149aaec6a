import shutil
import sys

import numpy as np
import pytest
import pyvips
from drawn_layouts import FORMS
from drawn_layouts import draw

from keras_muirf.datasets.checking import check_pairs
from keras_muirf.datasets.checking import find_sets


def check(*directories):
    return check_pairs(find_sets(directories))


def kinds(findings):
    return [found.kind for found in findings]


def only(findings):
    (found,) = findings
    return found


def truncate(path):
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 2 // 3])


def test_good_sets_are_clean(make_set):
    train, test = make_set("雨 train", range(5)), make_set("test", range(5, 8))
    report = check(train, test)
    assert report.problems == report.notes == []
    assert report.files == 16


@pytest.mark.parametrize("name", sorted(FORMS))
def test_benchmarks_in_every_form_are_clean(name, tmp_path):
    for form in range(len(FORMS[name])):
        folder = tmp_path / str(form)
        splits = draw(name, folder / name, form)
        report = check(folder)
        pairs = {s.split: len(s.scan.pairs) for s in report.sets}
        assert pairs == {split: len(rows) for split, rows in splits.items()}
        known = ["known_leak"] if name == "outdoor_rain" else []
        problems = kinds(report.problems)
        if name == "cdd11":
            # Two of the eleven inputs that are drawn of a scene may be equal.
            problems = [kind for kind in problems if kind != "repeat"]
        assert problems == known
        assert set(kinds(report.notes)) <= {"count", "known_leak"}


def test_the_known_leak_of_outdoor_rain(tmp_path):
    draw("outdoor_rain", tmp_path / "outdoor_rain")
    leak = only(check(tmp_path).problems)
    assert leak.kind == "known_leak"
    assert leak.sets == ("outdoor_rain/test", "outdoor_rain/train")
    assert "its builder leaves these" in leak.sentence
    assert [
        [path.rsplit("/", 1)[1] for path in item.split(" = ")]
        for item in leak.items
    ] == [
        ["im_0601.png", "im_0301.png"],
        ["im_0650.png", "im_0350.png"],
    ]
    shutil.rmtree(tmp_path / "outdoor_rain/test_with_train_param_v5")
    report = check(tmp_path)
    assert report.problems == []
    (note,) = (n for n in report.notes if n.kind == "known_leak")
    assert [item.rsplit("/", 1)[1] for item in note.items] == [
        "im_0301.png",
        "im_0350.png",
    ]


def test_a_leak_under_another_name_in_another_format(make_set, scene):
    train, test = make_set("train", range(6)), make_set("test", range(10, 14))
    photograph = pyvips.Image.new_from_array(scene(3))
    (test / "gt/12.png").unlink()
    photograph.resize(0.75).jpegsave(str(test / "gt/12.jpg"), Q=80)
    photograph.resize(0.75).linear(1, 9).cast("uchar").pngsave(
        str(test / "input/12.png")
    )
    for order in ((train, test), (test, train)):
        leak = only(check(*order).problems)
        assert leak.kind == "leak"
        assert sorted(leak.sets) == ["test", "train"]
        assert sorted(only(leak.items).split(" = ")) == [
            str(test / "gt/12.jpg"),
            str(train / "gt/3.png"),
        ]


def test_without_imagehash_equal_pixels_are_still_found(
    make_set, scene, save_image, monkeypatch
):
    train, test = make_set("train", range(3)), make_set("test", range(3, 6))
    save_image(test / "gt/4.tif", scene(1))
    (test / "gt/4.png").unlink()
    monkeypatch.setitem(sys.modules, "imagehash", None)
    report = check(train, test)
    assert kinds(report.problems) == ["leak"]
    note = only(report.notes)
    assert note.kind == "no_perceptual_hashes"
    assert 'pip install "keras-muirf[datasets]"' in note.sentence


def test_two_training_sets_may_share_pictures(make_set):
    for names, kind, problems in (
        (("a_train", "b_train"), "shared_targets", 0),
        (("a_test", "b_test"), "shared_targets", 0),
        (("a_val", "c_train"), "leak", 1),
        (("d", "d_train"), "leak", 1),
    ):
        report = check(*(make_set(name, [1, 2]) for name in names))
        assert kinds(report.problems + report.notes) == [kind]
        assert len(report.problems) == problems


def test_sizes(make_set, scene, save_image):
    folder = make_set("set", range(4))
    save_image(folder / "gt/2.png", scene(2, (48, 72)))
    problem = only(check(folder).problems)
    assert problem.kind == "size_mismatch"
    assert problem.items == (
        f"{folder}/input/2.png is 64x48, {folder}/gt/2.png is 72x48",
    )


def test_the_size_is_that_of_the_upright_picture(make_set, scene):
    folder = make_set("set", range(2))
    lying = pyvips.Image.new_from_array(np.rot90(scene(1)).copy())
    lying = lying.copy()
    lying.set_type(pyvips.GValue.gint_type, "orientation", 6)
    (folder / "gt/1.png").unlink()
    lying.tiffsave(str(folder / "gt/1.tif"))
    assert check(folder).problems == []


@pytest.mark.parametrize("role", ["input", "gt"])
def test_files_that_cannot_be_read(make_set, role):
    folder = make_set("set", range(4))
    truncate(folder / role / "1.png")
    (folder / role / "3.png").write_text("no picture")
    problem = only(check(folder).problems)
    assert problem.kind == "unreadable"
    assert len(problem.items) == 2
    assert problem.items[0].startswith(f"{folder}/{role}/1.png: the image is ")
    assert "no JPEG" in problem.items[1]


def test_partners_that_are_missing(make_set):
    folder = make_set("set", range(4))
    (folder / "gt/0.png").unlink()
    (folder / "input/2.png").unlink()
    problem = only(check(folder).problems)
    assert problem.kind == "missing_partner"
    assert len(problem.items) == 2
    assert f"{folder}/input/0.png has no target" in problem.items[0]
    assert problem.items[1] == f"{folder}/gt/2.png has no input"


def test_repeats_across_formats(make_set, scene, save_image):
    folder = make_set("set", range(4))
    save_image(folder / "input/9.tif", scene(2) + np.uint8(12))
    save_image(folder / "gt/9.tif", scene(2))
    inputs, targets = check(folder).problems
    assert kinds([inputs, targets]) == ["repeat", "repeat"]
    assert inputs.items == (f"{folder}/input/2.png = {folder}/input/9.tif",)
    assert targets.items == (f"{folder}/gt/2.png = {folder}/gt/9.tif",)


def test_one_scene_under_several_inputs_is_no_repeat(
    tmp_path, scene, save_image
):
    names = ("7_1", "7_2", "im_0001_s80_a04", "im_0001_s85_a05", "NYU2_4_1_2")
    for add, name in enumerate(names):
        picture = scene(sum(map(ord, name.rsplit("_", 1)[0][:6])))
        save_image(tmp_path / f"set/gt/{name}.png", picture)
        rainy = picture + np.uint8(add)
        save_image(tmp_path / f"set/input/{name}.png", rainy)
    assert check(tmp_path).problems == []
    picture = pyvips.Image.new_from_file(
        str(tmp_path / "set/gt/NYU2_4_1_2.png")
    )
    for folder, add in (("gt", 0), ("input", 40)):
        (picture + add).cast("uchar").pngsave(
            str(tmp_path / "set" / folder / "NYU2_5_1_2.png")
        )
    problem = only(check(tmp_path).problems)
    assert "NYU2_4_1_2.png = " in only(problem.items)


def test_counts_and_strangers_are_notes(tmp_path, scene, save_image):
    draw("outdoor_rain", tmp_path / "outdoor_rain")
    save_image(tmp_path / "outdoor_rain/in/cat.png", scene(1))
    notes = check(tmp_path).notes
    assert "6 pairs; Outdoor-Rain (train) has 9000" in notes[1].sentence
    (stranger,) = (note for note in notes if note.kind == "strangers")
    assert only(stranger.items).endswith("in/cat.png")


def test_a_folder_given_twice_is_checked_once(make_set, tmp_path):
    folder = make_set("set", range(3))
    (tmp_path / "link").symlink_to(folder)
    report = check(folder, tmp_path, tmp_path / "link")
    assert [found.name for found in report.sets] == ["set"]
    assert report.files == 6
    assert report.problems == []


def test_sets_of_one_name_are_told_apart(make_set):
    report = check(make_set("a/rain", [1, 2]), make_set("b/rain", [2, 3]))
    names = [found.name for found in report.sets]
    assert len(set(names)) == 2
    assert set(only(report.problems).sets) == set(names)


def test_weathers_side_by_side_share_their_targets(tmp_path, scene, save_image):
    for seed in range(3):
        clean = scene(seed)
        save_image(tmp_path / f"real/gt/{seed}.png", clean)
        for add, kind in enumerate(("rain", "raindrop"), 5):
            weathered = clean + np.uint8(add)
            save_image(tmp_path / f"real/{kind}/{seed}.png", weathered)
    report = check(tmp_path)
    assert len(report.sets) == 2
    assert report.problems == report.notes == []


def test_where_nothing_is(tmp_path):
    with pytest.raises(FileNotFoundError, match="no such folder"):
        find_sets([tmp_path / "nowhere"])
    with pytest.raises(FileNotFoundError, match="no pairs of images"):
        find_sets([tmp_path])
