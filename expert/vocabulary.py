"""One name for each metric and setting, whatever the framework calls it; roles, splits and directions.

A metric's name is its split and its base, `train_loss` or `val_f1`; what belongs to no split has its base alone,
`lr` or `grad_norm`. What is not recognized keeps its own name and no direction, and is not judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import Literal, cast, get_args

import numpy as np

from expert import supplied
from expert.facts import Quantity
from expert.run import Direction, FloatArray, IntArray, RunLog, Series, Setting, Spelling
from expert.spellings import (
    AS_LOSS,
    CLOCKS,
    DROPPED,
    HIGHER,
    LOWER,
    NEUTRAL,
    NO_METRIC,
    SETTING_NAMES,
    SHARES,
    SPLITS,
    TASK_NAMES,
)
from expert.words import Words

Task = Literal[
    "classification",
    "binary classification",
    "multilabel classification",
    "regression",
    "language modeling",
    "detection",
    "segmentation",
    "reinforcement learning",
    "generative",
    "fine-tuning",
]
TASKS: tuple[Task, ...] = get_args(Task)

_NUMBERS = """num_classes train_size val_size testval_size test_size batch_size epochs max_steps lr momentum
weight_decay l1 l2 warmup_steps grad_clip output_units depth n_params dropout input_min input_max input_mean
input_std target_min target_max seed human_error target_error target_loss known_result test_loss test_acc
gradient_accumulation_steps label_smoothing patience n_trials overfit_batches baseline_runs baseline_val_metric"""
_WORDS = "optimizer scheduler loss output_activation architecture initialization precision probe hidden_activations"
_HELP = {
    "human_error": "error of people on this task, 0 to 1: the irreducible part",
    "target_error": "error that is good enough, 0 to 1",
    "target_loss": "loss that is good enough, or the least that can be: the irreducible part",
    "testval_size": "samples of the validation set that is drawn like the test set",
    "overfit_batches": "to how many batches the training is limited, as Lightning counts them: 1 is a probe",
    "known_result": "value of the main validation metric that others reach on this data",
    "probe": "'single-batch' where the run only tries to memorize one batch",
    "baseline_runs": "how many runs were given to compare with",
    "baseline_val_metric": "median of the best validation metric of the runs to compare with",
    "grad_clip": "largest gradient norm that is let through",
    "input_mean": "mean of the inputs as the model sees them",
    "input_std": "standard deviation of the inputs as the model sees them",
}

LADDER = ("official", "official-benchmark", "unofficial", "paper", "own-benchmark", "similar", "simple-baseline")
"""What a known result is, from what carries furthest: an official implementation on the same data, on a benchmark, an
unofficial one, a paper's figure only, the own model on a benchmark, a similar model or data, a simple baseline."""

SETTINGS: Mapping[str, Quantity] = {
    **{name: Quantity(name, "number", "setting", _HELP.get(name, f"setting {name}")) for name in _NUMBERS.split()},
    **{name: Quantity(name, "word", "setting", _HELP.get(name, f"setting {name}")) for name in _WORDS.split()},
    "task": Quantity("task", "word", "setting", "what is learned", TASKS),
    "known_result_kind": Quantity("known_result_kind", "word", "setting", "where the known result is from", LADDER),
    "hidden_sizes": Quantity("hidden_sizes", "number", "setting", "units of each hidden layer"),
    "batch_norm": Quantity("batch_norm", "truth", "setting", "whether there are normalization layers"),
    "shuffle": Quantity("shuffle", "truth", "setting", "whether the training data are shuffled before every epoch"),
}
"""The settings that rules can read, by name. Lists (`class_counts`, `hidden_sizes`, …) are read by signals only."""

_CANONICAL_SETTING = {alias: name for name, aliases in SETTING_NAMES.items() for alias in aliases.split()}

_BASES: dict[str, tuple[str, Direction | None, str]] = {}
for _table, _better, _role in ((LOWER, "lower", "error"), (HIGHER, "higher", "metric"), (NEUTRAL, None, "")):
    for _base, _spellings in _table.items():
        for _spelling in _spellings.split():
            role = "loss" if _base in ("loss", "nll", "logloss") else _role or _base
            _BASES[_spelling] = (_base, cast("Direction | None", _better), role)

