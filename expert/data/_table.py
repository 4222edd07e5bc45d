"""A lazy table → a Split: statistics over all rows in streams, a random sample of the rows in memory."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from expert.data.split import CELLS, KEYS, ROWS, DataError, Split, Whole, are_classes, as_class, chosen, first_line
from expert.problems import nearest

TARGETS = ("target", "label", "labels", "class", "y", "species", "outcome")
"""Columns that are taken for the target where none is named."""
MISSING = ("", "NA", "N/A", "na", "n/a", "NaN", "nan", "NULL", "null", "None", "none", "?", "-", "#N/A")
"""What people write in a CSV where there is nothing."""
_MOST = 0.9
"""A column is one of numbers, or of dates, if so many of its words are."""
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_GROUPED = r"^[+-]?\d{1,3}(,\d{3})*(\.\d+)?$"
_COMMA = r"^[+-]?\d*,?\d+([eE][+-]?\d+)?$"
_TIME = r"^(\d{4}[-/.]\d\d?[-/.]\d\d?|\d\d?[-/.]\d\d?[-/.]\d{4})([T ]\d\d?:\d\d.*)?$"
_NO_WORDS = tuple(word for word in MISSING if word not in ("None", "none", "-"))
"""What is missing in a column of words, too, where "none" is a class like others."""
HEAD = 10_000
"""So many first rows say whether a column of text is one of numbers."""
WIDE = 500
"""Of a table with more columns the statistics, too, are those of the sample."""
_ROW = "\0row"
"""No column is called that."""
_ID = re.compile(r"(^|[\W_])(id|idx|index|uuid|guid|key|row|rowid|no|nr)$|^unnamed|^$|[a-z]I[dD]$", re.IGNORECASE)


def of_lazy(
    lazy: pl.LazyFrame,
    name: str,
    source: str,
    target: str = "",
    like: Split | None = None,
    is_array: bool = False,
) -> Split:
    """The split of a table of any size. `like` is a split whose kinds of columns it shall have.

    Raises DataError for a table without rows or columns, and for a target that it does not have.
    """
    typed, notes, mixed = _typed(lazy, like, source)
    schema = typed.collect_schema()
    if not len(schema):
        raise DataError(f"{source}: it holds no column that can be compared")
    target, said = _target(schema.names(), target, source, like)
    features = [column for column in schema.names() if column != target]
    if not features:
        raise DataError(f"{source}: it holds no column but the target {target!r}")
    size = int(_collect(typed.select(pl.len()), source).item())
    if not size:
        raise DataError(f"{source}: it holds no rows")
    rows = chosen(size, max(100, min(ROWS, CELLS // len(schema))))
    indexed = typed.with_row_index(_ROW)
    sample = indexed.filter(pl.col(_ROW).is_in(rows.tolist())) if len(rows) < size else indexed
    is_wide = len(features) > WIDE
    wanted = [typed.select(pl.len()) if is_wide else _statistics(typed, features, schema), sample]
    if target:
        wanted += [typed.group_by(target).agg(pl.len().alias(_ROW)).head(100_000), typed.select(target).head(ROWS)]
    words, statistics, frame, *of_target = _collect_all([lazy.select(mixed or pl.lit(0)), *wanted], source)
    notes += [
        f"{name}: {column} has {count:,} words among its numbers, missing"
        for column, count in zip(words.columns, words.row(0), strict=True)
        if count
    ]
    labels, counts, order = _labels(frame, target, of_target, like)
    features_only = frame.select(features)
    if is_wide:
        whole = {c: _of_sample(frame[c]) for c in features}
    else:
        whole = {c: _whole(statistics, n, size, schema[c] == pl.Float64) for n, c in enumerate(features)}
    ids = like.ids if like else tuple(c for c in features if _is_id(features_only[c], c)) if not is_array else ()
    ids = ids if len(ids) < len(features) else ()
    numbers = [pl.when(pl.col(c).is_infinite()).then(None).otherwise(pl.col(c)).alias(c) for c in features]
    features_only = features_only.with_columns(
        [e for e, c in zip(numbers, features, strict=True) if schema[c] == pl.Float64]
    )
    if len(rows) < size:
        notes.append(
            f"{name}: sizes, ranges, missing values, classes and exact duplicates are of all {size:,} rows, others of "
            f"{len(rows):,} drawn at random"
        )
    if ids and not like:
        notes.append(f"{', '.join(ids)}: taken for names of the rows, not compared")
    return Split(
        name,
        source,
        size,
        features_only,
        rows,
        whole,
        lambda columns: _keys(typed, columns, size, source),
        labels,
        counts,
        target,
        ids=ids,
        order=order,
        notes=(*notes, *said),
        is_array=is_array,
    )


def _typed(lazy: pl.LazyFrame, like: Split | None, source: str) -> tuple[pl.LazyFrame, list[str], list[pl.Expr]]:
    """The table with numbers as Float64 and words as String; what is left out; and how to count words among numbers."""
    try:
        schema = lazy.collect_schema()
        head = lazy.head(HEAD).collect() if pl.String in schema.values() else pl.DataFrame()
    except pl.exceptions.PolarsError as error:
        raise DataError(f"{source}: it cannot be read as a table: {first_line(error)}") from error
    known = (
        {**like.frame.schema, **({like.target: like.labels.dtype} if like.labels is not None else {})} if like else {}
    )
    kept, left, mixed = [], [], []
    for name, kind in schema.items():
        column = pl.col(name)
        if kind == pl.String:
            column = _plain(column, _words(head[name]))
        if kind == pl.String and name not in known and _share(_words(head[name]), _TIME) >= _MOST:
            left.append(f"{name} (dates)")
        elif kind.is_numeric() or kind == pl.Boolean:
            kept.append(_number(column))
        elif kind in (pl.Categorical, pl.Enum) or (
            kind == pl.String and not _is_number(head.select(column)[name], known.get(name))
        ):
            kept.append(_there(column.cast(pl.String), _NO_WORDS))
        elif kind == pl.String:
            there = _there(column, MISSING)
            kept.append(_number(there))
            mixed.append((there.is_not_null() & there.cast(pl.Float64, strict=False).is_null()).sum().alias(name))
        else:
            left.append(f"{name} ({kind})")
    notes = [f"{', '.join(left[:10])}: neither numbers nor words, not compared"] if left else []
    return lazy.select(kept), notes, mixed


def _there(column: pl.Expr, missing: Sequence[str]) -> pl.Expr:
    """The words of a column, those null that say that there is nothing."""
    words = column.str.strip_chars()
    return pl.when(words.is_in(list(missing))).then(None).otherwise(words).alias(column.meta.output_name())


def _number(column: pl.Expr) -> pl.Expr:
    """As Float64; NaN is missing, and negative zero is zero."""
    return column.cast(pl.Float64, strict=False).fill_nan(None) + 0.0


def _is_number(values: pl.Series, known: pl.DataType | type | None) -> bool:
    """Whether nine of ten words that are there are numbers."""
    if known is not None:
        return known == pl.Float64
    there = _words(values)
    return len(there) > 0 and there.cast(pl.Float64, strict=False).count() >= _MOST * len(there)


def _plain(column: pl.Expr, values: pl.Series) -> pl.Expr:
    """The column with its numbers as programs write them, where these words of it say 1,234 or 0,5."""
    if _share(values, _GROUPED) >= _MOST > _share(values, _NUMBER):
        return column.str.replace_all(",", "", literal=True)
    if _share(values, _COMMA) >= _MOST > _share(values, _NUMBER):
        return column.str.replace(",", ".", literal=True)
    return column


def _words(values: pl.Series) -> pl.Series:
    """The words that are there."""
    there = values.drop_nulls().str.strip_chars()
    return there.filter(~there.is_in(list(MISSING)))


def _share(values: pl.Series, pattern: str) -> float:
    return float(values.str.contains(pattern).mean() or 0.0)  # type: ignore[arg-type]


def _target(columns: Sequence[str], target: str, source: str, like: Split | None) -> tuple[str, list[str]]:
    if target:
        if target not in columns and like is None:
            raise DataError(f"{source}: it has no column {target!r}{nearest(target, columns) or '.'}")
        missing = (
            [] if target in columns else [f"{source}: it has no column {target!r}, so its labels are not compared"]
        )
        return (target if target in columns else ""), missing
    if like:
        missing = [f"{source}: it has no column {like.target!r}, so its labels are not compared"]
        return (like.target, []) if like.target in columns else ("", missing if like.target else [])
    found = next((c for wanted in TARGETS for c in columns if c.lower() == wanted), "")
    return found, [f"{found}: taken for the target; --target names another"] if found else []


def _statistics(typed: pl.LazyFrame, columns: Sequence[str], schema: pl.Schema) -> pl.LazyFrame:
    found = []
    for n, name in enumerate(columns):
        column = pl.col(name)
        found += [column.null_count().alias(f"{n} missing"), column.approx_n_unique().alias(f"{n} distinct")]
        if schema[name] == pl.Float64:
            finite = column.filter(column.is_finite())
            found += [
                column.is_infinite().sum().alias(f"{n} infinite"),
                finite.min().alias(f"{n} low"),
                finite.max().alias(f"{n} high"),
                finite.mean().alias(f"{n} mean"),
                finite.std().alias(f"{n} deviation"),
            ]
    return typed.select(found)


def _whole(statistics: pl.DataFrame, n: int, size: int, is_number: bool) -> Whole:
    def of(what: str) -> float:
        return float(statistics[f"{n} {what}"][0] or 0)

    missing, distinct = of("missing") / size, int(of("distinct")) - (of("missing") > 0)
    if not is_number:
        return Whole(missing, distinct)
    numbers = (of(what) for what in ("low", "high", "mean", "deviation"))
    return Whole(missing, distinct, of("infinite") / size, *numbers)


def _of_sample(values: pl.Series) -> Whole:
    missing, distinct = values.null_count() / len(values), values.n_unique() - (values.null_count() > 0)
    if values.dtype != pl.Float64:
        return Whole(missing, distinct)
    numbers = values.drop_nulls().to_numpy()
    finite = numbers[np.isfinite(numbers)]
    infinite = (len(numbers) - len(finite)) / len(values)
    if not len(finite):
        return Whole(missing, distinct, infinite)
    of = (float(finite.min()), float(finite.max()), float(finite.mean()), float(finite.std()))
    return Whole(missing, distinct, infinite, *of)


def _labels(
    frame: pl.DataFrame, target: str, of_target: Sequence[pl.DataFrame], like: Split | None
) -> tuple[pl.Series | None, dict[str, int], pl.Series | None]:
    """The targets of the sample, how often each class comes up in all rows, and the targets in their order."""
    if not target:
        return None, {}, None
    counts, order = of_target
    labels = frame[target]
    classifies = like.classifies if like and like.labels is not None else are_classes(labels)
    if not classifies:
        return labels.cast(pl.Float64, strict=False), {}, None
    names = as_class(counts[target]).to_list()
    found: dict[str, int] = {}
    for name, count in zip(names, counts[_ROW].to_list(), strict=True):
        if name is not None:
            found[name] = found.get(name, 0) + count
    return as_class(labels), dict(sorted(found.items())), as_class(order[target])


def _is_id(values: pl.Series, name: str) -> bool:
    """Whether a column only names its rows: all different, and named or counting like it, or words without a blank."""
    there = values.drop_nulls()
    if len(there) < max(20, 0.99 * len(values)) or there.n_unique() < 0.999 * len(there):
        return False
    if values.dtype == pl.String:
        return float(there.str.contains(" ").mean()) < 0.5  # type: ignore[arg-type]
    if not bool((there == there.round()).all()):
        return False
    return bool(_ID.search(name)) or there.is_sorted() or there.is_sorted(descending=True)


def _keys(
    typed: pl.LazyFrame, columns: Sequence[str], size: int, source: str
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """A hash of each row, and its place; of more than `KEYS` rows a random choice that is the same in every split."""
    hashed = typed.select(pl.struct([pl.col(c) for c in columns]).hash(0).alias("key")).with_row_index(_ROW)
    if size > KEYS:
        hashed = hashed.filter(pl.col("key") % (size // KEYS + 1) == 0)
    found = _collect(hashed, source)
    return found["key"].to_numpy(), found[_ROW].cast(pl.Int64).to_numpy()


def _collect(lazy: pl.LazyFrame, source: str) -> pl.DataFrame:
    return _collect_all([lazy], source)[0]


def _collect_all(lazy: Sequence[pl.LazyFrame], source: str) -> list[pl.DataFrame]:
    try:
        return pl.collect_all(list(lazy), engine="streaming")
    except (pl.exceptions.PolarsError, OSError) as error:
        raise DataError(f"{source}: it cannot be read as a table: {first_line(error)}") from error
