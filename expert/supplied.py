"""Facts that no log holds, by name, with kind, unit and meaning: what a look at the model before it trains supplies, or
one at its data sets, at all runs of a night or at all trials of a search.

Who supplies them hands them over in `RunLog.facts`; rules read them like any other fact, and a plan whose run lacks
them says which command would give them.
"""

from __future__ import annotations

from collections.abc import Mapping

from expert.facts import Quantity

_TRUTHS = {
    "loss_broadcasts": "whether the loss stretches prediction and target of different shapes over each other",
    "loss_not_finite": "whether the loss of the untrained model is NaN or infinite",
    "loss_can_reach_zero": "whether a model that is right everywhere would have a loss of zero",
    "target_alone": "whether the model's inputs differ, yet all targets of the batch are one and the same",
    "channels_last": "whether a convolution takes the rows of pictures, whose channels come last, for channels",
    "class_targets": "whether the targets are class numbers or one-hot rows",
    "targets_are_inputs": "whether the targets are the input tokens themselves, not those that follow",
    "causal": "whether the output at a position is the same whatever follows it",
    "reads_the_future": "whether an output that is to predict the next token depends on tokens that follow",
    "gradient_reaches_nothing": "whether no parameter at all gets a gradient",
    "last_layer_held": "whether the optimizer holds the last layer that gets a gradient",
    "gradient_not_finite": "whether a gradient is NaN or infinite behind a finite loss",
    "arrived_in_eval_mode": "whether the model came in evaluation mode with layers that care",
    "mode_flips": "whether the mode of a layer changes while the model runs",
    "dropout_in_eval_mode": "whether dropout is at work in evaluation mode",
    "cut_short": "whether the attempt to memorize one batch ended before it was memorized or lost",
}
_WORDS = {
    "failed_in": "the part of the model, or the loss, that raised",
    "failure": "the last line of what it raised",
    "failure_kind": "what kind of mistake the error tells of",
    "output_shape": "shape of the output",
    "target_shape": "shape of the targets",
    "loss_input": "what reaches the loss, as its last operation and its values tell",
    "softmax_axis": "what the softmax before the loss runs over",
    "ill_scaled_layer": "the layer whose weights are furthest from He or Glorot",
    "constant_layer": "a layer all of whose weights are one number",
    "non_finite_layer": "the first layer that turns finite numbers into NaN or infinity",
    "non_finite_gradient_layer": "the first parameter whose gradient is NaN or infinite",
    "cut_off_layer": "the first layer that ran and got no gradient",
    "unused_layer": "a layer that did not run",
    "unheld_layer": "a layer that gets a gradient and that the optimizer does not hold",
    "unused_input": "an input that makes no difference to the output",
    "modality": "what the inputs look like",
    "batch_course": "how the attempt to memorize one batch went",
    "batch_course_at_a_tenth": "how it went at a tenth of the rate",
    "batch_course_at_tenfold": "how it went at ten times the rate",
    "batch_course_at_suggested_rate": "how it went at the rate that the range test suggests",
    "batch_course_unregularized": "how it went without dropout and weight decay",
}
COURSES = ("memorized", "falls", "goes up", "explodes", "oscillates", "plateaus")
"""How an attempt to memorize one batch can go."""
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "failure_kind": ("shape", "type", "targets", "probabilities", "other"),
    "loss_input": ("logits", "probabilities", "log-probabilities", "sigmoid", "tanh", "relu"),
    "softmax_axis": ("classes", "batch", "other"),
    "modality": ("images", "sequences", "features", "several"),
    **{name: COURSES for name in _WORDS if name.startswith("batch_course")},
}
_NUMBERS = {
    "input_not_finite": ("share of 1", "share of the inputs that is NaN or infinite"),
    "target_not_finite": ("share of 1", "share of the targets that is NaN or infinite"),
    "channel_scale": ("unit of the inputs", "largest root mean square of a channel where the first weights read it"),
    "channel_least_scale": ("unit of the inputs", "root mean square of all inputs where the first weights read them"),
    "channel_spread": ("times", "largest standard deviation of a channel over the smallest that is not zero"),
    "channel_offset": ("times", "largest mean of a channel over its standard deviation"),
    "distinct_inputs": ("share of 1", "share of the samples whose input is unlike all others"),
    "initial_loss": ("unit of the loss", "loss of the untrained model"),
    "initial_loss_over_chance": ("times", "loss of the untrained model over that of a guess"),
    "initial_loss_over_constant": (
        "times",
        "squared error of the untrained model over that of the mean of the targets",
    ),
    "loss_classes": ("count", "classes that the loss can tell apart, by the width of what reaches it"),
    "relu_zeros": ("share of 1", "share of exact zeros in what reaches the loss"),
    "target_beyond_output": ("share of 1", "share of the targets that the output, or the loss, cannot take"),
    "target_deviation": ("unit of the targets", "standard deviation of the targets"),
    "target_center": ("unit of the targets", "mean of the targets, without its sign"),
    "input_effect": ("times", "how far the outputs move when samples change places, over their size"),
    "batch_leak": ("times", "how far other outputs move when one sample changes, over how far its own moves"),
    "target_meets_own_output": ("share of 1", "share of a target's pull on the outputs that falls on its own sample's"),
    "cut_off_share": ("share of 1", "share of the trainable weights whose layer ran and that got no gradient"),
    "unused_share": ("share of 1", "share of the trainable weights whose layer did not run"),
    "unregistered_weights": ("count", "weights that take part and that the model does not list among its parameters"),
    "unheld_share": ("share of 1", "share of the weights with a gradient that the optimizer does not hold"),
    "foreign_weights": ("count", "weights in the optimizer that the model does not have"),
    "unmoved_share": ("share of 1", "share of the optimizer's weights that did not move while one batch was learned"),
    "gradient_first_to_last": ("times", "gradient over weights of the first layer, over that of the last"),
    "eval_loss_ratio": ("times", "loss in evaluation mode over that in training mode, after one batch was learned"),
    "eval_randomness": ("times", "how far two passes in evaluation mode differ, over the size of the outputs"),
    "mode_layers": ("count", "layers of dropout and batch normalization"),
    "weight_scale_most": ("times", "largest deviation of a layer's weights over what He or Glorot ask for"),
    "weight_scale_least": ("times", "smallest deviation of a layer's weights over what He or Glorot ask for"),
    "constant_layers": ("share of 1", "share of the layers all of whose weights are one number that is not zero"),
    "zero_layers": ("share of 1", "share of the layers all of whose weights are zero"),
    "signal_growth": ("times", "deviation of the last layer's outputs over that of the first layer's"),
    "saturated_at_start": ("share of 1", "share of hidden tanh and sigmoid outputs at their flat ends, untrained"),
    "dead_at_start": ("share of 1", "share of ReLU units that are zero for the whole batch, untrained"),
    "missing_activations": (
        "share of 1",
        "share of the layers that read another's output without an activation between",
    ),
    "nonlinear_operations": ("count", "activations, normalizations and gates that the model runs"),
    "deepest_sigmoids": ("count", "hidden layers with a sigmoid"),
    "batch_fall": ("share of 1", "share of the first loss that the attempt to memorize one batch took off"),
    "gain_at_a_tenth": ("share of 1", "share of the first loss that a tenth of the rate took off beyond that"),
    "gain_at_tenfold": ("share of 1", "share of the first loss that ten times the rate took off beyond that"),
    "gain_at_suggested_rate": ("share of 1", "share of the first loss that the suggested rate took off beyond that"),
    "gain_unregularized": ("share of 1", "share of the first loss that going unregularized took off beyond that"),
    "suggested_rate": ("learning rate", "a tenth of the rate at which the loss of the range test was lowest"),
    "highest_rate": ("learning rate", "the rate at which the loss of the range test blew up"),
    "rate_over_suggested": ("times", "the rate in use over that suggested by the range test"),
    "rate_over_highest": ("times", "the rate in use over that at which the range test blew up"),
    "regularizers": ("count", "kinds of regularization in use: dropout, weight decay, normalization"),
}
_OF_FLEETS = {
    "group_runs": ("count", "runs that share a host, a setting, or all commits since one"),
    "group_affected": ("count", "runs of the group that have the cause"),
    "group_share": ("share of 1", "share of the group's runs that have the cause"),
    "elsewhere_runs": ("count", "runs outside the group"),
    "elsewhere_share": ("share of 1", "share of the runs outside the group that have the cause"),
    "group_odds_ratio": ("times", "odds of the cause inside the group over those outside"),
    "group_chance": ("probability", "how likely so many affected runs fall into the group by chance"),
    "family_runs": ("count", "earlier runs of the family"),
    "family_median": ("metric", "median of the best results of the family's earlier runs"),
    "family_newest": ("metric", "best result of the family's newest run"),
    "family_fall": ("standard deviations", "how far the newest run of a family fell behind its earlier ones"),
}
_OF_SWEEPS = {
    "sweep_trials": ("count", "trials of the sweep"),
    "sweep_knobs": ("count", "knobs that were varied"),
    "failed_trials": ("count", "trials that failed or ended in NaN"),
    "failed_trials_share": ("share of 1", "share of the trials that failed or ended in NaN"),
    "best_result": ("metric", "result of the best trial"),
    "result_spread": ("metric", "difference between the best and the worst result"),
    "seed_noise": ("metric", "standard deviation of the result of one setting"),
    "runner_up_gap": ("times", "how far the best trial is ahead of the second, over the noise of a difference"),
    "tied_trials": ("count", "trials that cannot be told from the best, itself included"),
    "spread_over_noise": ("times", "spread of the middle four fifths of the results over the noise of one"),
    "next_share": ("share of 1", "size of the next search space over that of this one"),
    "knob_trials": ("count", "finished trials in which the knob was searched"),
    "knob_importance": ("share of 1", "share of the variance of the results that the knob explains by itself"),
    "knob_importance_low": ("share of 1", "lower end of the interval of the knob's importance"),
    "knob_importance_high": ("share of 1", "upper end of the interval of the knob's importance"),
    "knob_failed_share": ("share of 1", "share of the trials of the knob's sweep that failed"),
    "failing_share": ("share of 1", "share of the trials in the failing region of the knob that failed"),
    "failing_trials": ("count", "trials in the failing region of the knob"),
    "failing_elsewhere": ("share of 1", "share of the trials outside the failing region that failed"),
    "failing_chance": ("probability", "how likely so many failures fall into the region by chance"),
    "interaction_share": ("share of 1", "share of the variance that two knobs explain only together"),
    "knob_next_share": ("share of 1", "width of the knob's next range over the former, on its own scale"),
    "knob_next_held": ("probability", "how likely the optimum lies in the knob's next range"),
    "knob_next_low": ("unit of the knob", "lower end of the knob's next range"),
    "knob_next_high": ("unit of the knob", "upper end of the knob's next range"),
    "range_edge_value": ("unit of the knob", "the end of the range near which the optimum may lie"),
    "range_edge_sure": ("probability", "how likely the optimum lies at that end of the range or beyond"),
}
_WORDS_OF_SWEEPS = {
    "sweep_metric": "the result by which trials are compared",
    "best_trial": "the best trial",
    "noise_source": "what the noise of a result is known from",
    "next_ranges": "what to search next of every knob",
    "next_optuna": "the next ranges as code for Optuna",
    "next_ray": "the next ranges as code for Ray Tune",
    "next_wandb": "the next ranges as a sweep of W&B",
    "knob": "the knob",
    "knob_next": "what to search next of the knob",
    "knob_scale": "the scale of the knob",
    "general_sensitivity": "how much models depend on such a knob in general",
    "failing_values": "the values of the knob with which trials fail",
    "acts_with": "the other knob that it acts together with",
    "range_edge": "the end of the knob's range near which the optimum may lie",
    "fixed_value": "the value that the knob had in every trial",
    "rate_bound_knobs": "knobs that were varied and that ask for another learning rate",
}
_CHOICES_OF_SWEEPS = {
    "general_sensitivity": ("high", "medium", "low", "unknown"),
    "range_edge": ("lower", "upper"),
    "knob_scale": ("log", "linear"),
}
_TRUTHS_OF_SWEEPS = {
    "never_varied": "whether the knob had one value in all trials",
    "is_learning_rate": "whether the knob is the learning rate",
    "rate_bound": "whether knobs were varied that ask for another learning rate",
    "range_edge_bounded": "whether nothing can be searched beyond that end of the range",
}
_OF_DATA = {
    "missing_cells": ("share of 1", "share of the cells of training without a value"),
    "gappy_columns": ("count", "columns of training with missing values"),
    "missing_share": ("share of 1", "share of the rows of training in which the column has no value"),
    "infinite_share": ("share of 1", "share of infinite values in the column that has most"),
    "constant_columns": ("count", "columns that have one value in all rows of training"),
    "constant_share": ("share of 1", "share of the columns that have one value in all rows of training"),
    "top_share": ("share of 1", "share of the rows that have the most frequent value of the column"),
    "largest_column_scale": ("unit of the column", "root mean square of the column of numbers that is largest"),
    "column_spread": ("times", "largest standard deviation of a column over the smallest that is not zero"),
    "smallest_class_size": ("count", "training samples of the smallest class"),
    "largest_class_size": ("count", "training samples of the largest class"),
    "counted_class_ratio": ("times", "training samples of the largest class over those of the smallest"),
    "label_distance": ("share of 1", "how far the targets of the split lie from those of training"),
    "label_p": ("probability", "how likely targets that differ so come from one source"),
    "label_share_train": ("share of 1", "share of training of the class whose share moves most"),
    "label_share_other": ("share of 1", "its share of the split"),
    "label_mean_train": ("unit of the targets", "mean of the targets of training"),
    "label_mean_other": ("unit of the targets", "mean of the targets of the split"),
    "class_absent_count": ("count", "classes of training that the split lacks"),
    "class_absent_size": ("count", "training samples of the largest of them"),
    "class_absent_p": ("probability", "how likely a random split would leave that class out"),
    "class_untrained_count": ("count", "classes of the split that training lacks"),
    "class_untrained_size": ("count", "samples of the largest of them"),
    "class_untrained_p": ("probability", "how likely a random split would keep that class from training"),
    "row_information": ("bits", "how much a usual row tells beyond what chance needs to repeat it"),
    "duplicate_share": ("share of 1", "share of the training samples that repeat another"),
    "duplicate_count": ("count", "training samples that repeat another"),
    "overlap_share": ("share of 1", "share of the split's samples that stand in training too"),
    "overlap_count": ("count", "the split's samples that stand in training too"),
    "overlap_excess": ("share of 1", "that share beyond the share of training samples that have a twin in training"),
    "overlap_over_noise": ("deviations", "that excess over what a random split gives by chance"),
    "overlap_labels_differ": ("share of 1", "share of the samples in both that have another label in each"),
    "near_overlap_share": ("share of 1", "share of the split's samples that all but stand in training"),
    "near_overlap_count": ("count", "such samples among those looked at"),
    "near_overlap_excess": (
        "share of 1",
        "that share beyond that of training samples with such a neighbour in training",
    ),
    "single_column_skill": ("share of 1", "share of what a guess gets wrong that the column by itself puts right"),
    "single_column_best": ("share of 1", "the same of the best column"),
    "next_column_skill": ("share of 1", "the same of the next best column"),
    "single_column_samples": ("count", "samples that this was tried on"),
    "compared_columns": ("count", "columns that were compared with training"),
    "shifted_columns": ("count", "columns that lie significantly and far from training"),
    "shifted_share": ("share of 1", "share of the columns that lie significantly and far from training"),
    "most_shifted_distance": ("share of 1", "how far the column lies from training that lies furthest"),
    "most_shifted_p": ("probability", "its p-value, corrected for the number of columns"),
    "shift_left_standardized": (
        "share of 1",
        "share of the shifted columns that differ still when each split is standardized",
    ),
    "deviation_ratio": ("times", "usual standard deviation of a column of the split over that in training"),
    "column_distance": ("share of 1", "largest difference between the column's distribution functions"),
    "column_p": ("probability", "p-value of that, corrected for the number of columns"),
    "column_wasserstein": ("standard deviations", "how far the column's values have moved on average"),
    "column_missing_change": ("share of 1", "share of missing values in the split less that in training"),
    "domain_auc": ("share of 1", "area under the ROC curve of a classifier that tells the split from training"),
    "domain_auc_low": ("share of 1", "lower end of its 95 % interval"),
    "domain_auc_high": ("share of 1", "upper end of its 95 % interval"),
    "synthesis_auc_before": ("share of 1", "AUC of that classifier on samples put aside, nothing changed"),
    "synthesis_auc": ("share of 1", "its AUC on them with training samples changed"),
    "synthesis_share": ("share of 1", "share of what it can tell, AUC - 0.5, that the change takes away"),
    "mmd": ("distance", "maximum mean discrepancy between training and the split"),
    "mmd_p": ("probability", "p-value of the discrepancy by permutation"),
    "suspected_labels": ("share of 1", "share of the training labels that a model which never saw them contradicts"),
    "suspected_count": ("count", "training labels that such a model contradicts"),
    "label_error": ("share of 1", "out-of-fold error of a simple model on training"),
    "label_core_error": ("share of 1", "its error on the half of the samples that it is surest of"),
    "label_skill": ("share of 1", "share of what a guess gets wrong that it puts right"),
    "labelled_samples": ("count", "training samples that this was tried on"),
    "trained_skill": ("share of 1", "share of what a guess gets wrong that a simple model puts right, out of fold"),
    "transfer_skill": ("share of 1", "the same on the split, trained on training"),
    "transfer_drop": ("share of 1", "how far its accuracy falls on the split"),
    "transfer_drop_over_noise": ("standard errors", "that fall over its standard error"),
    "order_sameness": ("share of 1", "how much more often neighbouring rows are of one class than in a shuffled set"),
    "damaged_images": ("count", "images that cannot be opened"),
    "damaged_share": ("share of 1", "share of the images that cannot be opened"),
    "blank_share": ("share of 1", "share of the images that show one tone"),
}
_WORDS_OF_DATA = {
    "split_name": "the split that is compared with training, in words",
    "constant_column": "a column that has one value in all rows of training",
    "largest_column": "the column of numbers that is largest",
    "smallest_class": "the smallest class of training",
    "largest_class": "the largest class of training",
    "only_class": "the one class that training has",
    "label_moved": "the class whose share moves most",
    "class_absent": "the largest class of training that the split lacks",
    "class_untrained": "the largest class of the split that training lacks",
    "most_shifted": "the column that lies furthest from training",
    "synthesis": "the change of training samples that makes them most like the split",
    "synthesis_snippet": "that change in Python",
    "damaged_image": "an image that cannot be opened, and why",
}
SUPPLIERS: Mapping[str, Mapping[str, Quantity]] = {
    "data": {
        "arrays": Quantity(
            "arrays", "truth", "", "whether the samples are arrays or images, which go into a model as they are"
        ),
        **{name: Quantity(name, "word", "", help_) for name, help_ in _WORDS_OF_DATA.items()},
        **{name: Quantity(name, "number", unit, help_) for name, (unit, help_) in _OF_DATA.items()},
    },
    "nightly": {
        "group_kind": Quantity(
            "group_kind", "word", "", "what the runs of a group share", ("host", "commit", "setting")
        ),
        "group_cause": Quantity("group_cause", "word", "", "the diagnosis that is asked about"),
        **{name: Quantity(name, "number", unit, help_) for name, (unit, help_) in _OF_FLEETS.items()},
    },
    "preflight": {
        **{name: Quantity(name, "truth", "", help_) for name, help_ in _TRUTHS.items()},
        **{name: Quantity(name, "word", "", help_, _CHOICES.get(name, ())) for name, help_ in _WORDS.items()},
        **{name: Quantity(name, "number", unit, help_) for name, (unit, help_) in _NUMBERS.items()},
    },
    "tune": {
        **{name: Quantity(name, "truth", "", help_) for name, help_ in _TRUTHS_OF_SWEEPS.items()},
        **{
            name: Quantity(name, "word", "", help_, _CHOICES_OF_SWEEPS.get(name, ()))
            for name, help_ in _WORDS_OF_SWEEPS.items()
        },
        **{name: Quantity(name, "number", unit, help_) for name, (unit, help_) in _OF_SWEEPS.items()},
    },
}
"""The facts that each supplier can give."""
COMMANDS: Mapping[str, str] = {
    "data": "expert data TRAIN VAL --save data.json, then expert diagnose LOG --data data.json",
    "nightly": "expert nightly ROOT… --site DIR, over all runs of a team",
    "tune": "expert tune RUNS…, over all trials of a search",
    "preflight": "expert preflight module:function, where the function returns the model, its loss and one batch",
}
"""The command that has a supplier give its facts."""
QUANTITIES: Mapping[str, Quantity] = {
    name: quantity for given in SUPPLIERS.values() for name, quantity in given.items()
}


def supplier(fact: str) -> str:
    """Who supplies a fact; nothing where a log can hold it."""
    return next((name for name, given in SUPPLIERS.items() if fact in given), "")
