#!/usr/bin/env python3
"""Writes cnn.h5, a Keras 2 model in HDF5 format, waves.csv, inputs with the classes that it predicts, and expected.csv, its predictions:
by NumPy, from the definition.

    apt-get install python3-h5py        # h5py 3.7.0, NumPy 1.24.2 made the files that are here
    python3 make.py                     # in this folder

The model learned nothing: its weights are random, with singular values that fall as those of trained ones do.

    input [12, 12, 1]  Conv2D 16 5x5 same relu  MaxPooling 2x2  Conv2D 32 3x3 valid relu  Flatten  Dense 64 relu  Dense 3 softmax
"""
import json

import h5py
import numpy as np

rng = np.random.default_rng(20221)


def weight(*shape):
    """Random, with singular values of the matrix [all but the last, last] that fall by a fifth each."""
    rows, columns = int(np.prod(shape[:-1])), shape[-1]
    u, _, v = np.linalg.svd(rng.standard_normal((rows, columns)), full_matrices=False)
    s = 2.5 * 0.8 ** np.arange(len(v))
    return ((u * s) @ v).reshape(shape).astype(np.float32)


def bias(n):
    return (0.1 * rng.standard_normal(n)).astype(np.float32)


weights = {
    "conv2d": (weight(5, 5, 1, 16), bias(16)),
    "conv2d_1": (weight(3, 3, 16, 32), bias(32)),
    "dense": (weight(4 * 4 * 32, 64), bias(64)),
    "dense_1": (weight(64, 3), bias(3)),
}


def conv(x, kernel, b, same):
    """Cross-correlation, channels last."""
    k = kernel.shape[0]
    if same:
        x = np.pad(x, ((0, 0), (k // 2, k // 2), (k // 2, k // 2), (0, 0)))
    h, w = x.shape[1] - k + 1, x.shape[2] - k + 1
    y = np.zeros((x.shape[0], h, w, kernel.shape[3]))
    for i in range(k):
        for j in range(k):
            y += x[:, i : i + h, j : j + w, :] @ kernel[i, j].astype(np.float64)
    return np.maximum(y + b, 0)


def predict(x):
    y = conv(x, *weights["conv2d"], same=True)
    n, h, w, c = y.shape
    y = y.reshape(n, h // 2, 2, w // 2, 2, c).max(axis=(2, 4))
    y = conv(y, *weights["conv2d_1"], same=False)
    y = y.reshape(n, -1)  # height, width, channel
    y = np.maximum(y @ weights["dense"][0] + weights["dense"][1], 0)
    y = y @ weights["dense_1"][0] + weights["dense_1"][1]
    e = np.exp(y - y.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def conv_config(name, filters, size, padding, **more):
    return {"class_name": "Conv2D", "config": dict(
        name=name, trainable=True, filters=filters, kernel_size=[size, size], strides=[1, 1], padding=padding,
        data_format="channels_last", dilation_rate=[1, 1], activation="relu", use_bias=True,
        kernel_initializer={"class_name": "GlorotUniform", "config": {"seed": None}},
        bias_initializer={"class_name": "Zeros", "config": {}}, kernel_regularizer=None, bias_regularizer=None,
        activity_regularizer=None, kernel_constraint=None, bias_constraint=None, dtype="float32", **more)}


def dense_config(name, units, activation):
    return {"class_name": "Dense", "config": dict(
        name=name, trainable=True, units=units, activation=activation, use_bias=True,
        kernel_initializer={"class_name": "GlorotUniform", "config": {"seed": None}},
        bias_initializer={"class_name": "Zeros", "config": {}}, kernel_regularizer=None, bias_regularizer=None,
        activity_regularizer=None, kernel_constraint=None, bias_constraint=None, dtype="float32")}


model_config = {"class_name": "Sequential", "config": {"name": "sequential", "layers": [
    conv_config("conv2d", 16, 5, "same", batch_input_shape=[None, 12, 12, 1]),
    {"class_name": "MaxPooling2D", "config": dict(
        name="max_pooling2d", trainable=True, pool_size=[2, 2], padding="valid", strides=[2, 2],
        data_format="channels_last", dtype="float32")},
    conv_config("conv2d_1", 32, 3, "valid"),
    {"class_name": "Flatten", "config": dict(
        name="flatten", trainable=True, data_format="channels_last", dtype="float32")},
    dense_config("dense", 64, "relu"),
    dense_config("dense_1", 3, "softmax"),
]}}
training_config = {
    "loss": "categorical_crossentropy", "metrics": ["accuracy"], "weighted_metrics": None, "loss_weights": None,
    "sample_weight_mode": None,
    "optimizer_config": {"class_name": "Adam", "config": dict(
        name="Adam", learning_rate=0.001, lr=0.001, decay=0.0, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False)},
}

with h5py.File("cnn.h5", "w") as f:
    f.attrs["keras_version"] = np.bytes_("2.4.0")
    f.attrs["backend"] = np.bytes_("tensorflow")
    f.attrs["model_config"] = np.bytes_(json.dumps(model_config))
    f.attrs["training_config"] = np.bytes_(json.dumps(training_config))
    root = f.create_group("model_weights")
    root.attrs["keras_version"] = np.bytes_("2.4.0")
    root.attrs["backend"] = np.bytes_("tensorflow")
    names = ["conv2d", "max_pooling2d", "conv2d_1", "flatten", "dense", "dense_1"]
    root.attrs["layer_names"] = np.array([n.encode() for n in names])
    for name in names:
        group = root.create_group(name)
        parts = [f"{name}/kernel:0", f"{name}/bias:0"] if name in weights else []
        group.attrs["weight_names"] = np.array([p.encode() for p in parts])
        for part, value in zip(parts, weights.get(name, ())):
            group.create_dataset(part, data=value)

# Inputs that need no generator: a wave whose length depends on the row.
n = 6
x = np.array([[[[0.5 + 0.5 * np.sin((i + 1) * (r + 1) * 0.3 + c)] for c in range(12)] for r in range(12)] for i in range(n)])
np.savetxt("expected.csv", predict(x), fmt="%.9f", delimiter=",")
rows = np.column_stack([x.reshape(n, -1), predict(x).argmax(axis=1)])
np.savetxt("waves.csv", rows, fmt=["%.4f"] * 144 + ["%d"], delimiter=",")
