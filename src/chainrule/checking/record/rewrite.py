"""A program's syntax tree, rewritten so that the recorder does its operations."""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence

from chainrule.checking.record.tape import Site, Span

RECORDER = "__chainrule__"
"""The name that the rewritten program knows the recorder by."""

ARRAY_ATTRIBUTES = frozenset({"T", "mT", "real", "flat", "float32", "float16", "single", "half"})
"""Attributes that are operations on arrays, or types that the check replaces by float64."""

UNTOUCHED_CALLS = frozenset({"super", "locals", "globals", "vars", "eval", "exec", "dir", "__import__", "input"})
"""Built-in functions that look at the frame which calls them."""


class Rewriter(ast.NodeTransformer):
    """Rewrites one module; sites and statements are numbered in the order of the text."""

    def __init__(self, watched: Collection[int] = ()) -> None:
        self.sites: list[Site] = []
        self.statements: list[Span] = []
        self._watched = watched
        self._function: list[str] = []
        self._named: list[set[str]] = []
        """By function around: all the names in it."""
        self._statement = -1
        self._temporary = 0

    def rewritten(self, tree: ast.Module) -> ast.Module:
        """Return a tree that does the same through the recorder; the one given is used up."""
        tree.body = self._block(tree.body)
        return ast.fix_missing_locations(tree)

    # --- statements -------------------------------------------------------------------------------------------

    def _block(self, body: list[ast.stmt]) -> list[ast.stmt]:
        result: list[ast.stmt] = []
        for statement in body:
            before = self._statement
            self._statement = len(self.statements)
            self.statements.append(_span(statement, ".".join(self._function)))
            number = self._statement
            made = self.visit(statement)
            if number in self._watched:
                result.append(ast.copy_location(_statement(self._watching(number)), statement))
            result += made if isinstance(made, list) else [made]
            self._statement = before
        return result

    def _watching(self, number: int) -> str:
        """Return the call that keeps what a statement sees: in a function also the globals that it may name."""
        named = f", globals(), {sorted(self._named[-1])!r}" if self._named else ""
        return f"{RECORDER}.watch({number}, locals(){named})"

    def _blocks(self, node: ast.AST, *fields: str) -> None:
        for name in fields:
            block = getattr(node, name, None)
            if block:
                setattr(node, name, self._block(block))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.args = self._arguments(node.args)
        self._function.append(node.name)
        self._named.append({one.id for one in ast.walk(node) if isinstance(one, ast.Name)} if self._watched else set())
        node.body = self._block(node.body)
        self._named.pop()
        name = ".".join(self._function)
        self._function.pop()
        if not _is_generator(node):
            node.decorator_list.append(_expression(f"{RECORDER}.function({name!r}, {node.lineno})"))
        node.returns = None
        return node

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.bases = [self.visit(base) for base in node.bases]
        self._function.append(node.name)
        node.body = self._block(node.body)
        self._function.pop()
        node.decorator_list.append(_expression(f"{RECORDER}.class_"))
        return node

    def visit_For(self, node: ast.For) -> ast.AST:
        site = self._site(node.iter)
        node.iter = _call("iterate", [_number(site), self.visit(node.iter)])
        before, node.target = self._stored(node.target)
        statement = self._statement
        node.body = [*before, *_bindings(statement, [node.target]), *self._block(node.body)]
        self._blocks(node, "orelse")
        return node

    def visit_While(self, node: ast.While) -> ast.AST:
        node.test = self.visit(node.test)
        self._blocks(node, "body", "orelse")
        return node

    def visit_If(self, node: ast.If) -> ast.AST:
        node.test = self.visit(node.test)
        self._blocks(node, "body", "orelse")
        return node

    def visit_With(self, node: ast.With) -> ast.AST:
        for item in node.items:
            item.context_expr = self.visit(item.context_expr)
        self._blocks(node, "body")
        return node

    def visit_Try(self, node: ast.Try) -> ast.AST:
        self._blocks(node, "body", "orelse", "finalbody")
        for handler in node.handlers:
            self._blocks(handler, "body")
        return node

    def visit_Match(self, node: ast.Match) -> ast.AST:
        node.subject = self.visit(node.subject)
        for case in node.cases:
            self._blocks(case, "body")
        return node

    def visit_Assign(self, node: ast.Assign) -> list[ast.stmt]:
        value = self._literal(node.value)
        if any(isinstance(target, ast.Tuple | ast.List) for target in node.targets):
            value = _call("unpack", [_number(self._site(node.value)), value])
        return self._assigned(node, node.targets, value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt | list[ast.stmt]:
        if node.value is None:
            return node
        return self._assigned(node, [node.target], self._literal(node.value))

    def _assigned(self, node: ast.stmt, targets: Sequence[ast.expr], value: ast.expr) -> list[ast.stmt]:
        only = targets[0]
        if len(targets) == 1 and isinstance(only, ast.Subscript):
            return [ast.copy_location(ast.Expr(self._set(only, value)), node)]
        after: list[ast.stmt] = []
        new: list[ast.expr] = []
        for target in targets:
            more, changed = self._stored(target)
            after += more
            new.append(changed)
        first = ast.copy_location(ast.Assign(new, value), node)
        return [first, *after, *(ast.copy_location(one, node) for one in _bindings(self._statement, new))]

    def _stored(self, target: ast.expr) -> tuple[list[ast.stmt], ast.expr]:
        """Return the target of an assignment without entries of arrays, and the statements that store those."""
        if isinstance(target, ast.Subscript):
            self._temporary += 1
            name = f"_{RECORDER}_{self._temporary}"
            store = ast.Expr(self._set(target, ast.Name(name, ast.Load())))
            return [ast.copy_location(store, target)], ast.copy_location(ast.Name(name, ast.Store()), target)
        if isinstance(target, ast.Tuple | ast.List):
            pairs = [self._stored(one) for one in target.elts]
            return [one for after, _ in pairs for one in after], type(target)([new for _, new in pairs], ast.Store())
        if isinstance(target, ast.Starred):
            after, new = self._stored(target.value)
            return after, ast.Starred(new, ast.Store())
        if isinstance(target, ast.Attribute):
            target.value = self.visit(target.value)
        return [], target

    def _set(self, target: ast.Subscript, value: ast.expr) -> ast.expr:
        text = ast.Constant(ast.unparse(target.value))
        site = _number(self._site(target))
        return _call("set_item", [site, self.visit(target.value), self._key(target.slice), value, text])

    def visit_AugAssign(self, node: ast.AugAssign) -> list[ast.stmt]:
        site, operator = _number(self._site(node)), ast.Constant(_operator(node.op))
        target = node.target
        if isinstance(target, ast.Subscript):
            text = ast.Constant(ast.unparse(target.value))
            holder, key = self.visit(target.value), self._key(target.slice)
            made: ast.stmt = ast.Expr(
                _call("augment_item", [site, operator, holder, key, self.visit(node.value), text])
            )
            return [ast.copy_location(made, node)]
        value = self.visit(node.value)
        if isinstance(target, ast.Attribute):
            holder = self.visit(target.value)
            text = ast.Constant(ast.unparse(target))
            arguments = [site, operator, holder, ast.Constant(target.attr), value, text]
            return [ast.copy_location(ast.Expr(_call("augment_attribute", arguments)), node)]
        read = ast.Name(target.id, ast.Load())
        made = ast.Assign([target], _call("augment", [site, operator, read, value]))
        after = _bindings(self._statement, [target])
        return [ast.copy_location(made, node), *(ast.copy_location(one, node) for one in after)]

    # --- expressions ------------------------------------------------------------------------------------------

    def _literal(self, node: ast.expr) -> ast.expr:
        """Return an expression whose numbers are objects of their own: ``b = 0.0`` and ``db = 0.0`` are two values."""
        if isinstance(node, ast.Constant) and type(node.value) is float:
            return ast.copy_location(_call("literal", [node]), node)
        if isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant):
            if type(node.operand.value) is float:
                return ast.copy_location(_call("literal", [node]), node)
            return node
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            node.elts = [self._literal(one) for one in node.elts]
            return node
        return self.visit(node)

    def visit_List(self, node: ast.List) -> ast.AST:
        return self._literal(node) if isinstance(node.ctx, ast.Load) else node

    def visit_Tuple(self, node: ast.Tuple) -> ast.AST:
        return self._literal(node) if isinstance(node.ctx, ast.Load) else node

    def visit_Dict(self, node: ast.Dict) -> ast.AST:
        node.keys = [key and self.visit(key) for key in node.keys]
        node.values = [
            self._literal(value) if key is None else self._entry(key, self._literal(value), value)
            for key, value in zip(node.keys, node.values, strict=True)
        ]
        return node

    def _entry(self, key: ast.expr, value: ast.expr, node: ast.expr) -> ast.expr:
        if not isinstance(key, ast.Constant):
            return value
        return ast.copy_location(
            _call("entry", [_number(self._statement), ast.Constant(f"[{key.value!r}]"), value]), node
        )

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        arguments = [_number(self._site(node)), ast.Constant(_operator(node.op))]
        return _placed(node, _call("binary", [*arguments, self.visit(node.left), self.visit(node.right)]))

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        if isinstance(node.op, ast.Not) or isinstance(node.operand, ast.Constant):
            node.operand = self.visit(node.operand)
            return node
        name = {ast.USub: "negative", ast.UAdd: "positive", ast.Invert: "invert"}[type(node.op)]
        return _placed(node, _call("unary", [_number(self._site(node)), ast.Constant(name), self.visit(node.operand)]))

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        name = _COMPARISONS.get(type(node.ops[0]))
        if len(node.ops) != 1 or name is None:
            self.generic_visit(node)
            return node
        left, right = self.visit(node.left), self.visit(node.comparators[0])
        return _placed(node, _call("compare", [_number(self._site(node)), ast.Constant(name), left, right]))

    def visit_Call(self, node: ast.Call) -> ast.AST:
        function = node.func
        if isinstance(function, ast.Name) and function.id in UNTOUCHED_CALLS:
            return node
        site = _number(self._site(node))
        arguments = [self._literal(one) for one in node.args]
        keywords = [ast.keyword(one.arg, self._literal(one.value)) for one in node.keywords]
        if isinstance(function, ast.Attribute):
            first = [site, self.visit(function.value), ast.Constant(function.attr)]
            return _placed(node, _call("method", [*first, *arguments], keywords))
        return _placed(node, _call("call", [site, self.visit(function), *arguments], keywords))

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        node.value = self.visit(node.value)
        if node.attr not in ARRAY_ATTRIBUTES or not isinstance(node.ctx, ast.Load):
            return node
        return _placed(node, _call("attribute", [_number(self._site(node)), node.value, ast.Constant(node.attr)]))

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        if not isinstance(node.ctx, ast.Load):
            node.value = self.visit(node.value)
            return node
        arguments = [_number(self._site(node)), self.visit(node.value), self._key(node.slice)]
        return _placed(node, _call("index", arguments))

    def _key(self, key: ast.expr) -> ast.expr:
        """Return what stands in brackets as an expression."""
        if isinstance(key, ast.Slice):
            bounds = [(one and self.visit(one)) or ast.Constant(None) for one in (key.lower, key.upper, key.step)]
            return _placed(key, _call("slice", bounds))
        if isinstance(key, ast.Tuple):
            return _placed(key, ast.Tuple([self._key(one) for one in key.elts], ast.Load()))
        return self.visit(key)

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.AST:
        node.value = _placed(node.value, _call("observe", [self.visit(node.value)]))
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        node.args = self._arguments(node.args)
        node.body = self.visit(node.body)
        name = ".".join((*self._function, "<lambda>"))
        return _placed(node, ast.Call(_expression(f"{RECORDER}.function({name!r}, {node.lineno})"), [node], []))

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        node.iter = _placed(node.iter, _call("iterate", [_number(self._site(node.iter)), self.visit(node.iter)]))
        node.ifs = [self.visit(one) for one in node.ifs]
        return node

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> ast.AST:
        node.elt = self._literal(node.elt)
        node.generators = [self.visit_comprehension(one) for one in node.generators]  # type: ignore[misc]
        return node

    visit_ListComp = visit_SetComp = visit_GeneratorExp = _comprehension

    def _arguments(self, node: ast.arguments) -> ast.arguments:
        for argument in (*node.posonlyargs, *node.args, *node.kwonlyargs, node.vararg, node.kwarg):
            if argument is not None:
                argument.annotation = None
        node.defaults = [self._literal(one) for one in node.defaults]
        node.kw_defaults = [one and self._literal(one) for one in node.kw_defaults]
        return node

    def _site(self, node: ast.AST) -> int:
        self.sites.append(
            Site(
                getattr(node, "lineno", 0),
                getattr(node, "col_offset", 0),
                getattr(node, "end_lineno", 0) or 0,
                getattr(node, "end_col_offset", 0) or 0,
                self._statement,
            )
        )
        return len(self.sites) - 1


