"""Console text of programs; these samples are built from their documentation, not written by the programs."""

import pytest

from expert.readers import claim, read
from expert.words import Words

NNUNET = """\
2023-05-05 10:00:10.000000: Epoch 0
2023-05-05 10:00:10.000000: Current learning rate: 0.01
2023-05-05 10:01:10.000000: train_loss -0.1234
2023-05-05 10:01:10.100000: val_loss -0.2234
2023-05-05 10:01:10.200000: Pseudo dice [np.float32(0.4), np.float32(0.6)]
2023-05-05 10:01:11.000000: Epoch 1
2023-05-05 10:02:10.000000: train_loss -0.3234
2023-05-05 10:02:10.100000: val_loss -0.4234
2023-05-05 10:02:10.200000: Pseudo dice [0.5, 0.7]
"""
COQUI = """\
\x1b[1m > EPOCH: 0/1000\x1b[0m
\x1b[1m > TRAINING (2023-01-01 10:00:00) \x1b[0m
\x1b[1m   --> TIME: 2023-01-01 10:00:10 -- STEP: 25/234 -- GLOBAL_STEP: 25\x1b[0m
     | > loss: 4.50000  (4.70000)
     | > current_lr: 0.0001
\x1b[1m > EVALUATION \x1b[0m
\x1b[1m   --> STEP: 0\x1b[0m
     | > loss: 9.00000  (9.00000)
\x1b[1m   --> EVAL PERFORMANCE\x1b[0m
     | > avg_loss:\x1b[92m 3.90000 \x1b[0m(+0.00000)
\x1b[1m > EPOCH: 1/1000\x1b[0m
\x1b[1m   --> TIME: 2023-01-01 10:10:10 -- STEP: 16/234 -- GLOBAL_STEP: 250\x1b[0m
     | > loss: 3.50000  (3.70000)
\x1b[1m   --> EVAL PERFORMANCE\x1b[0m
     | > avg_loss:\x1b[92m 3.20000 \x1b[0m(-0.70000)
"""
FAIRSEQ = """\
2021-03-01 10:00:00 | INFO | fairseq_cli.train | {'criterion': {'loss': 1, 'nan': 2}}
2021-03-01 10:00:30 | INFO | train_inner | epoch 001:    100 / 1000 loss=12.5, num_updates=100, lr=1e-05, gnorm=3.1
2021-03-01 10:00:50 | INFO | valid | epoch 001 | valid on 'valid' subset | loss 9.5 | ppl 724.1 | num_updates 1000
2021-03-01 10:04:30 | INFO | train_inner | epoch 002:    100 / 1000 loss=8.5, num_updates=1100, lr=2e-05, gnorm=1.1
2021-03-01 10:07:50 | INFO | valid | epoch 002 | valid on 'valid' subset | loss nan | ppl nan | num_updates 2000
"""
MEGATRON = (
    " iteration {}/ 200 | consumed samples: 8 | elapsed time per iteration (ms): 812.5 | learning rate: 1.500E-04 |"
    " lm loss: {:E} | loss scale: 1.0 | grad norm: 2.345 | number of nan iterations:   0 |\n"
    "time (ms) | forward-compute: 144.40 | optimizer-unscale-and-check-inf: 1.0\n"
    " validation loss at iteration {} | lm loss value: {:E} | lm loss PPL: 2.697282E+03 | \n"
)
LLMC = (
    "step    {s}/100 | loss {t:.6f} (+nanz)| norm 15.0789 (-0.23z)| lr 8.57e-07 | 500.00 ms | 31.9% bf16 MFU |"
    " 1024 tok/s\n"
)
PADDLE = (
    "Epoch {e}/2\nstep 10/20 - loss: {a} - acc: 0.5 - 30ms/step\nstep 20/20 - loss: {b} - acc: 0.6 - 30ms/step\n"
    "Eval begin...\nstep 5/5 - loss: {v} - acc: 0.7 - 9ms/step\nEval samples: 100\n"
)
FLAIR = (
    "2023-01-02 10:00:05,001 epoch {e} - iter 14/28 - loss 2.5 - time (sec): 2.31 - samples/sec: 1200.24 - lr: 0.1\n"
    "2023-01-02 10:00:09,001 epoch {e} - iter 28/28 - loss 2.4 - time (sec): 4.31 - samples/sec: 1200.24 - lr: 0.1\n"
    "2023-01-02 10:00:19,001 EPOCH {e} done: loss {t} - lr 0.1000000\n"
    "2023-01-02 10:00:21,001 DEV : loss {v} - f1-score (micro avg)  0.5000\n"
)
PADDLECLAS = (
    "[2022/06/13 17:00:00] INFO: [Train][Epoch {e}/20][Iter: 0/120]lr(LinearWarmup): 0.1, loss: 6.9, batch_cost: 3s\n"
    "[2022/06/13 17:00:09] INFO: [Train][Epoch {e}/20][Iter: 60/120]lr(LinearWarmup): 0.1, loss: 6.8, eta: 2:02:10\n"
    "[2022/06/13 17:01:00] ppcls INFO: [Train][Epoch {e}/20][Avg]top1: 0.02, loss: {t}\n"
    "[2022/06/13 17:01:20] ppcls INFO: [Eval][Epoch {e}][Iter: 0/20]loss: 100.0, top1: 0.03, batch_cost: 1.2s\n"
    "[2022/06/13 17:01:20] ppcls INFO: [Eval][Epoch {e}][Avg]loss: {v}, top1: 0.031, top5: 0.11\n"
)
MXNET = (
    "INFO:root:Epoch[{e}] Batch [20]\tSpeed: 1017.47 samples/sec\taccuracy=0.512000\n"
    "INFO:root:Epoch[{e}] Batch [40]\tSpeed: 1017.47 samples/sec\taccuracy=0.612000\n"
    "INFO:root:Epoch[{e}] Train-accuracy=0.652000\nINFO:root:Epoch[{e}] Time cost=12.345\n"
    "INFO:root:Epoch[{e}] Validation-accuracy={v}\n"
)
CYCLEGAN = (
    "(epoch: {e}, iters: 100, time: 0.321, data: 0.123) D_A: 0.345 G_A: 0.567 cycle_A: {c} idt_A: 0.5 \n"
    "(epoch: {e}, iters: 200, time: 0.321, data: 0.002) D_A: 0.245 G_A: 0.467 cycle_A: {c} idt_A: 0.5 \n"
)

