"""Writes: what a task writes to Django's database, and which of it a retry rolls back."""

from __future__ import annotations

import ast
import builtins
import re
import sys
from collections.abc import Iterable, Iterator
from itertools import chain, takewhile

from ...syntax import exits, flow
from ...syntax.scopes import FUNCTION, Binding, Scope
from ...syntax.tree import ALIASES
from ..module import Module
from ..outcome.swallowing import swallower_among
from ..remembering import remembered_for_node
from ..retries import RetryCall

#: Methods of a model, and of a manager or query set; each has an ``a…`` form too.
MODEL_METHODS = frozenset({"save", "delete"})
QUERY_METHODS = frozenset(
    {"bulk_create", "bulk_update", "create", "get_or_create", "update", "update_or_create"}
)
#: Attributes that nothing but a model has.
MANAGERS = r"objects$|^_(default|base)_manager$"
#: Libraries whose objects have methods of these names and are no models.
OTHER_LIBRARIES = frozenset(
    {
        *("PIL", "aiohttp", "anthropic", "azure", "boto", "boto3", "botocore", "braintree"),
        *("celery", "docker", "docx", "elasticsearch", "fitz", "google", "httpx", "kubernetes"),
        *("matplotlib", "numpy", "openai", "openpyxl", "pandas", "paypalrestsdk", "pypdf"),
        *("redis", "reportlab", "requests", "sendgrid", "slack_sdk", "stripe", "tqdm", "twilio"),
        *("xlsxwriter", "xlwt", "yaml"),
    }
)
#: Parts of Django that have nothing to do with models.
OTHER_DJANGO = r"^django\.(conf|core|http|template|test|utils|contrib\.messages)\b"
#: How people call what speaks to a service, a cache or a storage.
NAMES_FOR_SERVICES = (
    r"(?i)(^|_)(api|bar|bucket|cache|client|gateway|http|pbar|redis|s3|service|session|storage)"
    r"(_|$)"
)
LITERALS = (
    *(ast.Dict, ast.List, ast.Set, ast.Tuple, ast.Constant, ast.JoinedStr),
    *(ast.DictComp, ast.ListComp, ast.SetComp, ast.GeneratorExp),
)


# -- what a retry rolls back -----------------------------------------------------------------


def rolled_back_write(call: RetryCall) -> ast.Call | None:
    """A write (or call of a function that writes) before a retry call that its ``Retry`` rolls
    back, the first of the nearest block; ``None`` where there is none, or where the ``Retry`` never
    leaves the atomic block."""
    module = call.module
    if call.throws is False:
        return None
    steps = [call.node] if call.called_at is None else [call.node, call.called_at]
    before: Iterable[ast.stmt] = ()
    inside: list[flow.Frame] = []
    for step in steps:
        frames = list(flow.frames(module.tree, step))
        around = _atomic_around(module, step, frames)
        inside += _inside_of(around, frames)
        before = chain(before, flow.run_before(module.tree, step, around))
        if around is not None:
            is_kept = swallower_among(module, inside) is not None
            return None if is_kept else _first_write(call, before)
    return None


def _inside_of(block: ast.AST | None, frames: list[flow.Frame]) -> Iterator[flow.Frame]:
    return takewhile(lambda frame: frame.node is not block, frames)


def _atomic_around(module: Module, node: ast.AST, frames: list[flow.Frame]) -> ast.AST | None:
    """The outermost atomic block around a node in its own function: the ``with`` statement, or the
    function that a decorator wraps."""
    scope = module.tree.scope_of(node)
    if isinstance(scope.node, FUNCTION):
        task = module.task_run_by(scope)
        decorators = (
            task.decorators_below
            if task is not None and not task.is_class
            else scope.node.decorator_list
        )
        if any(_is_atomic(module, decorator) for decorator in decorators):
            return scope.node
    blocks = [
        frame.node
        for frame in frames
        if isinstance(frame.node, ast.With)
        and any(_is_atomic(module, item.context_expr) for item in frame.node.items)
    ]
    return blocks[-1] if blocks else None


def _is_atomic(module: Module, expression: ast.expr) -> bool:
    made = module.values.read(expression)
    made = made.func if isinstance(made, ast.Call) else made
    return module.names.qualified(made) == "django.db.transaction.atomic"


