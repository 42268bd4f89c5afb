"""Writes optimizers.golden.json: what Keras makes of fixed gradients, and TensorFlow of gradients that are clipped.

Run with Python that has TensorFlow: python optimizers.golden.py
"""

import json
import pathlib

import numpy as np
import tensorflow as tf

random = np.random.default_rng(7)
START = random.normal(size=(3, 4)).astype(np.float32)
GRADIENTS = (random.normal(size=(6, 3, 4)) * np.array([0.01, 1, 30])[:, None]).astype(np.float32)


def walk(optimizer, rates=None):
    """The variable after each step."""
    variable = tf.Variable(START)
    after = []
    for step, gradient in enumerate(GRADIENTS):
        if rates is not None:
            optimizer.learning_rate.assign(rates[step])
        optimizer.apply_gradients([(tf.constant(gradient), variable)])
        after.append(variable.numpy().ravel().tolist())
    return after


keras = tf.keras.optimizers
RATES = [0.1, 0.2, 0.05, 0.3, 0.01, 0.15]
OPTIMIZERS = [
    ({"type": "adagrad", "learningRate": 0.1}, keras.Adagrad(0.1)),
    ({"type": "adagrad", "learningRate": 0.5, "initialAccumulator": 0.01}, keras.Adagrad(0.5, 0.01)),
    ({"type": "adam", "learningRate": 0.01}, keras.Adam(0.01)),
    ({"type": "adam", "learningRate": 0.1, "beta1": 0.5, "beta2": 0.9, "epsilon": 0.01}, keras.Adam(0.1, 0.5, 0.9, 0.01)),
    ({"type": "adamw", "learningRate": 0.01}, keras.AdamW(0.01, weight_decay=0.01)),
    ({"type": "adamw", "learningRate": 0.1, "weightDecay": 0.5}, keras.AdamW(0.1, weight_decay=0.5)),
    ({"type": "sgd", "learningRate": 0.1}, keras.SGD(0.1)),
    ({"type": "sgd", "learningRate": 0.1, "momentum": 0.9}, keras.SGD(0.1, momentum=0.9)),
    ({"type": "sgd", "learningRate": 0.1, "momentum": 0.9, "nesterov": True}, keras.SGD(0.1, momentum=0.9, nesterov=True)),
]
VARYING = [
    ({"type": "adamw", "weightDecay": 0.5}, keras.AdamW(0.1, weight_decay=0.5)),
    ({"type": "sgd", "momentum": 0.9}, keras.SGD(0.1, momentum=0.9)),
]
FIRST, SECOND = tf.constant(GRADIENTS[0]), tf.constant(GRADIENTS[2])


def flat(*tensors):
    return [tensor.numpy().ravel().tolist() for tensor in tensors]


schedules = keras.schedules
STEPS = [0, 1, 7, 20, 39, 40, 55]
golden = {
    "start": START.ravel().tolist(),
    "gradients": GRADIENTS.reshape(6, -1).tolist(),
    "optimizers": [{"spec": spec, "after": walk(optimizer)} for spec, optimizer in OPTIMIZERS],
    "rates": RATES,
    "varying": [{"spec": spec, "after": walk(optimizer, RATES)} for spec, optimizer in VARYING],
    "clipped": {
        "value": flat(tf.clip_by_value(FIRST, -0.5, 0.5), tf.clip_by_value(SECOND, -0.5, 0.5)),
        "norm": flat(tf.clip_by_norm(FIRST, 0.5), tf.clip_by_norm(SECOND, 0.5)),
        "globalNorm": flat(*tf.clip_by_global_norm([FIRST, SECOND], 0.5)[0]),
    },
    # Ten steps an epoch.
    "schedules": {
        "steps": STEPS,
        "cosine": [float(schedules.CosineDecay(0.1, 40, alpha=0.01)(step)) for step in STEPS],
        "exponential": [float(schedules.ExponentialDecay(0.1, 10, 0.5)(step)) for step in STEPS],
        "step": [float(schedules.ExponentialDecay(0.1, 20, 0.1, staircase=True)(step)) for step in STEPS],
    },
}
path = pathlib.Path(__file__).with_name("optimizers.golden.json")
path.write_text(json.dumps(golden) + "\n")
