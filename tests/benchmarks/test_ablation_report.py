"""What becomes of the ablation's runs once they are there."""

import ablation
import ablation_report
import kept_runs
import numpy as np
import pytest
from ablation_variants import ALL
from ablation_variants import QUESTIONS
from ablation_variants import VARIANTS

WEATHERS = ("rain", "snow", "haze", "raindrop")


def result(variant, psnr):
    """A run, as benchmarks/ablation_run.py writes it."""
    sets = [(weather, 4, psnr) for weather in WEATHERS]
    # A second, smaller set of rain.
    sets.append(("rain", 1, psnr + 5.0))

    def test(gain):
        return [
            {
                "set": f"{weather} {images}",
                "weather": weather,
                "images": images,
                "psnr_y": value + gain,
                "ssim_y": value / 100.0,
                "weather_accuracy": 1.0,
            }
            for weather, images, value in sets
        ]

    def crops(gain):
        return {w: [psnr + gain, psnr * 1.1 + gain] for w in WEATHERS}

    return {
        "backend": "torch",
        "definition": kept_runs.definition_of(ablation.STUDY, variant),
        "parameters": 2000,
        "active_parameters": 1000,
        "losses": [0.2, 0.1],
        "validation": {
            "auto": crops(0.0),
            "mixed": crops(1.0),
            "given": crops(2.0),
        },
        "test": {"auto": test(0.0), "given": test(3.0)},
        "figures": [
            ["conflicts_before", "", "", "", 0.25],
            ["mask_variance", "a", "", "", 0.1],
            ["mask_variance", "a", "rain", "", 0.9],
            ["mask_variance", "b", "", "", 0.3],
        ],
        "seconds": [60, 30],
        "cpu_seconds": 90,
    }


@pytest.fixture
def kept():
    values = {
        ("plain", 0): 20.0,
        ("plain", 1): 21.0,
        ("CPSM", 1): 21.5,
        ("CPSM", 0): 21.0,
        ("CPSM", 2): 30.0,
    }
    settings = {"steps": 1}
    return {
        "key": kept_runs.key_of(settings),
        "settings": settings,
        "pool": "abc",
        "where": {
            "backends": ["torch"],
            "cpu": "some",
            "cores": 2,
            "load": 0.1,
            "versions": {"keras": "3"},
            "commit": "0",
        },
        "runs": {
            kept_runs.name_of(variant, seed): result(variant, value)
            for (variant, seed), value in values.items()
        },
    }


def table(kept, title):
    return dict(ablation_report.tables(kept))[title]


def test_a_weathers_sets_count_by_their_images(kept):
    plain, cpsm = table(kept, "Test, PSNR Y, dB")
    assert list(plain) == ["variant", *WEATHERS, "mean"]
    assert plain["haze"] == f"20.50 ± {np.std([20, 21], ddof=1):.2f}"
    # (4 x 20 + 25) / 5 and (4 x 21 + 26) / 5
    assert plain["rain"] == "21.50 ± 0.71"
    assert cpsm["haze"] == f"24.17 ± {np.std([21, 21.5, 30], ddof=1):.2f}"


def test_what_the_network_is_told_has_its_own_table(kept):
    def plain(title):
        return table(kept, title)[0]["mean"].partition(" ")[0]

    # The mean over seeds of the mean over 20 and 22, and of that over 21 and
    # 23.1.
    assert plain("Held-out crops, PSNR RGB, dB") == "21.52"
    title = "Held-out crops, kernels mixed by the posterior, PSNR RGB, dB"
    assert plain(title) == "22.52"
    assert plain("Held-out crops, the weather told, PSNR RGB, dB") == "23.52"
    assert plain("Test, PSNR Y, dB") == "20.75"
    assert plain("Test, the weather told, PSNR Y, dB") == "23.75"


def test_differences_are_of_equal_seeds(kept):
    row = table(kept, "Differences of the means over the weathers, dB")[0]
    assert (row["variant"], row["against"]) == ("CPSM", "plain")
    # Seed 2 has no partner.
    assert row["seeds"] == 2
    assert row["test"] == f"+0.75 ± {np.std([1.0, 0.5], ddof=1):.2f} (2)"
    # A crop gains 0.75, another 1.1 times that, in each weather.
    error = np.std([0.75, 0.825], ddof=1) / np.sqrt(2) / np.sqrt(4)
    low, high = 0.7875 - 1.96 * error, 0.7875 + 1.96 * error
    assert row["held out, 95 % over crops"] == f"{low:+.2f} to {high:+.2f}"


def test_figures_are_means_over_layers_and_not_counted_by_weather(kept):
    plain = table(
        kept, "Inside: over training, and on the held-out crops after it"
    )[0]
    assert plain["pairs in conflict"] == "0.250 ± 0.000"
    assert plain["mask variance"] == "0.200 ± 0.000"
    # What the run has no figure for.
    assert plain["mask overlap"] == "-"


def test_variants_and_questions_agree():
    assert list(ALL)[: len(VARIANTS)] == list(VARIANTS)
    assert {variant for pair in QUESTIONS for variant in pair} == set(ALL)


def test_a_page_keeps_what_stands_around_the_tables(kept, tmp_path, capsys):
    page, picture = tmp_path / "docs" / "a.md", tmp_path / "images" / "a.png"
    page.parent.mkdir()
    marks = (ablation_report.BEGIN, ablation_report.END)
    page.write_text(f"Before\n\n{marks[0]}\nstale\n{marks[1]}\n\nAfter\n")
    for _ in range(2):
        ablation_report.report(kept, str(page), str(picture))
        text = page.read_text()
        assert text.startswith("Before\n") and text.endswith("\nAfter\n")
        assert "stale" not in text and text.count("**Test, PSNR Y, dB**") == 1
        assert "](../images/a.png)" in text
    assert "| CPSM | plain |" in capsys.readouterr().out
    assert picture.read_bytes().startswith(b"\x89PNG")
    alone = tmp_path / "alone.md"
    ablation_report.report(kept, str(alone))
    assert alone.read_text().startswith("torch: some")


def test_results_of_other_settings_are_refused(kept, tmp_path):
    path = tmp_path / "results.json"
    kept_runs.write(path, kept)
    assert kept_runs.load(path, kept["settings"]) == kept
    assert kept_runs.load(path) == kept
    with pytest.raises(SystemExit, match="other settings .*'steps': 1"):
        kept_runs.load(path, {"steps": 2})


@pytest.mark.parametrize(
    ("backend", "pool", "change", "message"),
    [
        ("jax", "abc", {}, "are of torch"),
        ("torch", "abd", {}, "other crops"),
        ("torch", "abc", {"definition": ["?"]}, r"CPSM that was \['\?'\]"),
    ],
)
def test_runs_that_cannot_be_compared_are_refused(
    kept, backend, pool, change, message
):
    args = ablation.arguments(["--data", "data"])
    kept_runs.require_same(ablation.STUDY, kept, args, "torch", "abc")
    kept["runs"]["CPSM, seed 2"].update(change)
    with pytest.raises(SystemExit, match=message):
        kept_runs.require_same(ablation.STUDY, kept, args, backend, pool)
