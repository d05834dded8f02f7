"""Where a module runs the function that it decorates, and the block under its ``with``."""

from __future__ import annotations

import ast

import pytest
from short_modules import model

from flake8_celery_retry.model.outcome.wrapping import calls_of_wrapped, yields_of_manager

MODULE = """
import contextlib
from contextlib import asynccontextmanager, contextmanager
from shop import wrapped_elsewhere

def plain(function):
    def wrapper(*args):
        print(args)
        return function(*args)
    return wrapper

def called(*errors):
    def decorate(function):
        def wrapper(*args):
            try: return function(1)
            except errors: return function(2)
        return wrapper
    return decorate

def with_a_stamp(name):
    def stamp(): return name
    def decorate(function):
        def wrapper(): return function(stamp())
        return wrapper
    return decorate

def at_once(function):
    function()
    return function

def of_nothing():
    def decorate():
        def wrapper(function): return function()
        return wrapper
    return decorate

def of_another(function, other):
    def wrapper(): return other()
    return wrapper

def in_a_lambda(function):
    return lambda order: function(order)

def in_lambdas(times):
    return lambda function: lambda order: function(order)

class Wrapping:
    def __init__(self, function): self.function = function
    def __call__(self): return self.function()

@DECORATOR
def charge(): pass
"""

#: A decorator; the calls of the function that it decorates.
DECORATORS = [
    ("plain", ["function(*args)"]),
    ("plain()", []),
    ("called", []),
    ("called(OSError)", ["function(1)", "function(2)"]),
    ("with_a_stamp('work')", ["function(stamp())"]),
    ("at_once", []),
    ("of_nothing", []),
    ("of_nothing()", []),
    ("of_another", []),
    ("in_a_lambda", ["function(order)"]),
    ("in_lambdas(3)", []),
    ("Wrapping", []),
    ("wrapped_elsewhere", []),
    ("unknown.decorator", []),
]


@pytest.mark.parametrize(("decorator", "calls"), DECORATORS)
def test_a_decorator_calls_what_it_decorates(decorator, calls):
    module = model(MODULE.replace("DECORATOR", decorator))
    [written] = module.tree.root.node.body[-1].decorator_list
    assert [ast.unparse(call) for call in calls_of_wrapped(module, written)] == calls


#: A function that gives way; how often a ``with`` of it runs its block.
MANAGERS = [
    ("@contextmanager\ndef keeping(): yield", 1),
    ("@contextlib.contextmanager\ndef keeping(): yield", 1),
    ("@asynccontextmanager\nasync def keeping(): yield", 1),
    ("@wrapped_elsewhere\n@contextmanager\ndef keeping(): yield", 1),
    ("@contextmanager\ndef keeping():\n    try: yield\n    except OSError: yield", 2),
    ("@contextmanager\ndef keeping():\n    def inner(): yield\n    return inner()", 0),
    ("@wrapped_elsewhere\ndef keeping(): yield", 0),
    ("def keeping(): yield", 0),
]


@pytest.mark.parametrize(("manager", "times"), MANAGERS)
def test_a_manager_runs_a_block(manager, times):
    module = model(f"{MODULE.replace('DECORATOR', 'plain')}\n{manager}\n")
    function = module.tree.root.node.body[-1]
    assert len(list(yields_of_manager(module, function))) == times
