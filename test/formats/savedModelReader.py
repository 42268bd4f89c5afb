"""Answers questions about SavedModels: a line of JSON with a folder, a signature and inputs, a line of JSON with the outputs."""

import json
import sys

import tensorflow as tf

models = {}


def tensor(feed):
    return tf.constant(feed["values"], shape=feed["shape"], dtype=feed["type"])


def plain(value):
    if isinstance(value, bytes):
        return value.decode()
    return {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}.get(str(value)) or float(value)


for line in sys.stdin:
    question = json.loads(line)
    folder = question["folder"]
    if folder not in models:
        models[folder] = tf.saved_model.load(folder)
    inputs = {name: tensor(feed) for name, feed in question["inputs"].items()}
    outputs = models[folder].signatures[question["signature"]](**inputs)
    answer = {name: [plain(value) for value in values.numpy().ravel()] for name, values in outputs.items()}
    print(json.dumps(answer), flush=True)
