"""How programs print their progress: for each the lines that tell it, and what each kind of line says."""

from __future__ import annotations

import re
from dataclasses import dataclass

_N = r"[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|(?:nan|inf(?:inity)?)\b)"
PAIR = re.compile(
    rf"(?<![\w@/.-])(?P<name>[A-Za-z][\w@/.'-]{{0,60}}(?:\ [\w@/.'-]{{1,30}}){{0,5}}?)(?:\s*\((?P<unit>[\w .]*)\))?"
    rf"(?:[\"']?\s*[:=]\s*[\"']?|\s+(?=[-+.\d]|\w+\s*(?:[|,]|- |$)))(?P<value>{_N})\s?(?P<after>ms\b|s\b|%)?(?![\w.])",
    re.IGNORECASE,
)
"""A name, perhaps its unit, and its value: `lm loss: 2.5E+00`, `time (ms): 3`, `"ppl": "12"`, `lr 1e-3`."""


@dataclass(frozen=True)
class Says:
    """What one kind of line says.

    Of the pattern's groups `epoch`, `step`, `epochs` and `max_steps` are the clock, `split` stands before the names of
    the values, `pairs` holds names with values, and every other group is a value of its own (`ms` a step's time, a list
    its mean). `before` is put before the names of pairs; `sets` gives that word to the lines that follow and say
    none; a line with `within` counts only where that word was set last.
    """

    pattern: re.Pattern[str]
    before: str = ""
    sets: str = ""
    within: str = ""


@dataclass(frozen=True)
class Form:
    """What a program prints. `tells` finds its lines; where `models`, a count that starts again is the next model."""

    program: str
    tells: re.Pattern[str]
    lines: tuple[Says, ...]
    models: bool = False
    note: str = ""


def _says(pattern: str, before: str = "", sets: str = "", within: str = "") -> Says:
    return Says(re.compile(pattern.replace("<N>", _N), re.IGNORECASE), before, sets, within)


