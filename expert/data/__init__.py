"""Data sets → facts: splits compared with each other, and what there is to see of the difference.

`load` makes a Split of a file, a folder, an array or a Dataset; `together` puts splits side by side; `measure` gives
facts and exhibits of them; `compare` takes the whole trip to a plan.

polars reads tables in streams, SciPy tests columns, scikit-learn (both BSD) finds neighbours and tells splits apart,
Pillow (MIT-CMU) opens images: all well kept, and none holds another back. Left out: cleanlab (Apache-2.0), which brings
pandas and takes seconds to load for what is ten lines here; imagehash, as the neighbours of small gray copies tell more
than 64 bits; alibi-detect, which is not open source any more; frouros, which holds NumPy back.
"""

from __future__ import annotations

from expert.data.compare import compare, measure
from expert.data.load import load, together
from expert.data.split import DataError, Sets, Split

__all__ = ["DataError", "Sets", "Split", "compare", "load", "measure", "together"]
