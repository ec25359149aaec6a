import pathlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_muirf.training import Parameter
from keras_muirf.training import RunError
from keras_muirf.training.arguments import read_arguments
from keras_muirf.training.standard_parameters import standard_parameters

PARAMETERS = [
    *standard_parameters(55, 1.2e-3),
    Parameter("haze", 0.8, "share of haze", above=0),
]


def read(*words):
    return read_arguments(words, PARAMETERS, "A test.")


@pytest.mark.parametrize(
    "words",
    [
        ["--minutes", "3", "--steps-per-epoch", "7", "--smoke"],
        ["--minutes=3", "--steps_per_epoch=7", "--smoke=yes"],
        ["--set", "minutes=3", "--set=steps_per_epoch=7", "--set", "smoke=on"],
        ["--set", "minutes=3", "--set", "steps-per-epoch=7", "--smoke", "TRUE"],
    ],
)
def test_all_ways_to_give_a_value_are_the_same(words):
    assert read(*words) == (
        {"minutes": 3.0, "steps_per_epoch": 7, "smoke": True},
        None,
    )


def test_kinds():
    given, resume = read(
        "--set=data=a=b c", "--set=rule=upgrad", "--set=haze=1e-2", "--resume=x"
    )
    assert given == {
        "data": pathlib.Path("a=b c"),
        "rule": "UPGrad",
        "haze": 0.01,
    }
    assert resume == "x"


@pytest.mark.parametrize(
    "word, message",
    [
        ("sizee=tiny", "no parameter 'sizee'; the names are bad_steps, "),
        ("size=huge", "one of tiny, small, base, smoke. Received: size=huge"),
        ("minutes=abc", "minutes has to be a number above 0. Received: min"),
        ("minutes=0", "a number above 0"),
        ("minutes=nan", "a number above 0"),
        ("minutes=inf", "a number above 0"),
        ("steps=1.5", "steps has to be a whole number above 0"),
        ("steps=", "Received: steps="),
        ("rule=mean", "one of AlignedMTL, CAGrad, IMTLG, MVGH, MeanGradient, "),
        ("precision=half", "float32, mixed_bfloat16, mixed_float16"),
        ("smoke=maybe", "smoke has to be true or false"),
        ("data=", "data has to be a path"),
        ("tiny", "NAME=VALUE. Received: --set tiny"),
    ],
)
def test_wrong_names_and_values_say_in_one_line_what_there_is(word, message):
    with pytest.raises(RunError) as error:
        read("--set", word)
    assert message in str(error.value) and "\n" not in str(error.value)
    assert error.value.exit_code == 2


def test_wrong_options_are_one_line_too():
    for words in (["--sizee", "tiny"], ["--size"], ["tiny"], ["--minu", "3"]):
        with pytest.raises(RunError, match="--help lists the parameters"):
            read(*words)


def test_help_lists_every_parameter(capsys):
    with pytest.raises(SystemExit) as end:
        read("--help")
    assert end.value.code == 0
    said = capsys.readouterr().out
    assert all(f"--{p.name.replace('_', '-')}" in said for p in PARAMETERS)
    assert "share of haze" in said


@given(st.text(max_size=8))
def test_any_text_is_a_value_or_one_line(text):
    for parameter in PARAMETERS:
        try:
            value = parameter.parse(text)
        except RunError as error:
            assert f"Received: {parameter.name}=" in str(error)
            assert "\n" not in str(error)
        else:
            # What is recorded is read again as it was.
            assert parameter.parse(str(value)) == value
