"""Writes model.golden.json: what Keras and TensorFlow make of fixed numbers, losses and layers.

Run with Python that has TensorFlow: python model.golden.py
"""

import json
import pathlib

import numpy as np
import tensorflow as tf

random = np.random.default_rng(11)
keras = tf.keras


def numbers(*shape, scale=1.0):
    return (random.normal(size=shape) * scale).astype(np.float32)


def flat(tensor):
    return tf.convert_to_tensor(tensor).numpy().ravel().tolist()


def with_gradients(loss_of, *inputs):
    """The loss, and its gradients with respect to the inputs."""
    variables = [tf.Variable(values) for values in inputs]
    with tf.GradientTape() as tape:
        loss = loss_of(*variables)
    return {"loss": float(loss), "gradients": [flat(gradient) for gradient in tape.gradient(loss, variables)]}


# Rows of a batch: users and items occur more than once. The loss of a row has a column for each row, its own is the label.
WIDTH = 4
ROW_USER = [0, 1, 2, 0, 3, 1, 4, 2]
ROW_ITEM = [0, 1, 0, 2, 3, 3, 1, 0]
USERS, ITEMS = numbers(5, WIDTH), numbers(4, WIDTH)
ITEM_PROBABILITY = np.array([0.5, 0.25, 0.05, 0.2], np.float32)


def in_batch(correction, remove_hits):
    def loss_of(users, items):
        queries, candidates = tf.gather(users, ROW_USER), tf.gather(items, ROW_ITEM)
        logits = queries @ tf.transpose(candidates)
        if correction:
            logits -= tf.math.log(tf.gather(ITEM_PROBABILITY, ROW_ITEM))
        if remove_hits:
            same = tf.equal(tf.expand_dims(ROW_ITEM, 0), tf.expand_dims(ROW_ITEM, 1))
            hits = tf.cast(same, tf.float32) - tf.eye(len(ROW_ITEM))
            logits += hits * np.float32(-1e9)
        return keras.losses.CategoricalCrossentropy(from_logits=True, reduction="sum")(tf.eye(len(ROW_ITEM)), logits)

    return with_gradients(loss_of, USERS, ITEMS)


# Negatives that the batch shares, drawn with replacement; some are items of the batch. None of these is drawn twice: of such
# a one TensorFlow's compute_accidental_hits finds only the last.
CATALOGUE = numbers(7, WIDTH)
DRAWN = [3, 0, 5, 5, 6, 2]
EXPECTED = np.array([1.5, 0.9, 0.7, 1.2, 0.3, 0.8, 0.6], np.float32)


def sampled(remove_hits):
    def loss_of(users, items):
        true = tf.constant(ROW_ITEM, tf.int64)[:, None]
        losses = tf.nn.sampled_softmax_loss(
            weights=items,
            biases=tf.zeros(len(CATALOGUE)),
            labels=true,
            inputs=tf.gather(users, ROW_USER),
            num_sampled=len(DRAWN),
            num_classes=len(CATALOGUE),
            sampled_values=(tf.constant(DRAWN, tf.int64), tf.gather(EXPECTED, true), tf.gather(EXPECTED, DRAWN)),
            remove_accidental_hits=remove_hits,
        )
        return tf.reduce_sum(losses)

    return with_gradients(loss_of, USERS, CATALOGUE)


LOGITS, CLASS_LOGITS = numbers(5, 1, scale=2), numbers(5, 3, scale=2)
TARGETS, SHARES, CLASSES = numbers(5), np.array([0, 1, 1, 0.3, 0], np.float32), [2, 0, 1, 1, 2]


def rating(loss, targets, logits):
    made = with_gradients(lambda given: tf.reduce_sum(loss(targets, given)), logits)
    return {"targets": flat(targets), "logits": flat(logits), **made}


# A loss of 8 rows: the sum of their outputs times fixed weights.
INPUT, OUTPUT_WEIGHTS = numbers(8, 3), numbers(8, 3)


def activation(name):
    function = keras.activations.get(name)
    made = with_gradients(lambda x: tf.reduce_sum(function(x) * OUTPUT_WEIGHTS), INPUT)
    return {"output": flat(function(INPUT)), "gradient": made["gradients"][0]}


def batch_norm():
    layer = keras.layers.BatchNormalization(momentum=0.7, epsilon=0.01)
    layer.build(INPUT.shape)
    layer.gamma.assign([0.5, 1.5, -1])
    layer.beta.assign([0.1, -0.2, 0.3])
    variables = [tf.Variable(INPUT), layer.gamma.value, layer.beta.value]
    with tf.GradientTape() as tape:
        output = layer(variables[0], training=True)
        loss = tf.reduce_sum(output * OUTPUT_WEIGHTS)
    gradients = [flat(gradient) for gradient in tape.gradient(loss, variables)]
    return {
        "scale": [0.5, 1.5, -1],
        "shift": [0.1, -0.2, 0.3],
        "output": flat(output),
        "gradients": gradients,
        "runningMean": flat(layer.moving_mean),
        "runningVariance": flat(layer.moving_variance),
        "inferred": flat(layer(INPUT, training=False)),
    }


golden = {
    "rowUser": ROW_USER,
    "rowItem": ROW_ITEM,
    "users": flat(USERS),
    "inBatch": {
        "items": flat(ITEMS),
        "probability": flat(ITEM_PROBABILITY),
        "variants": [
            {"samplingCorrection": correction, "removeAccidentalHits": remove, **in_batch(correction, remove)}
            for correction in (False, True)
            for remove in (False, True)
        ],
    },
    "sampled": {
        "items": flat(CATALOGUE),
        "drawn": DRAWN,
        "expected": flat(EXPECTED),
        "variants": [{"removeAccidentalHits": remove, **sampled(remove)} for remove in (False, True)],
    },
    "ratings": {
        "mse": rating(keras.losses.MeanSquaredError(reduction="none"), TARGETS[:, None], LOGITS),
        "binaryCrossEntropy": rating(
            keras.losses.BinaryCrossentropy(from_logits=True, reduction="none"), SHARES[:, None], LOGITS
        ),
        "categoricalCrossEntropy": rating(
            keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="none"),
            np.array(CLASSES, np.float32),
            CLASS_LOGITS,
        ),
    },
    "input": flat(INPUT),
    "outputWeights": flat(OUTPUT_WEIGHTS),
    "activations": {name: activation(name) for name in ("relu", "elu", "tanh", "sigmoid", "gelu")},
    "batchNorm": batch_norm(),
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(golden) + "\n")