def _first_write(call: RetryCall, before: Iterable[ast.stmt]) -> ast.Call | None:
    module = call.module
    for earlier in before:
        for write in _writes_in(module, earlier):
            if not _decides_against(write, call):
                return write
    return None


@remembered_for_node
def _writes_in(module: Module, statement: ast.stmt) -> list[ast.Call]:
    """The writes of a statement after which what follows it is reached."""
    return [
        call
        for call in module.tree.within(statement, ast.Call)
        if _writes(module, call, set()) and exits.gets_past(module.tree, call, statement)
    ]


def _writes(module: Module, call: ast.Call, followed: set[Scope]) -> bool:
    """Whether a call is a write, or calls a function of the module that does one."""
    if is_write(module, call):
        return True
    function = _function_called(module, call)
    if function is None or function in followed:
        return False
    followed.add(function)
    return any(_writes(module, inner, followed) for inner in function.walk(ast.Call))


def _function_called(module: Module, call: ast.Call) -> Scope | None:
    """The function of the module that a call runs: by its name, or as a method of ``self``."""
    definition = module.names.definition(call.func)
    if isinstance(definition, FUNCTION):
        return module.tree.scope_made_by(definition)
    if not isinstance(call.func, ast.Attribute):
        return None
    scope = module.tree.scope_of(call)
    assert scope.parent is not None
    receiver = module.names.parameter(call.func.value)
    if not isinstance(scope.parent.node, ast.ClassDef) or [receiver] != scope.parameters[:1]:
        return None
    for method in scope.parent.inner:
        if isinstance(method.node, FUNCTION) and method.node.name == call.func.attr:
            return method
    return None


def _decides_against(write: ast.Call, call: RetryCall) -> bool:
    """Whether the retry call is reached only when the write turned out to change nothing:
    ``if not updated:``, ``if not created:``."""
    tree = call.module.tree
    parent = tree.parent(write)
    statement = tree.parent(parent) if isinstance(parent, ast.Await) else parent
    if not isinstance(statement, ast.Assign):
        return False
    target = statement.targets[0]
    if isinstance(target, ast.Tuple):
        assert isinstance(write.func, ast.Attribute)
        if not write.func.attr.endswith("get_or_create"):
            return False
        target = target.elts[-1]
    if not isinstance(target, ast.Name):
        return False
    return any(
        isinstance(frame.node, ast.If) and _is_test_for_nothing(frame.node, frame.field, target.id)
        for frame in call.frames
    )


def _is_test_for_nothing(branch: ast.If, field: str, name: str) -> bool:
    test = branch.test
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return field == "body" and isinstance(test.operand, ast.Name) and test.operand.id == name
    if isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == name:
        zero = isinstance(test.comparators[0], ast.Constant) and test.comparators[0].value == 0
        return field == "body" and zero and isinstance(test.ops[0], ast.Eq)
    return field == "orelse" and isinstance(test, ast.Name) and test.id == name


# -- what is a write -------------------------------------------------------------------------


def is_write(module: Module, call: ast.Call) -> bool:
    """Whether a call writes to Django's database: a method of a model, a manager or a query set, on
    something that isn't known to be anything else."""
    if not isinstance(call.func, ast.Attribute):
        return False
    name = call.func.attr
    method = name if name in MODEL_METHODS | QUERY_METHODS else name[1:]
    if name not in {method, f"a{method}"} or method not in MODEL_METHODS | QUERY_METHODS:
        return False
    receiver = call.func.value
    task = module.task_running(call)
    if task is not None and task.is_reference(receiver):
        return False
    if _has_manager(module, receiver):
        return True
    given = {keyword.arg: module.values.value(keyword.value) for keyword in call.keywords}
    if given.get("commit") is False:
        return False
    # ``hash.update(data)``, ``image.save(path)``, ``cache.delete(key)``: Django takes names here,
    # and some name to ``update``.
    if call.args and not method.startswith("bulk_"):
        return False
    if method == "update" and not call.keywords:
        return False
    if any(re.search(NAMES_FOR_SERVICES, part) for part in _parts(receiver)):
        return False
    return _may_be_model(module, receiver, method, ALIASES)


