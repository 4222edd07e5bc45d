"""Conditions read as clauses, with what the fact means and its unit."""

import pytest

from expert.knowledge import Condition
from expert.layers import builtin
from expert.wording import observed, sentence


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (
            Condition("train_loss_fall", ">", 0.3),
            "the share of the first training loss that training removed, at its best, is above 30%",
        ),
        (
            Condition("val_loss_rise", "<", 0.05),
            "how far the validation loss ended above its lowest, as a share of its lowest, is below 5%",
        ),
        (Condition("out_of_memory", "==", False), "it is not so that the console says that memory ran out"),
        (
            Condition("gap_ratio", "within", (0.9, 1.5)),
            "the validation loss over the training loss, at the end, is from 0.9 to 1.5",
        ),
        (Condition("batch_size", "<=", 2.0), "the setting batch_size is at most 2"),
        (Condition("optimizer", "in", ("sgd", "adam")), "the setting optimizer is sgd or adam"),
        (Condition("loss-flat", "<", 0.2), "not seen: The loss hardly fell"),
    ],
)
def test_a_condition_reads_as_a_clause(condition: Condition, said: str) -> None:
    assert sentence(condition, builtin()) == said


def test_what_was_observed_has_the_unit_of_its_sentence() -> None:
    assert observed(Condition("train_loss_fall", ">", 0.3), {"train_loss_fall": 0.125}, builtin()) == "12.5%"
    assert observed(Condition("gap_ratio", ">", 1.5), {"gap_ratio": 1.2}, builtin()) == "1.2"