LOGS = {
    "nnU-Net": (NNUNET, {"val_dice": [(0, 0.5, 5), (1, 0.6, 9)], "train_loss": [(0, -0.1234, 3), (1, -0.3234, 7)]}),
    "Coqui TTS": (COQUI, {"train_loss": [(25, 4.5, 4), (250, 3.5, 13)], "val_loss": [(25, 3.9, 10), (250, 3.2, 15)]}),
    "fairseq": (
        FAIRSEQ,
        {"train_loss": [(100, 12.5, 2), (1100, 8.5, 4)], "grad_norm": [(100, 3.1, 2), (1100, 1.1, 4)]},
    ),
    "Megatron": (
        MEGATRON.format(100, 8.0, 100, 7.5) + MEGATRON.format(200, 7.0, 200, 6.5),
        {
            "train_loss": [(100, 8, 1), (200, 7, 4)],
            "val_loss": [(100, 7.5, 3), (200, 6.5, 6)],
            "step_time": [(100, 0.8125, 1), (200, 0.8125, 4)],
            "nonfinite_grad_steps": [(100, 0, 1), (200, 0, 4)],
        },
    ),
    "llm.c": (
        "val loss 11.5\n"
        + LLMC.format(s=1, t=11)
        + LLMC.format(s=2, t=10)
        + "val loss 10.5\nstep    3/100 | loss 9.5 (+n",
        {
            "train_loss": [(1, 11, 2), (2, 10, 3), (3, 9.5, 5)],
            "val_loss": [(1, 11.5, 1), (2, 10.5, 4)],
            "grad_norm": [(1, 15.0789, 2), (2, 15.0789, 3)],
            "step_time": [(1, 0.5, 2), (2, 0.5, 3)],
            "throughput": [(1, 1024, 2), (2, 1024, 3)],
        },
    ),
    "nanoGPT": (
        "step 0: train loss 4.5, val loss 4.25\niter 0: loss 4.26, time 26813.41ms, mfu -100.00%\n"
        "iter 10: loss 3.5, time 24.41ms, mfu 15.31%\nstep 10: train loss 3.4, val loss 3.3\n",
        {"train_loss": [(0, 4.26, 2), (10, 3.5, 3)], "val_loss": [(0, 4.25, 1), (10, 3.3, 4)]},
    ),
    "Joey NMT": (
        "Steps: 1000\tLoss: 85.5\tPPL: 40.1\tbleu: 2.5\tLR: 0.0005\t*\n"
        "Steps: 2000\tLoss: 70.5\tPPL: 20.1\tbleu: 12.5\tLR: 0.0004\t\n",
        {"val_loss": [(1000, 85.5, 1), (2000, 70.5, 2)], "lr": [(1000, 0.0005, 1), (2000, 0.0004, 2)]},
    ),
    "Paddle": (
        PADDLE.format(e=1, a=0.9, b=0.8, v=0.85) + PADDLE.format(e=2, a=0.7, b=0.6, v=0.65),
        {
            "train_loss": [(10, 0.9, 2), (20, 0.8, 3), (30, 0.7, 8), (40, 0.6, 9)],
            "val_loss": [(20, 0.85, 5), (40, 0.65, 11)],
        },
    ),
    "PaddleClas": (
        PADDLECLAS.format(e=1, t=6, v=6.5) + PADDLECLAS.format(e=2, t=5, v=5.5),
        {
            "train_loss": [(60, 6, 3), (180, 5, 8)],
            "val_loss": [(60, 6.5, 5), (180, 5.5, 10)],
        },
    ),
    "flair": (
        FLAIR.format(e=1, t=1.5, v=1.4) + FLAIR.format(e=2, t=1.3, v=1.2),
        {
            "train_loss": [(28, 1.5, 3), (56, 1.3, 7)],
            "val_loss": [(28, 1.4, 4), (56, 1.2, 8)],
            "val_f1": [(28, 0.5, 4), (56, 0.5, 8)],
        },
    ),
    "MXNet": (
        MXNET.format(e=0, v=0.6) + MXNET.format(e=1, v=0.7),
        {
            "train_acc": [(20, 0.512, 1), (40, 0.612, 2), (60, 0.512, 6), (80, 0.612, 7)],
            "val_acc": [(40, 0.6, 5), (80, 0.7, 10)],
        },
    ),
    "CycleGAN or pix2pix": (
        "================ Training Loss (Thu Apr 15 10:00:00 2021) ================\n"
        + CYCLEGAN.format(e=1, c=1)
        + CYCLEGAN.format(e=2, c=0.5),
        {"discriminator_loss": [(100, 0.345, 2), (200, 0.245, 3), (300, 0.345, 4), (400, 0.245, 5)]},
    ),
    "LightGBM or XGBoost": (
        "[LightGBM] [Info] Iteration:1, training binary_logloss : 0.65\n"
        "[LightGBM] [Info] Iteration:1, valid_1 auc : 0.75\n"
        "[LightGBM] [Info] Iteration:2, training binary_logloss : 0.55\n"
        "[LightGBM] [Info] Iteration:2, valid_1 auc : 0.85\n",
        {"train_logloss": [(1, 0.65, 1), (2, 0.55, 3)], "val_auc": [(1, 0.75, 2), (2, 0.85, 4)]},
    ),
}


