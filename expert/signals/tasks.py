"""What is peculiar to a task: whether its loss tells progress, whether it began from a pretrained model; reward,
entropy, two losses in balance."""

from __future__ import annotations

import numpy as np

from expert.run import RunLog, Series
from expert.signals._shape import end, noise, position, smooth, start
from expert.signals.units import At, Metric, Ratio, Share


def adversarial(
    task: str | None, architecture: str | None, discriminator_loss: Series | None, generator_loss: Series | None
) -> bool | None:
    """Whether two networks train against each other."""
    if discriminator_loss is not None or generator_loss is not None:
        return True
    if any(word.endswith("gan") or word == "pix2pix" for word in (architecture or "").replace("-", " ").split()):
        return True
    return None if task is None else False


def loss_tells_progress(task: str | None, adversarial: bool | None) -> bool | None:
    """Whether a lower training loss means a better model: not where the model makes its own data or its own rival."""
    if adversarial or task == "reinforcement learning":
        return False
    return None if task is None else True


def fine_tuning(task: str | None, initialization: str | None, run: RunLog) -> bool | None:
    """Whether the run began from a model that was trained before."""
    if task == "fine-tuning" or _FINE_TUNING & run.settings.keys() or run.settings.get("pretrained") is True:
        return True
    return None if initialization is None else "pretrained" in initialization


_FINE_TUNING = {"lora_r", "lora_rank", "lora_alpha", "lora_target", "peft_type", "finetuning_type", "base_model"}


def best_reward(train_reward: Series | None, val_reward: Series | None) -> Metric | At | None:
    """The best smoothed reward."""
    reward = _reward(train_reward, val_reward)
    if reward is None:
        return None
    best = int(smooth(reward).argmax())
    return At(float(smooth(reward)[best]), reward.curve.steps[best], reward.curve.steps[best])


def reward_lost(train_reward: Series | None, val_reward: Series | None) -> Share | At | None:
    """The share of the best gain of the reward over its start that was lost again by the end."""
    reward = _reward(train_reward, val_reward)
    if reward is None:
        return None
    values, steps = smooth(reward), reward.curve.steps
    best = int(values.argmax())
    gained = values[best] - start(reward)
    if gained <= 3 * (noise(reward) or 0):
        return None
    return At(float((values[best] - end(reward)) / gained), steps[best], steps[-1])


def reward_rise_late(train_reward: Series | None, val_reward: Series | None) -> Share | None:
    """The rise of the reward in the last half of the run, as a share of its whole range."""
    reward = _reward(train_reward, val_reward)
    if reward is None:
        return None
    values = smooth(reward)
    spread = float(np.ptp(values))
    return float((end(reward) - values[len(values) // 2]) / spread) if spread > 0 else 0.0


def entropy_left(entropy: Series) -> Share | None:
    """The entropy of the policy at the end as a share of that at the start."""
    first = start(entropy) if len(entropy.finite) >= 10 else 0.0
    return end(entropy) / first if first else None


def entropy_gone_position(entropy: Series) -> Share | None:
    """Where in the run the entropy fell below a tenth of its start for good, 0 to 1."""
    if len(entropy.finite) < 10 or start(entropy) <= 0:
        return None
    values, steps = smooth(entropy), entropy.curve.steps
    alive = np.flatnonzero(values > 0.1 * start(entropy))
    last = int(alive[-1]) if len(alive) else 0
    return position(entropy, float(steps[last]))


def discriminator_end_share(discriminator_loss: Series) -> Share | None:
    """The discriminator's loss at the end as a share of that at the start; losses that can be negative have none."""
    if len(discriminator_loss.finite) < 10 or discriminator_loss.finite.values.min() < 0:
        return None
    return end(discriminator_loss) / start(discriminator_loss) if start(discriminator_loss) > 0 else None


def generator_growth(generator_loss: Series) -> Ratio | None:
    """The generator's loss at the end over that at the start; losses that can be negative have none."""
    if len(generator_loss.finite) < 10 or generator_loss.finite.values.min() < 0:
        return None
    return end(generator_loss) / start(generator_loss) if start(generator_loss) > 0 else None


def _reward(train_reward: Series | None, val_reward: Series | None) -> Series | None:
    reward = train_reward if train_reward is not None else val_reward
    return reward if reward is not None and len(reward.finite) >= 10 else None