_HELD_OUT = ("map", "map50")
"""What is measured on held-out data unless its name says otherwise."""
_VAL = "(?:val|valid|validation|dev)"
_TESTVAL = re.compile(rf"(?<![a-z0-9])(?:{_VAL}_?test(?:_?like)?|test(?:_?like)?_?{_VAL})(?:_set)?(?![a-z0-9])")
_TRAINVAL = re.compile(
    rf"(?<![a-z0-9])(?:{_VAL}_train_?like|train_?like_{_VAL}|train(?:ing)?_dev)(?:_set)?(?![a-z0-9])"
)
_DROPPED, _NO_METRIC = set(DROPPED.split()), set(NO_METRIC.split())
_CLOCK_OF = {spelling: clock for clock, spellings in CLOCKS.items() for spelling in spellings.split()}


_KINDS = {"name", "type", "class_name", "_target_"}
"""What says which one a setting is: `optimizer: {name: adam, lr: 0.1}`."""


@lru_cache(maxsize=10_000)
def plain(column: str) -> str:
    """A column's name in lower case, its words joined by one underscore: `train/Box Loss` is `train_box_loss`."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", "_", column.strip())
    return re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")


def clock(column: str) -> str | None:
    """`step`, `epoch` or `time` if the column counts one of them, else None."""
    return _CLOCK_OF.get(plain(column))


def split(text: str) -> str:
    """`train`, `val` or `test` if a name's words say so, else nothing."""
    return next((SPLITS[word] for word in plain(text).split("_") if word in SPLITS), "")


def setting(name: str) -> str:
    """The one name of a setting, whatever the framework calls it; its own name if it has no other."""
    known = plain(name)
    return _CANONICAL_SETTING.get(known, known)


def called(path: Sequence[str]) -> str:
    """What a nested setting is called: its last part, or the part before where that says only which one it is."""
    return path[-2] if len(path) > 1 and path[-1] in _KINDS else path[-1]


def settings(found: Mapping[str, object]) -> dict[str, Setting]:
    """The settings by their one name, nested ones by their last part; what is no number, truth, word or list is out."""
    return {name: spelling.value for name, spelling in spelled(found).items()}


def spelled(found: Mapping[str, object]) -> dict[str, Spelling]:
    """How each setting is written where it was found, by its one name."""
    taken: dict[str, Spelling] = {}
    for path, value in _flat(found):
        name = called(path)
        canonical = setting(name)
        word = value if isinstance(value, str) else ""
        is_target = word and path[-1] == "_target_"  # torch.optim.SGD
        understood = _setting_value(canonical, word.rpartition(".")[2] if is_target else value)
        if understood is not None and (canonical not in taken or plain(name) == canonical):
            taken[canonical] = Spelling(".".join(path), understood, word)
    return taken


def describe(column: str) -> tuple[str, str, str, Direction | None]:
    """Name, role, split and direction of a column."""
    return _described(column)


def _in_words(column: str, words: Words) -> tuple[str, str, str, Direction | None]:
    """Name, role, split and direction of a column as a person or a team calls it."""
    given = words.names.get(column) or words.names.get(column.strip(), column)
    splits = {plain(word): split for word, split in words.splits.items()}
    if plain(given) in splits:
        given = f"{splits[plain(given)]}_{plain(given)}"
    elif not splits.keys().isdisjoint(parts := plain(given).split("_")):
        given = "_".join(splits.get(part, part) for part in parts)
    name, role, split, better = _described(given)
    return name, words.roles.get(column) or words.roles.get(name) or role, split, better


@lru_cache(maxsize=10_000)
def _described(given: str) -> tuple[str, str, str, Direction | None]:
    marked = _TESTVAL.sub("testval", _TRAINVAL.sub("trainval", plain(given)))
    words = [part for word in marked.split("_") if word for part in _parted(word)]
    split = next((SPLITS[word] for word in words if word in SPLITS), "")
    bare = [word for word in words if word not in SPLITS]
    for spelled in (words, bare, [word for word in bare if word not in _DROPPED]):
        base = _BASES.get("_".join(spelled))
        if base and spelled:
            break
    else:
        base = _by_ending([word for word in bare if word not in ("epoch", "step")])
    if base is None or (base[2] not in ("loss", "error", "metric") and split not in ("", "train")):
        name = "_".join(bare if split and bare else words)
        return (f"{split}_{name}" if split and bare else name), "", split, None
    name, better, role = base
    if role not in ("loss", "error", "metric"):
        return name, role, "", None
    return (f"{split}_{name}" if split else name), role, split, better


