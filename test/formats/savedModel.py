"""Calls the signatures of SavedModels as calls.json beside them says, and compares what they answer: savedModel.python.test.ts runs it."""
import json
import sys

import numpy as np
import tensorflow as tf


def inputs_of(call):
    return {
        name: tf.constant(feed["values"], shape=feed["shape"], dtype=feed["type"])
        for name, feed in call["inputs"].items()
    }


def suspects(call, bad, count):
    """The values of inputs of which every row is bad, among `count` flags of equally many for each row."""
    rows = max(feed["shape"][0] for feed in call["inputs"].values() if feed["shape"])
    of_rows = np.reshape(bad, (rows, count // rows)).any(axis=1)
    found = {}
    for name, feed in call["inputs"].items():
        if len(feed["values"]) != rows:
            continue
        values = np.array([str(value)[:40] for value in feed["values"]])
        own = [value for value in set(values) if of_rows[values == value].all()]
        if own:
            found[name] = sorted(own)
    return f"{of_rows.sum()} of {rows} rows differ; all of these do: {found}"


def complaints(call, answer):
    """What differs: of the ids, then of the numbers."""
    ids = call.get("ids")
    if ids is not None:
        found = [text.decode() for text in answer["ids"].numpy().ravel()]
        if len(found) != len(ids):
            return f"{len(found)} ids instead of {len(ids)}"
        bad = np.array([a != b for a, b in zip(found, ids)])
        if bad.any():
            return f"ids: {suspects(call, bad, len(ids))}"
    numbers = answer["scores"] if ids is not None else next(iter(answer.values()))
    errors = np.abs(numbers.numpy().ravel().astype(np.float64) - call["numbers"]) / call["sizes"]
    if not errors.max() < 1e-6:
        return f"by up to {errors.max()}: {suspects(call, ~(errors < 1e-6), len(errors))}"
    return None


for folder in sys.argv[1:]:
    model = tf.saved_model.load(f"{folder}/saved_model")
    with open(f"{folder}/calls.json", encoding="utf-8") as file:
        calls = json.load(file)
    wrong = []
    for call in calls:
        signature = call["signature"]
        answers = [model.signatures[signature](**inputs_of(call))]
        tower = signature.removesuffix("_embedding")
        if tower in ("query", "candidate"):
            own = tf.saved_model.load(f"{folder}/{tower}_model").signatures["serving_default"]
            answers.append(own(**inputs_of(call)))
        wrong += [f"{signature}: {complaint}" for answer in answers if (complaint := complaints(call, answer))]
    if wrong:
        sys.exit("\n".join(wrong))
    print(len(calls), "signatures agree")
