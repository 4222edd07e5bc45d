"""A small network of Keras on torch, fitted for two epochs of twenty steps."""

import keras
import numpy as np

from expert.live.keras import MonitorCallback

keras.utils.set_random_seed(1)
x = np.random.default_rng(0).normal(size=(640, 10)).astype("float32")
y = x[:, :3].argmax(1)
model = keras.Sequential([keras.layers.Dense(16, activation="relu"), keras.layers.Dense(3, activation="softmax")])
model.compile(keras.optimizers.Adam(1e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
callbacks = [MonitorCallback("run.jsonl", every=10)]
model.fit(x, y, batch_size=32, epochs=2, verbose=0, validation_data=(x, y), callbacks=callbacks)