def metric_spellings() -> frozenset[str]:
    """Every plain spelling of a loss, an error or a metric."""
    return frozenset(spelling for spelling, (_, _, role) in _BASES.items() if role in ("loss", "error", "metric"))


def understand(run: RunLog, words: Words = Words()) -> RunLog:  # noqa: B008 - frozen and empty
    """The run with every series named, and its settings too; what is assumed of a column stands in the notes.

    `words` are those of a person or a team, which outdo what is commonly meant.
    """
    data = next((series for series in run.series if plain(series.column) == "data_time"), None)
    called = [(series, *_in_words(_apart(series, data), words)) for series in run.series]
    described = _two_validations(called)
    losses = [(series, split or "train") for series, _, role, split, _ in described if role == "loss"]
    held_out = {name.split("_", 1)[-1] for _, name, _, split, _ in described if split in ("val", "test")}
    taken: dict[str, list[str]] = {}
    named: list[Series] = []
    for series, name, role, split, better in described:
        given = next((d for n in (series.column, name) if (d := words.directions.get(n))), None)
        role = "metric" if given and not role else role
        if role in ("loss", "error", "metric") and not split:
            beside = "" if role == "loss" else "val" if name in _HELD_OUT else _beside(series, losses)
            split = beside or ("train" if role == "loss" or name in held_out or not held_out else "val")
            if role != "loss" and name not in held_out:
                taken.setdefault(split, []).append(repr(series.column))
            name = f"{split}_{name}"
        given = given or words.directions.get(name)
        named.append(replace(series, name=name, role=role, split=split, better=given or better))
    splits = [f"no split is named by {', '.join(columns)}; taken for {split}" for split, columns in taken.items()]
    scaled, percent = _shares(named)
    distinct, doubles = _distinct(scaled)
    complete, sums = _totals(distinct)
    task = None if "task" in run.settings else _inferred_task(complete, run.settings)
    inferred = [f"the task is taken for {task}, by the names of metrics and settings"] if task in _PECULIAR else []
    settings = {**run.settings, "task": task} if task else run.settings
    notes = (*run.notes, *splits, *percent, *doubles, *sums, *inferred)
    return replace(run, series=complete, settings=settings, notes=notes)


def _apart(series: Series, data: Series | None) -> str:
    """The column that a series is known by: `time` beside `data_time` is how long a step took."""
    alike = data is not None and plain(series.column) == "time" and _same(series.steps, data.steps)
    return "step_time" if alike else series.column


def _beside(series: Series, losses: Iterable[tuple[Series, str]]) -> str:
    """The split of the only losses that stand in the same lines as a metric that names none."""
    if series.lines is None:
        return ""
    splits = {split for other, split in losses if _alike(series, other)}
    return splits.pop() if len(splits) == 1 else ""


def _alike(one: Series, other: Series) -> bool:
    return one.lines is not None and other.lines is not None and _same(one.lines, other.lines)


def _same(one: FloatArray | IntArray, other: FloatArray | IntArray) -> bool:
    return one is other or np.array_equal(one, other)  # series of one table share their arrays


def how_to_give(name: str) -> str:
    """The one line that gives a run an input that it lacks, a series or a setting."""
    if name in _LOG_LINES:
        return _LOG_LINES[name]
    if name in supplied.COMMANDS:
        return supplied.COMMANDS[name]
    if name in SETTINGS:
        return f"--set {name}=…"
    return f'log({{"{name}": …}})'


INSIDE = "monitor"
"""What a run lacks that nobody looked inside of."""
SEEN_INSIDE = [
    "in_training_mode",
    "in_training_mode_without_grad",
    "left_over_grad",
    "input_nonfinite",
    "input_mean",
    "input_std",
    "val_input_mean",
    "val_input_std",
    "batch_classes",
]

