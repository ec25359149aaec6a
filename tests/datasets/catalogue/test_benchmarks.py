"""Every benchmark, in every form in which people have it."""

import numpy as np
import pytest
from drawn_layouts import FORMS
from drawn_layouts import draw
from drawn_layouts import pictures
from drawn_layouts import save

from keras_muirf.datasets.catalogue import BENCHMARKS

EVERY_FORM = [(name, i) for name in BENCHMARKS for i in range(len(FORMS[name]))]


@pytest.mark.parametrize(("name", "form"), EVERY_FORM)
def test_every_form_is_paired_by_the_rule(name, form, tmp_path):
    lines = draw(name, tmp_path, form)
    benchmark = BENCHMARKS[name]
    scans = benchmark.scan(benchmark.find(tmp_path))
    assert set(scans) == set(lines)
    for split, scan in scans.items():
        found = {
            (str(pair.input), pair.target and str(pair.target), pair.leaked)
            for pair in scan.pairs
        }
        wanted = {
            (
                str(tmp_path / image),
                # The second half of a file of two, or nothing at all.
                str(tmp_path / (target or image))
                if split != "realistic"
                else None,
                "leaked" in more,
            )
            for image, target, more in lines[split]
        }
        assert found == wanted
        assert not scan.missing and not scan.strangers and not scan.unused
        assert len({pair.name for pair in scan.pairs}) == len(scan.pairs)


@pytest.mark.parametrize(("name", "form"), EVERY_FORM)
def test_every_form_is_read_right(name, form, tmp_path):
    lines = draw(name, tmp_path, form)
    by_input = {
        str(tmp_path / line[0]): line
        for of_split in lines.values()
        for line in of_split
    }
    benchmark = BENCHMARKS[name]
    for scan in benchmark.scan(benchmark.find(tmp_path)).values():
        for pair in scan.pairs:
            wanted = pictures(*by_input[str(pair.input)])
            for have, want in zip(pair.read(), wanted, strict=True):
                if have is None:
                    assert scan.split == "realistic"
                    continue
                assert have.shape == want.shape
                # Wide enough for JPEG, and other scenes differ by 60.
                assert np.abs(have.astype(int) - want).mean() < 6


def test_all_weathers_have_a_name(tmp_path):
    wanted = {
        "allweather": {"rain", "snow", "raindrop"},
        "raindrop": {"raindrop"},
        "snow100k": {"snow"},
        "realsnow": {"snow"},
        "cdd11": set(
            "low haze rain snow low_haze low_rain low_snow haze_rain haze_snow "
            "low_haze_rain low_haze_snow".split()
        ),
        **dict.fromkeys(("revide", "reside", "ohaze", "nhhaze"), {"haze"}),
    }
    for name, benchmark in BENCHMARKS.items():
        draw(name, tmp_path / name)
        found = {
            pair.weather
            for scan in benchmark.scan(tmp_path / name).values()
            for pair in scan.pairs
        }
        assert found == wanted.get(name, {"rain"}), name


def test_each_is_found_among_all_others(tmp_path):
    for name, benchmark in BENCHMARKS.items():
        draw(name, tmp_path / benchmark.title / "unpacked")
    for benchmark in BENCHMARKS.values():
        found = benchmark.find(tmp_path, others=BENCHMARKS)
        assert tmp_path / benchmark.title in found.parents, benchmark.name


def test_another_benchmark_is_not_taken_for_it(tmp_path):
    # In JORDER's form both have the same folders and the same names.
    draw("rain100l", tmp_path / "rain100l", 1)
    with pytest.raises(FileNotFoundError, match="RainTrainH/"):
        BENCHMARKS["rain100h"].find(tmp_path, others=BENCHMARKS)


def test_a_complete_form_goes_before_one_that_misses_files(tmp_path):
    draw("spa_data", tmp_path, 2)
    (tmp_path / "real_test_1000.txt").write_text("/lost/0.png /lost/1.png\n")
    (scan,) = (
        BENCHMARKS["spa_data"].part({"all": "test"}).scan(tmp_path).values()
    )
    assert len(scan.pairs) == 2 and not scan.missing


def test_the_target_is_cut_in_its_middle(tmp_path):
    draw("reside", tmp_path)
    target = np.zeros((21, 27, 3), "uint8")
    target[2:18, 3:23] = 200
    save(tmp_path / "SOTS/indoor/gt/1400.png", target)
    pairs = BENCHMARKS["reside"].scan(tmp_path)["sots_indoor"].pairs
    image, target = pairs[0].read()
    assert image.shape == target.shape == (16, 20, 3)
    assert (target == 200).all()
