"""Every public name is on the API page, with words for all that it takes."""

import ast
import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest

import keras_muirf

PAGE = Path(__file__).parents[1].joinpath("docs", "api.md").read_text()
PACKAGES = [
    importlib.import_module(f"keras_muirf.{module.name}")
    for module in pkgutil.iter_modules(keras_muirf.__path__)
    # Beam is not in the main environment.
    if module.ispkg and module.name != "bulk"
]


def exported(package):
    """What a package imports as itself."""
    return [
        name.name
        for node in ast.parse(inspect.getsource(package)).body
        if isinstance(node, ast.ImportFrom)
        for name in node.names
        if name.name == name.asname
    ]


PUBLIC = {
    f"{package.__name__}.{name}": getattr(package, name)
    for package in PACKAGES
    for name in exported(package)
}
CALLABLE = {name: x for name, x in PUBLIC.items() if callable(x)}


def own_classes(cls):
    return [c for c in cls.__mro__ if c.__module__.startswith("keras_muirf")]


def methods():
    """Names of methods that Keras does not describe already, and they."""
    seen = set()
    for name, cls in CALLABLE.items():
        if not inspect.isclass(cls):
            continue
        own = own_classes(cls)
        others = [c for c in cls.__mro__ if c not in own]
        for c in own:
            for method, function in vars(c).items():
                if (
                    method.startswith("_")
                    or method in getattr(c, "__dataclass_fields__", ())
                    or any(hasattr(other, method) for other in others)
                ):
                    continue
                if isinstance(function, (classmethod, staticmethod)):
                    function = function.__func__
                if isinstance(function, property):
                    function = function.fget
                if inspect.isfunction(function) and function not in seen:
                    seen.add(function)
                    yield f"{name}.{method}", getattr(cls, method), function


def taken_by(thing):
    return [
        name
        for name, parameter in inspect.signature(thing).parameters.items()
        if parameter.kind
        not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        and not name.startswith("_")
        and name not in ("self", "cls")
    ]


def missing(names, words):
    """Those that are neither among the arguments nor named in the text."""
    return [
        name
        for name in names
        if not re.search(rf"^ +`?{name}`?: |`{name}\b", words, re.MULTILINE)
    ]


@pytest.mark.parametrize(
    "package", filter(exported, PACKAGES), ids=lambda package: package.__name__
)
def test_is_on_the_page(package):
    assert f"::: {package.__name__}.*\n" in PAGE


@pytest.mark.parametrize("name", CALLABLE)
def test_all_that_it_takes_is_described(name):
    thing = CALLABLE[name]
    # A subclass need not say again what its base says.
    described = own_classes(thing) if inspect.isclass(thing) else [thing]
    words = "\n".join(inspect.getdoc(x) or "" for x in described)
    assert inspect.getdoc(thing)
    if not (inspect.isclass(thing) and issubclass(thing, Exception)):
        assert not missing(taken_by(thing), words)


@pytest.mark.parametrize(
    ("name", "method", "function"),
    [pytest.param(*found, id=found[0]) for found in methods()],
)
def test_methods_are_described(name, method, function):
    words = inspect.getdoc(method)
    assert words
    assert not missing(taken_by(function), words)