_LOG_LINES = {
    "val_loss": 'evaluate on held-out data every epoch: log({"val_loss": loss_on(val_loader)})',
    "val_metric": 'log({"val_acc": accuracy_on(val_loader)}), or the metric that counts',
    "train_metric": 'log({"train_acc": accuracy_on(train_batch)}), the same metric as on validation',
    "test_metric": 'log({"test_acc": …}) once at the end, or --set test_acc=…',
    INSIDE: "with expert.Monitor(model, optimizer) as m: … m.step(loss, targets=y)",
    "lr": 'log({"lr": optimizer.param_groups[0]["lr"]})',
    "grad_norm": 'log({"grad_norm": torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)})',
    "step_time": 'log({"step_time": seconds_of_the_step})',
    "data_time": 'log({"data_time": seconds_waited_for_the_batch})',
    "class_counts": "--settings FILE with class_counts: [samples of class 0, of class 1, …]",
    **dict.fromkeys(
        ("testval_acc", "testval_error", "testval_loss"),
        'evaluate a second validation set, drawn like the test set: log({"testval_acc": …, "testval_loss": …})',
    ),
    "human_error": "--set human_error=0.02 (what people, or the best known system, get wrong)",
    **dict.fromkeys(
        ("baseline_train_loss", "baseline_val_loss", "baseline_val_metric"),
        "--baseline RUN, the log of a run that went well",
    ),
    **dict.fromkeys(
        [f"baseline_{n}_band" for n in ("val_loss", "last_val_loss", "val_metric", "last_val_metric", "level_steps")],
        "--baseline RUN several times: how far runs that went well scatter",
    ),
}


def played(series: tuple[Series, ...]) -> tuple[Series, ...]:
    """The series with the parts that signals ask for: the main metric of each split, and a held-out split.

    `train_metric`, `val_metric` and `test_metric` are the first metric of a known direction that validation and
    training share. Where there is no validation but a test curve, the test split plays validation.
    """
    by_name = {s.name: s for s in series}
    for base in [name.removeprefix("test_") for name in by_name if name.startswith("test_")]:
        if f"val_{base}" not in by_name and not any(s.split == "val" and s.role == "loss" for s in series):
            test = by_name[f"test_{base}"]
            if len(test) > 2:
                by_name[f"val_{base}"] = replace(test, name=f"val_{base}", split="val")
    metrics = [s for s in by_name.values() if s.role in ("metric", "error") and s.better and s.split]
    order = [base for base in (*HIGHER, *LOWER) if base != "loss"]
    bases = sorted({s.name.split("_", 1)[1] for s in metrics}, key=lambda b: order.index(b) if b in order else 99)
    shared = [b for b in bases if f"val_{b}" in by_name and f"train_{b}" in by_name]
    for base in (*shared, *(b for b in bases if f"val_{b}" in by_name), *bases):
        for split in ("train", "val", "test"):
            if f"{split}_{base}" in by_name and f"{split}_metric" not in by_name:
                by_name[f"{split}_metric"] = replace(by_name[f"{split}_{base}"], name=f"{split}_metric")
        break
    return tuple(by_name.values())


def _parted(word: str) -> list[str]:
    """`valloss` is val and loss."""
    if word in _BASES or word in SPLITS:
        return [word]
    found = next((s for s in SPLITS if len(s) > 2 and word.startswith(s) and word[len(s) :] in _BASES), "")
    return [found, word[len(found) :]] if found else [word]


def _two_validations(described: list[_Described]) -> list[_Described]:
    """Of two validation sets the one like the training data is `val`, the one like the test data `testval`.

    Ng calls them training-dev and dev, FSDL train-val and test-val. A lone one is `val`, whatever it is like.
    """
    splits = {split for _, _, _, split, _ in described}
    if "trainval" in splits:
        renamed = {"trainval": "val", "val": "testval"}
    elif "val" not in splits:
        renamed = {"testval": "val"}
    else:
        return described
    return [
        (series, renamed[split] + name.removeprefix(split), role, renamed[split], better)
        if split in renamed
        else (series, name, role, split, better)
        for series, name, role, split, better in described
    ]


def _inferred_task(series: Iterable[Series], settings: Mapping[str, Setting]) -> Task | None:
    """What is learned, as the names of the metrics tell, else those of the settings: a reward, an accuracy, an env."""
    words = {word for s in series for word in (*s.name.split("_"), s.name)}
    by_metrics = next((task for task, signs in _SIGNS.items() if words & signs), None)
    said = {*settings, *(plain(v) for n, v in settings.items() if n in _NAMING and isinstance(v, str))}
    return by_metrics or next((task for task, signs in _SETTING_SIGNS.items() if said & signs), None)


