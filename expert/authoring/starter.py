"""A commented pack to begin with: it passes its check and its tests."""

from __future__ import annotations

import re

_TEXT = """\
# yaml-language-server: $schema=./pack.schema.json
# The line above gives completion and help in editors, once `expert rules schema -o pack.schema.json` wrote the file.
# Check: expert rules check {file}   Test: expert rules test {file}   Guide: rules/README.md
format: 1
pack: {pack}
version: "1.0"
about: What our team knows about its own runs.

# Numbers that people may want to tune. Bounds keep a typo from turning a rule off.
params:
  {prefix}_large_batch: {{default: 4096, min: 256, max: 1000000, help: batch size from which we warm up, source: ours}}
  {prefix}_jump: {{default: 10, min: 2, max: 1000, help: highest gradient norm over its running median, source: ours}}

# What one can see in a run.
symptoms:
  {pack}-cold-start:
    title: A large batch was started without a warm-up

# What is wrong, why, and what it causes.
diagnoses:
  {pack}-warm-up-missing:
    title: The warm-up for large batches is missing
    stage: debug                      # log, system, start, debug, evaluate, improve, tune, task
    origin: hyperparameter choice     # or: implementation bug, data choice, dataset construction, system, log
    severity: high                    # critical, high, medium, low, note
    about: >-
      Our models diverge in their first steps when the batch is large and the learning rate starts at its full height:
      the first gradients are far longer than the later ones.
    references: ["Goyal et al. 2017, Accurate, Large Minibatch SGD, section 2.2"]
    explains: [{pack}-cold-start, gradient-jump]
    remedies: [{pack}-add-warm-up]

# When these facts, then that conclusion, this certain. `expert facts LOG` shows the facts of a run.
rules:
  {pack}-batch-large-and-no-warm-up:
    when: {{batch_size: ">= {{{prefix}_large_batch}}", warmup_steps: 0}}
    then: {pack}-cold-start
    certainty: 0.9                    # -1 (speaks against) to 1
    because: The batch holds {{batch_size:,.0f}} examples, and the learning rate starts at its full height.
    source: our runs
    fires: [{{batch_size: 8192, warmup_steps: 0}}]
    silent: [{{batch_size: 8192, warmup_steps: 500}}, {{batch_size: 64, warmup_steps: 0}}]
    unknown: [{{batch_size: 8192}}]
  {pack}-norm-jumped-after-a-cold-start:
    when: {{{pack}-cold-start: true, gradient_norm_peak_ratio: ">= {{{prefix}_jump}}"}}
    unless: [{{task: reinforcement learning}}]     # each entry is one exception
    then: {pack}-warm-up-missing
    certainty: 0.7
    because: The gradient norm reached {{gradient_norm_peak_ratio:.0f}} times its running median.
    source: our runs
    fires: [{{{pack}-cold-start: true, gradient_norm_peak_ratio: 30}}]
    silent: [{{{pack}-cold-start: true, gradient_norm_peak_ratio: 2}}]
    unknown: [{{{pack}-cold-start: true}}]

# What to do, in the imperative. [Brackets] hold what is left out where a run lacks the number.
remedies:
  {pack}-add-warm-up:
    title: Warm the learning rate up[ for the batch of {{batch_size:,.0f}}]
    how: Let it rise from zero to its full height over the first five percent of the steps.
    effort: minutes
    verify: {{gradient_norm_peak_ratio: "< 5"}}     # how the next run tells that it worked

# Whole runs in short: `1x100` is a hundred ones, `2-0.01x50` falls, `2*0.98x50` decays, `nan`, `_` is missing.
tests:
  - name: the norm jumps in a run without warm-up
    series: {{train_loss: "2*0.99x200", grad_norm: "1x100 30x5 1x95"}}
    settings: {{batch_size: 8192, warmup_steps: 0}}
    fires: [{pack}-batch-large-and-no-warm-up, {pack}-norm-jumped-after-a-cold-start]
    diagnosis: {pack}-warm-up-missing
  - name: a small batch needs no warm-up
    series: {{train_loss: "2*0.99x200", grad_norm: "1x200"}}
    settings: {{batch_size: 64, warmup_steps: 0}}
    silent: {pack}-batch-large-and-no-warm-up
    absent: {pack}-warm-up-missing
  - name: a log that does not tell the warm-up
    series: {{train_loss: "2*0.99x200"}}
    settings: {{batch_size: 8192}}
    unknown: {pack}-batch-large-and-no-warm-up
"""


def starter(name: str) -> str:
    """The text of a pack of that name, whose ids begin with it. Raises ValueError for a name without a letter."""
    pack = "-".join(re.findall(r"[a-z0-9]+", name.casefold()))
    if not pack[:1].isalpha():
        raise ValueError(
            f"{name!r} is no name for a pack: words joined by '-', the first of them with a letter in front"
        )
    return _TEXT.format(pack=pack, prefix=pack.replace("-", "_"), file=f"{pack}.yaml")
