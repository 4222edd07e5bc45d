"""Runs of tasks with troubles of their own: policies and generators."""

from __future__ import annotations

import torch
from torch.nn import functional
from torch.optim import Adam

from tests.runs.loop import Row
from tests.runs.networks import dense
from tests.runs.planted import Left, healthy, plants


@plants("reward-collapse", "the entropy bonus grows instead of fading: the policy is made random again")
def reward_collapse() -> Left:
    return _gather(steps=2000, lr=1e-2, rewards=(1.0, -1.0), bonus_growth=1.003, seed=1)


@plants("entropy-collapse", "rewards that are always positive and a high rate: the first action that paid is kept")
def entropy_collapse() -> Left:
    return _gather(steps=800, lr=0.3, rewards=(1.0, 0.5), bonus_growth=0.9, seed=5)


def _gather(steps: int, lr: float, rewards: tuple[float, float], bonus_growth: float, seed: int) -> Left:
    """REINFORCE on a contextual bandit: eight contexts, four actions, one right action for each context.

    `rewards` are those of the right action and of the others; the entropy bonus begins at 0.01.
    """
    torch.manual_seed(seed)
    right = torch.randint(0, 4, (8,))
    policy = dense(8, 32, 4)
    optimizer = Adam(policy.parameters(), lr)
    rows: list[Row] = []
    every = steps // 200
    sums = torch.zeros(3)
    for step in range(1, steps + 1):
        context = torch.randint(0, 8, (32,))
        choice = torch.distributions.Categorical(logits=policy(functional.one_hot(context, 8).float()))
        action = choice.sample()
        reward = torch.where(action == right[context], *rewards) + torch.randn(32) * 0.3
        loss = -(choice.log_prob(action) * reward).mean()
        loss = loss - 0.01 * bonus_growth**step * choice.entropy().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        sums += torch.stack([reward.mean(), choice.entropy().mean(), loss]).detach()
        if step % every == 0:
            mean_reward, entropy, policy_loss = (sums / every).tolist()
            row = {"step": float(step), "ep_rew_mean": mean_reward, "entropy": entropy, "policy_loss": policy_loss}
            rows.append(row | {"lr": lr})
            sums.zero_()
    settings = {"task": "reinforcement learning", "algorithm": "reinforce", "max_steps": steps, "optimizer": "adam"}
    return Left(rows, settings | {"lr": lr, "batch_size": 32, "num_actions": 4, "seed": seed})


@plants("mode-collapse", "a discriminator that learns fifty times faster: the generator gives one of eight modes")
def mode_collapse() -> Left:
    return _imitate(fast=5e-3, slow=1e-4, momentum=0.5)


@healthy("two networks that keep each other in check, and find six of eight modes")
def healthy_adversaries() -> Left:
    return _imitate(fast=1e-3, slow=1e-3, momentum=0.9)


def _imitate(fast: float, slow: float, momentum: float) -> Left:
    """A generator and a discriminator, at their rates, over eight points on a ring."""
    generator = dense(4, 32, 32, 2)
    discriminator = dense(2, 64, 64, 1)
    judge = Adam(discriminator.parameters(), fast, betas=(momentum, 0.99))
    forger = Adam(generator.parameters(), slow, betas=(momentum, 0.99))
    close = functional.binary_cross_entropy_with_logits
    rows: list[Row] = []
    sums = torch.zeros(2)
    for step in range(1, 1001):
        real = _ring(64)
        fake = generator(torch.randn(64, 4))
        scores = discriminator(torch.cat([real, fake.detach()]))
        d_loss = close(scores, torch.cat([torch.ones(64, 1), torch.zeros(64, 1)]))
        judge.zero_grad()
        d_loss.backward()
        judge.step()
        g_loss = close(discriminator(fake), torch.ones(64, 1))
        forger.zero_grad()
        g_loss.backward()
        forger.step()
        sums += torch.stack([d_loss, g_loss]).detach()
        if step % 5 == 0:
            row = {"step": float(step), "d_loss": sums[0].item() / 5, "g_loss": sums[1].item() / 5}
            rows.append(row | {"sample_std": fake.std(0).mean().item(), "modes": float(_modes(fake))})
            sums.zero_()
    settings = {"task": "generative", "architecture": "gan", "max_steps": 1000, "batch_size": 64, "optimizer": "adam"}
    return Left(rows, settings | {"lr": slow, "lr_discriminator": fast})


def _ring(count: int) -> torch.Tensor:
    angle = torch.randint(0, 8, (count,)) * (torch.pi / 4)
    return torch.stack([angle.cos(), angle.sin()], 1) * 2 + torch.randn(count, 2) * 0.05


def _modes(samples: torch.Tensor) -> int:
    """How many of the eight points of the ring some sample is near."""
    angle = torch.arange(8) * (torch.pi / 4)
    centers = torch.stack([angle.cos(), angle.sin()], 1) * 2
    return int((torch.cdist(centers, samples).min(1).values < 0.4).sum())
