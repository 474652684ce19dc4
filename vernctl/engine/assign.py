"""The best one-to-one assignment of rows to columns of a score matrix."""

from __future__ import annotations

from collections.abc import Sequence


def assign(scores: Sequence[Sequence[float]], least: float = 0.0) -> list[int | None]:
    """For every row its column, or None: the assignment with the greatest sum of scores.

    A pair is worth what it scores above ``least``; at or below it, both stay alone. Of equal
    assignments the same one is always returned. The Hungarian method, O(rows² × columns).
    """
    rows = len(scores)
    columns = len(scores[0]) if rows else 0
    if not rows or not columns:
        return [None] * rows
    # Each row may also take a column of its own that is worth nothing: "leave unmapped".
    width = columns + rows
    cost = [
        [-max(0.0, score - least) for score in row] + [0.0 if j == i else 1e-9 for j in range(rows)]
        for i, row in enumerate(scores)
    ]
    taken = _hungarian(cost, rows, width)
    result: list[int | None] = [None] * rows
    for column, row in enumerate(taken[:columns]):
        if row is not None and scores[row][column] > least:
            result[row] = column
    return result


def _hungarian(cost: Sequence[Sequence[float]], rows: int, width: int) -> list[int | None]:
    """The row that takes each column, with potentials and shortest augmenting paths."""
    row_potential = [0.0] * (rows + 1)
    column_potential = [0.0] * (width + 1)
    match = [0] * (width + 1)
    for row in range(1, rows + 1):
        match[0] = row
        column = 0
        least = [float("inf")] * (width + 1)
        came_from = [0] * (width + 1)
        used = [False] * (width + 1)
        while True:
            used[column] = True
            at = match[column]
            delta, following = float("inf"), 0
            costs, potential = cost[at - 1], row_potential[at]
            for j in range(1, width + 1):
                if not used[j]:
                    reduced = costs[j - 1] - potential - column_potential[j]
                    if reduced < least[j]:
                        least[j], came_from[j] = reduced, column
                    if least[j] < delta:
                        delta, following = least[j], j
            for j in range(width + 1):
                if used[j]:
                    row_potential[match[j]] += delta
                    column_potential[j] -= delta
                else:
                    least[j] -= delta
            column = following
            if match[column] == 0:
                break
        while column:
            match[column] = match[came_from[column]]
            column = came_from[column]
    return [row - 1 if row else None for row in match[1:]]
