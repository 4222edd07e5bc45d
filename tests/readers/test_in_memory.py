"""Columns in memory: mappings of lists, and data frames."""

import math

import numpy as np
import pandas
import polars
import pytest

from expert.readers._memory import from_mapping
from expert.vocabulary import understand


def curve(source, name):
    series = understand(from_mapping(source))[name]
    return series.steps.tolist(), series.values.tolist()


@pytest.mark.parametrize("frame", [dict, pandas.DataFrame, polars.DataFrame])
def test_columns_are_read_in_any_form(frame):
    source = frame({"epoch": [1, 2, 3], "loss": [0.5, 0.4, 0.3], "note": ["a", "b", "c"]})
    assert curve(source, "train_loss") == ([1, 2, 3], [0.5, 0.4, 0.3])


def test_none_is_absent_and_nan_is_a_value():
    steps, values = curve({"loss": [1, None, math.nan, 4]}, "train_loss")
    assert steps == [0, 2, 3]
    assert math.isnan(values[1])
    assert curve(polars.DataFrame({"loss": [1.0, None, 4.0]}), "train_loss") == ([0, 2], [1, 4])


def test_in_pandas_a_nan_is_a_value_only_where_nothing_follows():
    assert curve(pandas.DataFrame({"loss": [1.0, None, 4.0]}), "train_loss") == ([0, 2], [1, 4])
    assert len(curve(pandas.DataFrame({"loss": [1.0, 2.0, math.nan, math.nan]}), "train_loss")[1]) == 4


def test_lengths_may_differ_only_without_a_clock():
    assert curve({"loss": [3, 2, 1], "val_loss": np.array([4.0, 3.0])}, "val_loss") == ([0, 1], [4, 3])
    with pytest.raises(ValueError, match="as long as"):
        from_mapping({"epoch": [1, 2, 3], "loss": [3, 2]})


def test_what_is_no_table_is_refused():
    with pytest.raises(TypeError, match="mapping"):
        from_mapping([1, 2, 3])
