"""Writes the golden logs of XGBoost 3.2 and LightGBM 4.7 anew: python tests/readers/make_boosting.py.

Needs xgboost and lightgbm, which the tests do not. What the frameworks logged is kept as written.json.
"""

import json
from contextlib import redirect_stdout
from pathlib import Path

import lightgbm
import numpy as np
import xgboost

LOGS = Path(__file__).parent / "logs"


def main() -> None:
    random = np.random.default_rng(0)
    inputs = random.normal(size=(300, 6))
    labels = (inputs[:, 0] + random.normal(size=300) > 0).astype(int)
    train, held_out = (inputs[:200], labels[:200]), (inputs[200:], labels[200:])
    for name, fit in (("xgboost", with_xgboost), ("lightgbm", with_lightgbm)):
        folder = LOGS / name
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "train.log").open("w") as file, redirect_stdout(file):
            written = fit(train, held_out)
        (folder / "written.json").write_text(json.dumps(written))


def with_xgboost(train, held_out) -> dict[str, list[float]]:
    data, other = (xgboost.DMatrix(x, y) for x, y in (train, held_out))
    found: dict = {}
    options = {"objective": "binary:logistic", "eval_metric": "logloss"}
    evals = [(data, "train"), (other, "val")]
    xgboost.train(options, data, 12, evals, evals_result=found)
    return {f"{split}-logloss": values["logloss"] for split, values in found.items()}


def with_lightgbm(train, held_out) -> dict[str, list[float]]:
    data = lightgbm.Dataset(*train)
    other = lightgbm.Dataset(*held_out, reference=data)
    found: dict = {}
    calls = [lightgbm.log_evaluation(1), lightgbm.record_evaluation(found)]
    options = {"objective": "binary", "verbosity": -1}
    lightgbm.train(options, data, 12, [data, other], callbacks=calls)
    names = {"training": "training binary_logloss", "valid_1": "valid binary_logloss"}
    return {names[split]: values["binary_logloss"] for split, values in found.items()}


if __name__ == "__main__":
    main()