def _tells(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


FORMS = (
    Form(
        "LightGBM or XGBoost",
        _tells(r"(?:\[[\d:. -]+\] ?)?\[\d+\]\t+[\w@.'() -]+:\s*[-\d.naif]+|\[LightGBM\] \[Info\] Iteration:\d+, \w"),
        (
            _says(r"(?:\[[\d:. -]+\] ?)?\[(?P<step>\d+)\]\t+(?P<pairs>\S.*)"),
            _says(r"\[LightGBM\] \[Info\] Iteration:(?P<step>\d+), (?P<pairs>.*)"),
        ),
        models=True,
    ),
    Form(
        "CatBoost",
        _tells(r"\d+:\s+learn: [-\d.naif]+\t"),
        (
            _says(r"(?P<step>\d+):\s+learn: (?P<learn><N>)(?:\s+test: (?P<test><N>))?"),
            _says(r"(?P<step>\d+):\s+test: (?P<test><N>)"),
        ),
        models=True,
        note="CatBoost prints no name for its metric; if it is a loss, say --map learn=train_loss --map test=val_loss",
    ),
    Form(
        "llm.c",
        _tells(r"step +\d+/\d+ \| (?:train )?loss +\S+ |s:\d+ (?:tel|trl|hel):"),
        (
            _says(
                r"step +(?P<step>\d+)/(?P<max_steps>\d+) \| (?:train )?loss +(?P<loss><N>)[^|]*"
                r"\| norm +(?P<norm><N>)[^|]*\| lr (?P<lr><N>) \| \(?(?P<ms><N>) ms\b.*?(?P<tok_s>\d+) tok/s"
            ),
            _says(r"step +(?P<step>\d+)/(?P<max_steps>\d+) \| (?:train )?loss +(?P<loss><N>)"),
            _says(r"val loss (?P<val_loss><N>)"),
            _says(r"s:(?P<step>\d+) tel:(?P<test_loss><N>)"),
            _says(r"s:(?P<step>\d+) trl:(?P<train_loss><N>)"),
            _says(r"s:(?P<step>\d+) hel:(?P<hellaswag><N>)"),
        ),
    ),
    Form(
        "nanoGPT",
        _tells(r"(?:\[train\] )?iter \d+: loss |\[eval\] iter \d+: train "),
        (
            _says(r"step (?P<step>\d+): train loss (?P<evaluated_train_loss><N>), val loss (?P<val_loss><N>)"),
            _says(r"(?:\[train\] )?iter (?P<step>\d+): loss (?P<loss><N>)(?:, time |\s+)(?P<ms><N>)\s?ms"),
            _says(r"(?:\[train\] )?iter (?P<step>\d+): loss (?P<loss><N>)"),
            _says(
                r"\[eval\] iter (?P<step>\d+): train (?P<evaluated_train_loss><N>) val (?P<val_loss><N>)"
                r"(?: lr (?P<lr><N>))?"
            ),
        ),
    ),
    Form(
        "fairseq",
        _tells(r".{0,60}\| (?:train_inner|train|valid|test) \| (?:epoch \d+|\{\"epoch\")"),
        (
            _says(r".*\| train_inner \| epoch (?P<epoch>\d+):\s+(?P<step>\d+) / \d+ (?P<pairs>.*)"),
            _says(r".*\| train_inner \| \{(?P<pairs>.*)"),
            _says(r".*\| (?P<split>train|valid|test) \| epoch (?P<epoch>\d+) \|(?: valid on .*?\|)?(?P<pairs>.*)"),
            _says(r".*\| (?P<split>train|valid|test) \| \{(?P<pairs>.*)"),
            _says(r".*\| fairseq_cli\.\w+ \| "),
        ),
    ),
    Form(
        "Megatron",
        _tells(r".{0,60}\biteration +\d+/ *\d+ \|.*\blm loss"),
        (
            _says(r".{0,60}?\biteration +(?P<step>\d+)/ *(?P<max_steps>\d+) \|(?P<pairs>.*)"),
            _says(
                r".{0,60}?\bvalidation loss at iteration (?P<step>\d+).*?\| lm loss value: (?P<validation_lm_loss><N>)"
                r" \| lm loss PPL: (?P<validation_ppl><N>)"
            ),
            _says(r"time \(ms\) \|"),
        ),
    ),
    Form(
        "nnU-Net",
        _tells(r".{0,40}(?:Average global foreground Dice:|Pseudo dice) \["),
        (
            _says(r"(?:.{26}: )?epoch:?\s+(?P<epoch>\d+)\s*$"),
            _says(r".{26}: train[ _]loss\s*:?\s+(?P<train_loss><N>)"),
            _says(r".{26}: val(?:idation)?[ _]loss\s*:?\s+(?P<validation_loss><N>)"),
            _says(r".{26}: Average global foreground Dice: (?P<validation_foreground_Dice>\[.*)"),
            _says(r".{26}: Pseudo dice (?P<validation_Pseudo_dice>\[.*)"),
            _says(r".{26}: (?:lr|Current learning rate): (?P<lr><N>)"),
        ),
        note="the Dice is the mean over the classes",
    ),
    Form(
        "Joey NMT",
        _tells(r"Steps: +\d+\t"),
        (_says(r"Steps:\s+(?P<step>\d+)\t(?P<pairs>.*)", "valid"),),
    ),
    Form(
        "CycleGAN or pix2pix",
        _tells(r"(?:\[Rank \d+\] )?\(epoch: \d+, iters: \d+, "),
        (
            _says(
                r"(?:\[Rank \d+\] )?\(epoch: (?P<epoch>\d+), iters: (?P<step>\d+), time: (?P<ms_of_sample><N>)[^)]*"
                r"data: (?P<data_time><N>)(?:, lr: (?P<lr><N>))?\)\s*,?(?P<pairs>.*)",
                "loss",
            ),
        ),
    ),
    Form(
        "Coqui TTS",
        _tells(r".{0,30}--> .*GLOBAL_STEP: \d+"),
        (
            _says(r"\s*> EPOCH: (?P<epoch>\d+)/(?P<epochs>\d+)"),
            _says(r"\s*--> .*GLOBAL_STEP: (?P<step>\d+)", sets="train"),
            _says(r"\s*> EVALUATION", sets="-"),
            _says(r"\s*--> EVAL PERFORMANCE", sets="eval"),
            _says(r"\s*\| > (?:avg_)?(?P<pairs>\w+: +<N>)", within="train"),
            _says(r"\s*\| > (?:avg_)?(?P<pairs>\w+: +<N>)", within="eval"),
        ),
    ),
    Form(
        "Paddle",
        _tells(r"\s*(?:Eval begin\.\.\.|The loss value printed in the log is the current step)"),
        (
            _says(r"\s*Epoch (?P<epoch>\d+)/(?P<epochs>\d+)\s*$", sets="train"),
            _says(r"\s*Eval begin\.\.\.", sets="eval"),
            _says(r"\s*step +(?P<step>\d+)/\d+ (?:\[.*?\] )?- (?P<pairs>.*)", within="train"),
            _says(r"\s*step +\d+/\d+ (?:\[.*?\] )?- (?P<pairs>.*)", within="eval"),
        ),
    ),
    Form(
        "PaddleClas",
        _tells(r".{0,60}\[(?:Train|Eval)\]\[Epoch \d+(?:/\d+)?\]\[(?:Iter|Avg)"),
        (
            _says(
                r".*?\[Train\]\[Epoch (?P<epoch>\d+)/(?P<epochs>\d+)\]\[Iter: (?P<step>\d+)/\d+\]"
                r"(?P<pairs>.*?)(?:, eta|$)",
                "train",
            ),
            _says(r".*?\[Train\]\[Epoch (?P<epoch>\d+)/(?P<epochs>\d+)\]\[Avg\](?P<pairs>.*)", "train epoch"),
            _says(r".*?\[Eval\]\[Epoch (?P<epoch>\d+)\]\[Avg\](?P<pairs>.*)", "eval"),
            _says(r".*?\[Eval\]\[Epoch \d+\]\[Iter"),
        ),
    ),
    Form(
        "MXNet",
        _tells(r".{0,60}\bEpoch ?\[\d+\] (?:Batch ?\[\d+|Train-|Validation-)"),
        (
            _says(
                r".*?\bEpoch ?\[(?P<epoch>\d+)\] Batch ?\[(?:\d+-)?(?P<step>\d+)\]\s+Speed: (?P<samples_per_sec><N>)"
                r" samples/sec\s+(?P<pairs>.*)"
            ),
            _says(r".*?\bEpoch ?\[(?P<epoch>\d+)\] (?P<split>Train|Validation)-(?P<pairs>.*)"),
            _says(r".*?\bEpoch ?\[(?P<epoch>\d+)\] Time cost"),
        ),
    ),
    Form(
        "flair",
        _tells(r".{0,30}\bepoch \d+ - iter \d+/\d+ - loss |.{0,30}\b(?:DEV|TEST)(?:_\w+)? : loss "),
        (
            _says(r".{0,30}?\bepoch (?P<epoch>\d+) - iter (?P<step>\d+)/\d+ - (?P<pairs>.*)"),
            _says(r".{0,30}?\bEPOCH (?P<epoch>\d+) done: loss:? (?P<train_epoch_loss><N>)(?: - lr:? (?P<lr><N>))?"),
            _says(r".{0,30}?\b(?P<split>TRAIN|DEV|TEST)(?:_\w+)? : (?P<pairs>.*)"),
        ),
    ),
)
"""Every form of text that the general console reader would misread."""