_Described = tuple[Series, str, str, str, Direction | None]
_SIGNS: Mapping[Task, set[str]] = {
    "reinforcement learning": {"reward", "rew"},
    "generative": {"discriminator_loss", "generator_loss", "critic_loss", "fid"},
    "segmentation": {"dice", "iou", "miou"},
    "detection": {"map50", "rpn", "bbox", "box"},
    "language modeling": {"perplexity", "bpb"},
    "classification": {"acc", "top5", "f1", "auc", "mcc"},
    "regression": {"r2", "rmse", "mae"},
}
_SETTING_SIGNS: Mapping[Task, set[str]] = {
    "reinforcement learning": {"env_id", "gym_env", "gae_lambda", "clip_range", "num_actions"}
    | {"ppo", "dqn", "sac", "a2c", "a3c", "trpo", "ddpg", "td3", "reinforce", "impala"},
    "generative": {"gan", "wgan", "dcgan", "stylegan", "stylegan2", "cyclegan", "pix2pix", "vae", "ddpm"},
    "detection": {"yolo", "yolov5", "yolov8", "faster_rcnn", "retinanet", "detr", "ssd"},
    "segmentation": {"unet", "nnunet", "deeplabv3"},
    "language modeling": {"block_size", "gpt", "gpt2", "nanogpt", "llama"},
    "classification": {"num_classes"},
}
_PECULIAR = TASKS[TASKS.index("language modeling") :]
"""Tasks whose losses or metrics mean something of their own, so that taking a run for one is worth a note."""
_NAMING = ("architecture", "algorithm", "algo")
"""The settings whose value names what is trained."""


def _by_ending(words: list[str]) -> tuple[str, Direction | None, str] | None:
    """A part of a loss or a metric of something: `box_loss` is a loss of its own, `dice_tumor` a dice."""
    if not words or not _NO_METRIC.isdisjoint(words):
        return None
    text = "_".join(words)
    if words[-1] in ("loss", "losses") or words[0] == "loss":
        return (text, "lower", "error")
    for word in words:
        base, better, role = _BASES.get(word, ("", None, ""))
        if role in ("metric", "error") and base not in ("error", "map", "recall", "precision"):
            return (text, better, role)
    return None


def _shares(named: Iterable[Series]) -> tuple[list[Series], list[str]]:
    """Accuracies and their like as shares of one, whoever logs them in percent."""
    scaled, percent = [], []
    for series in named:
        bases = {_BASES[word][0] for word in series.name.split("_") if word in _BASES}
        if series.role in ("metric", "error") and bases & SHARES and _in_percent(series, bases):
            percent.append(repr(series.column))
            series = replace(series, values=series.values / 100)
        scaled.append(series)
    said = f"taken for percent, by name or by values above 1, and divided by 100: {', '.join(percent)}"
    return scaled, [said] if percent else []


def _in_percent(series: Series, bases: set[str]) -> bool:
    """Error rates of words may exceed one, so that their middle decides; a value above 100 is no percentage."""
    values = series.finite.values
    if not len(values) or values.min() < 0 or values.max() > 100.5:
        return False
    said = re.search(r"%|percent|pct", series.column.lower()) is not None
    return said or bool(np.median(values) > 1.5 if bases & {"wer", "cer"} else values.max() > 1 + 1e-6)


def _distinct(series: Iterable[Series]) -> tuple[tuple[Series, ...], list[str]]:
    """One series for each name: per epoch before per step, longer before shorter; the others keep their own."""
    best: dict[tuple[str, str], Series] = {}
    rest: list[Series] = []
    for s in series:
        rival = best.get((s.name, s.about))
        if rival is None:
            best[s.name, s.about] = s
        elif _rank(s) > _rank(rival):
            rest.append(rival)
            best[s.name, s.about] = s
        else:
            rest.append(s)
    taken = {name for name, _ in best}
    kept, notes = list(best.values()), []
    for s in rest:
        own = plain(s.column)
        own = own if own not in taken else next(f"{own}_{n}" for n in range(2, 10_000) if f"{own}_{n}" not in taken)
        taken.add(own)
        judged = best[s.name, s.about].column
        notes.append(f"columns {judged!r} and {s.column!r} both mean {s.name}; the first is judged")
        kept.append(replace(s, name=own, role="", better=None))
    return tuple(kept), notes


