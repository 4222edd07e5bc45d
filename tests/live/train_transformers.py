"""A tiny BERT with random weights, trained by the Trainer for twelve steps of two batches each."""

import torch
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments

from expert.live.transformers import MonitorCallback

torch.manual_seed(1)
config = BertConfig(
    vocab_size=50,
    hidden_size=16,
    num_hidden_layers=2,
    num_attention_heads=2,
    intermediate_size=32,
    max_position_embeddings=16,
)
tokens = torch.randint(5, 50, (192, 8))
rows = [
    {"input_ids": t, "attention_mask": torch.ones_like(t), "labels": label}
    for t, label in zip(tokens, (tokens[:, 0] > 25).long(), strict=True)
]
arguments = TrainingArguments(
    "out",
    per_device_train_batch_size=8,
    gradient_accumulation_steps=2,
    num_train_epochs=1,
    report_to=[],
    save_strategy="no",
    eval_strategy="epoch",
    logging_steps=5,
    disable_tqdm=True,
    use_cpu=True,
    dataloader_pin_memory=False,
)
model = BertForSequenceClassification(config)
Trainer(
    model, arguments, train_dataset=rows, eval_dataset=rows[:32], callbacks=[MonitorCallback("run.jsonl", every=4)]
).train()
