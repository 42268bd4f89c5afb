"""Writes examples.tfrecord, examples.tfrecord.gz and examples.json with TensorFlow 2.21: python examples.golden.py"""

import json
import os

import tensorflow as tf

here = os.path.dirname(os.path.abspath(__file__))


def row(i):
    values = {
        "user": f"u{i % 7}" if i % 10 else None,
        "title": "Größe 🙂 " + "x" * (i * i),
        "at": [0, -1, 2**63 - 1, -(2**63), 1_700_000_000_000_000][i % 5] + (i if i % 5 == 0 else 0),
        "price": [0.1, -2.5, 3.4028234663852886e38, 1e-45][i % 4],
    }
    if i >= 30:
        values["late"] = i
    return values


def feature(value):
    if value is None:
        return tf.train.Feature()
    if isinstance(value, str):
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value.encode()]))
    if isinstance(value, float):
        return tf.train.Feature(float_list=tf.train.FloatList(value=[value]))
    return tf.train.Feature(int64_list=tf.train.Int64List(value=[value]))


def as_read(value):
    if isinstance(value, float):
        return float(tf.constant(value, tf.float32).numpy())
    return str(value) if isinstance(value, int) else value


rows = [row(i) for i in range(50)]
for name, options in [("examples.tfrecord", None), ("examples.tfrecord.gz", "GZIP")]:
    with tf.io.TFRecordWriter(os.path.join(here, name), options) as writer:
        for values in rows:
            features = tf.train.Features(feature={k: feature(v) for k, v in values.items()})
            writer.write(tf.train.Example(features=features).SerializeToString(deterministic=True))
with open(os.path.join(here, "examples.json"), "w") as file:
    json.dump([{k: as_read(v) for k, v in values.items()} for values in rows], file, ensure_ascii=False)
