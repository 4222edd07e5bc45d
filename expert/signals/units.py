"""The units that facts are measured in; a signal's return annotation names one."""

from __future__ import annotations

from typing import Annotated

from expert.facts import At

Ratio = Annotated[float, "times"]
Share = Annotated[float, "share of 1"]
Loss = Annotated[float, "unit of the loss"]
Metric = Annotated[float, "unit of the metric"]
Step = Annotated[float, "step"]
Epoch = Annotated[float, "epochs"]
Count = Annotated[float, "count"]
Rate = Annotated[float, "learning rate"]
Seconds = Annotated[float, "seconds"]
Error = Annotated[float, "error, share of 1"]
Deviations = Annotated[float, "standard deviations of the noise"]

__all__ = [
    "At",
    "Count",
    "Deviations",
    "Epoch",
    "Error",
    "Loss",
    "Metric",
    "Rate",
    "Ratio",
    "Seconds",
    "Share",
    "Step",
]