def _has_manager(module: Module, receiver: ast.expr) -> bool:
    """Whether a manager of a model stands in an expression, or in what its name was assigned."""
    root = _root(receiver)
    made = module.values.read(root) if root is not None else receiver
    return any(re.search(MANAGERS, part) for part in (*_parts(receiver), *_parts(made)))


def _parts(expression: ast.expr) -> Iterator[str]:
    """The names and attributes that an expression is a chain of, through calls and indexes."""
    node: ast.expr = expression
    while True:
        if isinstance(node, ast.Attribute):
            yield node.attr
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, (ast.Subscript, ast.Await)):
            node = node.value
        else:
            break
    if isinstance(node, ast.Name):
        yield node.id


def _may_be_model(module: Module, expression: ast.expr, method: str, depth: int) -> bool:
    """Whether an expression may be a model, or for the methods of one, a query set."""
    if isinstance(expression, LITERALS):
        return False
    if isinstance(expression, (ast.IfExp, ast.BoolOp)):
        arms = (
            [expression.body, expression.orelse]
            if isinstance(expression, ast.IfExp)
            else expression.values
        )
        return all(_may_be_model(module, arm, method, depth) for arm in arms)
    if isinstance(expression, ast.NamedExpr):
        return _may_be_model(module, expression.value, method, depth)
    root = _root(expression)
    if isinstance(root, LITERALS):
        return False
    if not isinstance(root, ast.Name) or depth == 0:
        return True
    found = module.names.lookup(root.id, module.tree.scope_of(root))
    if found is None:
        builtin = getattr(builtins, root.id, None)
        return not (isinstance(builtin, type) or builtin is open)
    return all(_may_bind_model(module, binding, expression, method, depth) for binding in found[1])


def _root(expression: ast.expr) -> ast.expr | None:
    node = expression
    while isinstance(node, (ast.Attribute, ast.Call, ast.Subscript, ast.Await)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node if isinstance(node, (ast.Name, *LITERALS)) else None


def _may_bind_model(
    module: Module, binding: Binding, expression: ast.expr, method: str, depth: int
) -> bool:
    if binding.kind == "import":
        return _may_import_model(binding, expression)
    if binding.kind == "definition":
        # A class of the module that inherits from nothing is no model.
        return not isinstance(binding.node, ast.ClassDef) or bool(binding.node.bases)
    if binding.kind == "parameter":
        # A message brings a task nothing but plain data, and a model has no such methods.
        function = module.tree.parent(module.tree.parent(binding.node))
        assert isinstance(function, (*FUNCTION, ast.Lambda))
        is_of_task = module.task_run_by(module.tree.scope_made_by(function)) is not None
        return method in MODEL_METHODS or not (isinstance(expression, ast.Name) and is_of_task)
    if binding.value is None:
        return not _is_opened_file(module, binding)
    if method in QUERY_METHODS and isinstance(binding.value, ast.Call) and _is_class(binding.value):
        return False
    return _may_be_model(module, binding.value, method, depth - 1)


def _may_import_model(binding: Binding, expression: ast.expr) -> bool:
    qualified = binding.qualified or ""
    parts = list(_parts(expression))
    if "models" in (*qualified.split("."), *parts):
        return True
    library = qualified.partition(".")[0]
    if library in sys.stdlib_module_names or library in OTHER_LIBRARIES:
        return False
    if re.match(OTHER_DJANGO, qualified):
        return False
    # What a function returns may be a model; a module or its functions are none.
    is_called = any(isinstance(node, ast.Call) for node in ast.walk(expression))
    return is_called or parts[-1][:1].isupper()


def _is_class(call: ast.Call) -> bool:
    """Whether a call makes an instance of a class, by the spelling of its name."""
    name = next(_parts(call.func), "")
    return name[:1].isupper()


def _is_opened_file(module: Module, binding: Binding) -> bool:
    """Whether a name is bound by ``with open(…) as file`` and the like of the standard library."""
    item = module.tree.parent(binding.node)
    if not (isinstance(item, ast.withitem) and isinstance(item.context_expr, ast.Call)):
        return False
    qualified = module.names.qualified(item.context_expr.func) or ""
    library = qualified.partition(".")[0]
    return qualified == "open" or library in sys.stdlib_module_names or library in OTHER_LIBRARIES