def curve(series):
    return list(zip(series.steps.tolist(), series.values.tolist(), series.lines.tolist(), strict=True))


@pytest.mark.parametrize("program", LOGS)
def test_lines_of_a_program_are_read_with_their_steps_splits_and_lines(tmp_path, program):
    text, expected = LOGS[program]
    path = tmp_path / "train.log"
    path.write_text(text)
    assert [name for name, _ in claim(path)] == ["frameworks"]
    (run,) = read(path)
    assert program in run.reader
    for name, points in expected.items():
        assert [(s, pytest.approx(v), n) for s, v, n in curve(run[name])] == points, name
    assert not run.events


def test_boosting_that_starts_again_is_the_next_model(tmp_path):
    path = tmp_path / "folds.log"
    fold = "".join(f"[{s}]\ttrain-rmse:{1 / s}\teval-rmse:{2 / s}\n" for s in (1, 2, 3))
    path.write_text(f"fold 1\n{fold}fold 2\n{fold}")
    first, second = read(path)
    assert (first.name, second.name) == ("folds fold 1", "folds fold 2")
    assert curve(second["val_rmse"]) == [(1, 2, 6), (2, 1, 7), (3, pytest.approx(2 / 3), 8)]
    assert "2 models" in " ".join(second.notes)


def test_two_validation_sets_without_names_are_said(tmp_path):
    path = tmp_path / "xgb.log"
    path.write_text("".join(f"[{s}]\tvalidation_0-rmse:{1 / s}\tvalidation_1-rmse:{2 / s}\n" for s in (1, 2)))
    (run,) = read(path)
    assert "if one is the training data" in " ".join(run.notes)


def test_the_metric_of_catboost_has_no_name_until_a_person_gives_it(tmp_path):
    path = tmp_path / "catboost.log"
    path.write_text("".join(f"{s}:\tlearn: 0.{6 - s}\ttest: 0.{7 - s}\tbest: 0.1 (0)\ttotal: 4ms\n" for s in range(3)))
    (run,) = read(path)
    assert not any(series.role for series in run.series)
    (run,) = read(path, Words({"learn": "train_loss", "test": "val_loss"}))
    assert run["val_loss"].values.tolist() == [0.7, 0.6, 0.5]
