"""Changes that may mend how training draws: labels by the index of their rows, rows from all that there are."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chainrule.checking.reading.recognise.vocabulary import role
from chainrule.checking.teaching.remedies import Remedy, remedy, simple_statements, with_part
from chainrule.checking.teaching.subject import Subject
from chainrule.checking.teaching.trial import Trial


def own_labels(subject: Subject, seen: Trial) -> Iterator[Remedy]:
    """Yield changes that draw labels by the rows' own index."""
    node = seen.trainer.node
    rows, labels = list(_indexed(node, "X")), list(_indexed(node, "y"))
    for statement, label in labels:
        for _, row in rows:
            for index in _as_index_of(row, label):
                new = with_part(statement, label, index)
                if ast.dump(new) != ast.dump(statement):
                    yield remedy(subject, [(statement, (new,))])
    for row_statement, row in rows:
        for statement, label in labels:
            yield from _one_order(subject, row_statement, row, statement, label)
    yield from _one_shuffle(subject, node)


def _indexed(node: ast.AST, meaning: str) -> Iterator[tuple[ast.stmt, ast.Subscript]]:
    """Yield where the rows (or the labels) are indexed."""
    for statement in simple_statements(node):
        for inner in ast.walk(statement):
            if isinstance(inner, ast.Subscript) and isinstance(inner.ctx, ast.Load) and _is(inner.value, meaning):
                yield statement, inner


def _is(node: ast.AST, meaning: str) -> bool:
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return role(name) == meaning


def _as_index_of(row: ast.Subscript, label: ast.Subscript) -> Iterator[ast.Subscript]:
    """Yield the labels with the index of the rows: all of it, or that of its axis of examples."""
    parts = row.slice.elts if isinstance(row.slice, ast.Tuple) else []
    whole = [part for part in parts if not (isinstance(part, ast.Slice) and part.lower is part.upper is None)]
    for index in (row.slice, *whole):
        yield ast.copy_location(ast.Subscript(label.value, index, ast.Load()), label)


def _one_order(
    subject: Subject, first: ast.stmt, row: ast.Subscript, second: ast.stmt, label: ast.Subscript
) -> Iterator[Remedy]:
    """Yield the change that draws an order once and uses it twice."""
    if first is second or not isinstance(row.slice, ast.Call):
        return
    name = ast.Name("order", ast.Load())
    drawn = ast.copy_location(ast.Assign([ast.Name("order", ast.Store())], row.slice), first)
    one = with_part(first, row, ast.copy_location(ast.Subscript(row.value, name, ast.Load()), row))
    other = with_part(second, label, ast.copy_location(ast.Subscript(label.value, name, ast.Load()), label))
    yield remedy(subject, [(second, (other,)), (first, (ast.fix_missing_locations(drawn), one))])


def _one_shuffle(subject: Subject, node: ast.AST) -> Iterator[Remedy]:
    """Yield the change for rows and labels that are shuffled one after the other."""
    shuffled = {
        meaning: (statement, statement.value)
        for meaning in ("X", "y")
        for statement in simple_statements(node)
        if isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Call)
        and ast.unparse(statement.value.func).endswith("shuffle")
        and statement.value.args
        and _is(statement.value.args[0], meaning)
    }
    if len(shuffled) < 2:
        return
    (first, rows), (second, labels) = shuffled["X"], shuffled["y"]
    X, y = ast.unparse(rows.args[0]), ast.unparse(labels.args[0])
    permutation = ast.unparse(rows.func).replace("shuffle", "permutation")
    texts = (f"order = {permutation}(len({X}))", f"{X} = {X}[order]", f"{y} = {y}[order]")
    order, one, other = (ast.parse(text).body[0] for text in texts)
    placed = [ast.copy_location(order, first), ast.copy_location(one, first), ast.copy_location(other, second)]
    order, one, other = (ast.fix_missing_locations(part) for part in placed)
    yield remedy(subject, [(second, (other,)), (first, (order, one))])


def all_rows(subject: Subject, seen: Trial) -> Iterator[Remedy]:
    """Yield changes that draw from all rows."""
    node, batch = seen.trainer.node, seen.settings.batch
    numbers = {name: value for call in seen.calls for name, value in call.caller.items()}
    many = [name for name, value in numbers.items() if value == len(seen.data.X)]
    X = next((argument.arg for argument in node.args.args if role(argument.arg) == "X"), "X")
    count = many[0] if many else f"{X}.shape[{1 if seen.data.form.columns else 0}]"
    asked = [argument.arg for argument in node.args.args if role(argument.arg) == "N"]
    few = [name for name, value in numbers.items() if value == batch and role(name) == "N"] or asked
    if not few:
        return
    draw = ast.parse(f"{subject.numpy}.random.choice({count}, {few[0]})", mode="eval").body
    used = [index for meaning in ("X", "y") for _, one in _indexed(node, meaning) for index in _names(one.slice)]
    for statement in simple_statements(node):
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) in used:
            for inner in ast.walk(statement.value):
                if isinstance(inner, ast.Name) and inner.id == few[0]:
                    new = with_part(statement, inner, ast.copy_location(ast.parse(count, mode="eval").body, inner))
                    yield remedy(subject, [(statement, (ast.fix_missing_locations(new),))])
            new = with_part(statement, statement.value, ast.copy_location(draw, statement.value))
            yield remedy(subject, [(statement, (ast.fix_missing_locations(new),))])
    yield from _both_by(subject, node, draw)


def _both_by(subject: Subject, node: ast.AST, draw: ast.expr) -> Iterator[Remedy]:
    """Yield the change that indexes rows and labels by rows drawn before them."""
    rows, labels = list(_indexed(node, "X")), list(_indexed(node, "y"))
    for first, row in rows:
        for second, label in labels:
            name = ast.Name("rows", ast.Load())
            drawn = ast.fix_missing_locations(
                ast.copy_location(ast.Assign([ast.Name("rows", ast.Store())], draw), first)
            )
            one = with_part(first, row, ast.copy_location(ast.Subscript(row.value, name, ast.Load()), row))
            if first is second:
                one = with_part(one, label, ast.copy_location(ast.Subscript(label.value, name, ast.Load()), label))
                yield remedy(subject, [(first, (drawn, one))])
            else:
                other = with_part(second, label, ast.copy_location(ast.Subscript(label.value, name, ast.Load()), label))
                yield remedy(subject, [(first, (drawn, one)), (second, (other,))])


def _names(index: ast.expr) -> Iterator[str]:
    yield from (node.id for node in ast.walk(index) if isinstance(node, ast.Name))