def _rank(series: Series) -> tuple[float, float]:
    """Per epoch before per step, longer before shorter; of several groups' rates the one that begins lowest.

    The group of the biases warms up from above; a frozen group has a rate of zero and comes last.
    """
    if series.role == "lr" and len(series.finite):
        return float(len(series)) if series.finite.values.any() else 0.0, -float(series.finite.values[0])
    words = plain(series.column).split("_")
    return (2 if "epoch" in words else 0 if "step" in words else 1) if len(series) >= 2 else -1, len(series)


def _totals(series: tuple[Series, ...]) -> tuple[tuple[Series, ...], list[str]]:
    """A loss logged only in parts (`box_loss`, `cls_loss`) gets its sum, if the parts stand at the same steps.

    Where the other split has a whole loss, parts are several data sets, and their mean is the loss. Without any loss an
    error that models are trained on stands for it.
    """
    notes: list[str] = []
    sums: list[Series] = []
    if any(s.role in ("generator_loss", "discriminator_loss") for s in series):
        return series, notes  # what rivals lose has no meaning as a sum
    whole = {s.split for s in series if s.name == f"{s.split}_loss"}
    for split in ("train", "val", "test"):
        parts = [s for s in series if s.split == split and s.role == "error" and "loss" in s.name.split("_")]
        errors = (s for base in AS_LOSS for s in series if s.name == f"{split}_{base}")
        parts = parts or list(islice(errors, 1))
        if split in whole or not parts or not all(_same(p.steps, parts[0].steps) for p in parts):
            continue
        whole_of_parts = [p for p in parts if "total" in p.name.split("_")]
        parts = whole_of_parts if len(whole_of_parts) == 1 else parts
        columns = " + ".join(p.column for p in parts)
        total = np.sum([p.values for p in parts], axis=0)
        said = "" if len(parts) == 1 else "the sum "
        if "train" in whole and split != "train" and len(parts) > 1:
            total, said = total / len(parts), "the mean of "
        sums.append(replace(parts[0], column=columns, values=total, name=f"{split}_loss", role="loss", better="lower"))
        notes.append(f"{split}_loss is taken as {said}{columns}; there is no other")
    return (*series, *sums), notes


def _flat(found: Mapping[str, object], above: tuple[str, ...] = ()) -> Iterable[tuple[tuple[str, ...], object]]:
    """The path and value of all that is not nested further."""
    for name, value in found.items():
        path = (*above, str(name))
        if isinstance(value, Mapping) and len(above) < 4:
            yield from _flat(value, path)
        else:
            yield path, value


def _setting_value(name: str, value: object) -> Setting | None:
    kind = SETTINGS[name].kind if name in SETTINGS else None
    if isinstance(value, list | tuple):
        if kind == "word":
            return ", ".join(str(v) for v in value).lower()
        if kind is None and value and all(isinstance(v, str) for v in value):
            return ", ".join(value)
        numbers = [float(v) for v in value if isinstance(v, int | float) and not isinstance(v, bool)]
        return tuple(numbers) if numbers and len(numbers) == len(value) else None
    if isinstance(value, bool):
        return value if kind in (None, "truth") else None
    if name == "precision" and isinstance(value, int | float):
        return f"{value:g}"
    if isinstance(value, int | float):
        return float(value) if kind in (None, "number") else bool(value) if kind == "truth" else None
    if not isinstance(value, str):
        return None
    return _word(name, kind, value.strip())


def _word(name: str, kind: str | None, text: str) -> Setting | None:
    if kind == "number" or kind is None:
        try:
            return float(text)
        except ValueError:
            return None if kind else text
    if kind == "truth":
        return {"true": True, "yes": True, "false": False, "no": False}.get(text.lower())
    words = re.sub(r"[\s_-]+", " ", text.lower())
    words = TASK_NAMES.get(words, words) if name == "task" else words.replace(" ", _JOINED.get(name, " "))
    known = SETTINGS[name].words if name in SETTINGS else ()
    return words if not known or words in known else None


_JOINED = {
    **dict.fromkeys(("loss", "optimizer", "scheduler", "initialization"), "_"),
    **dict.fromkeys(("precision", "probe", "known_result_kind"), "-"),
}
"""What stands between the words of a setting, as the rules spell them."""
