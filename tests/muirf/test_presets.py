from keras_muirf import models


def test_presets_are_listed(muirf, monkeypatch):
    listed = {
        "muirf_b": {"weathers": ("rain",), "params": 12345, "description": "B"},
        "muirf_a": {
            "weathers": ("rain", "snow"),
            "params": 678,
            "description": "The first.",
        },
    }
    monkeypatch.setattr(models, "list_presets", lambda: listed)
    done = muirf("presets")
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == [
        "muirf_a\train, snow\t678\tThe first.",
        "muirf_b\train\t12,345\tB",
    ]


def test_presets_on_a_terminal(muirf, monkeypatch):
    from muirf import presets

    about = {"weathers": ("rain",), "params": 12345, "description": "Small."}
    monkeypatch.setattr(models, "list_presets", lambda: {"muirf_a": about})
    # CliRunner's output is no terminal.
    monkeypatch.setattr(presets, "_on_terminal", lambda: True)
    done = muirf("presets")
    assert done.exit_code == 0, done.output
    for word in ("Parameters", "muirf_a", "12,345", "Small."):
        assert word in done.stdout


def test_a_damaged_installation_is_one_line(muirf, monkeypatch):
    def missing():
        raise FileNotFoundError("it has no\n'metadata.json'")

    monkeypatch.setattr(models, "list_presets", missing)
    done = muirf("presets")
    assert done.exit_code == 1
    assert "it has no 'metadata.json'" in done.stderr
    assert len(done.stderr.splitlines()) == 1