_COMPARISONS = {
    ast.Gt: "greater",
    ast.GtE: "greater_equal",
    ast.Lt: "less",
    ast.LtE: "less_equal",
    ast.Eq: "equal",
    ast.NotEq: "not_equal",
}

_OPERATORS = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "true_divide",
    ast.FloorDiv: "floor_divide",
    ast.Mod: "mod",
    ast.Pow: "power",
    ast.MatMult: "matmul",
    ast.BitAnd: "bitwise_and",
    ast.BitOr: "bitwise_or",
    ast.BitXor: "bitwise_xor",
    ast.LShift: "left_shift",
    ast.RShift: "right_shift",
}


def _operator(node: ast.operator) -> str:
    return _OPERATORS[type(node)]


def _span(node: ast.stmt, function: str) -> Span:
    body = getattr(node, "body", None)
    end, column = node.end_lineno or node.lineno, node.end_col_offset or 0
    if isinstance(body, list) and body:  # the head of a compound statement
        end, column = max(body[0].lineno - 1, node.lineno), 10_000
    return Span(node.lineno, node.col_offset, end, column, function)


def _is_generator(node: ast.FunctionDef) -> bool:
    pending: list[ast.AST] = list(node.body)
    while pending:
        one = pending.pop()
        if isinstance(one, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(one, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            pending += ast.iter_child_nodes(one)
    return False


def _bindings(statement: int, targets: Sequence[ast.expr]) -> list[ast.stmt]:
    """Return the statement that tells the recorder what names now stand for."""
    names = [one for target in targets for one in _names(target)]
    if not names:
        return []
    pairs = [part for name in names for part in (ast.Constant(ast.unparse(name)), _loaded(name))]
    return [ast.Expr(_call("bind", [_number(statement), *pairs]))]


def _names(target: ast.expr) -> list[ast.expr]:
    if isinstance(target, ast.Tuple | ast.List):
        return [name for one in target.elts for name in _names(one)]
    if isinstance(target, ast.Starred):
        return _names(target.value)
    if isinstance(target, ast.Name):
        return [] if target.id.startswith(f"_{RECORDER}") else [target]
    plain = isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name | ast.Attribute)
    return [target] if plain else []


def _loaded(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.Name):
        return ast.Name(node.id, ast.Load())
    assert isinstance(node, ast.Attribute)
    return ast.Attribute(_loaded(node.value) if isinstance(node.value, ast.Name) else node.value, node.attr, ast.Load())


def _call(name: str, arguments: Sequence[ast.expr], keywords: Sequence[ast.keyword] = ()) -> ast.expr:
    function = ast.Attribute(ast.Name(RECORDER, ast.Load()), name, ast.Load())
    return ast.Call(function, list(arguments), list(keywords))


def _placed(old: ast.AST, new: ast.expr) -> ast.expr:
    return ast.copy_location(new, old)


def _number(value: int) -> ast.expr:
    return ast.Constant(value)


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _statement(text: str) -> ast.stmt:
    return ast.parse(text).body[0]
