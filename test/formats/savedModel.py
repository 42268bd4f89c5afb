"""Calls the signatures of SavedModels as calls.json beside them says, and compares what they answer: savedModel.python.test.ts runs it."""
import json
import sys

import numpy as np
import tensorflow as tf

for folder in sys.argv[1:]:
    model = tf.saved_model.load(f"{folder}/saved_model")
    with open(f"{folder}/calls.json", encoding="utf-8") as file:
        calls = json.load(file)
    for call in calls:
        inputs = {
            name: tf.constant(feed["values"], shape=feed["shape"], dtype=feed["type"])
            for name, feed in call["inputs"].items()
        }
        answer = model.signatures[call["signature"]](**inputs)
        ids = call.get("ids")
        if ids is not None:
            found = [text.decode() for text in answer["ids"].numpy().ravel()]
            assert found == ids, f"{call['signature']}: the ids differ"
        numbers = answer["scores"] if ids is not None else next(iter(answer.values()))
        errors = np.abs(numbers.numpy().ravel().astype(np.float64) - call["numbers"]) / call["sizes"]
        assert errors.max() < 1e-6, f"{call['signature']}: {errors.max()}"
    for tower in ["query", "candidate"]:
        call = next((c for c in calls if c["signature"] == f"{tower}_embedding"), None)
        if call is None:
            continue
        own = tf.saved_model.load(f"{folder}/{tower}_model").signatures["serving_default"]
        inputs = {
            name: tf.constant(feed["values"], shape=feed["shape"], dtype=feed["type"])
            for name, feed in call["inputs"].items()
        }
        vectors = own(**inputs)["embedding"].numpy().ravel()
        assert np.abs((vectors - call["numbers"]) / call["sizes"]).max() < 1e-6, tower
    print(len(calls), "signatures agree")
