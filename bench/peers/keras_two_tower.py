"""The peer: the TensorFlow Recommenders recipe for two-tower retrieval, in Keras, on the same machine.

Trains id embeddings (user 64, item 32) with towers 128-64-32 and the in-batch softmax (batch x batch logits, dense
one-hot labels, summed cross-entropy) that `tfrs.tasks.Retrieval` uses, with Adagrad, on the Online Retail protocol: rows
with a customer, a description and a positive quantity, by time; 80 % train, 15 % validation, 5 % test. Prints, per epoch: mean loss, seconds, examples/s, and recall on the test split.

    python3 -m venv .venv && .venv/bin/pip install -r bench/peers/requirements.txt
    .venv/bin/python bench/peers/keras_two_tower.py bench/.data/online-retail.parquet --batch-size 8192 --epochs 3
"""
import argparse
import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import duckdb
import numpy as np
import tensorflow as tf

ap = argparse.ArgumentParser()
ap.add_argument("parquet")
ap.add_argument("--batch-size", type=int, default=8192)
ap.add_argument("--epochs", type=int, default=3)
ap.add_argument("--learning-rate", type=float, default=0.02)
args = ap.parse_args()

rows = duckdb.sql(
    f"""select cast(CustomerID as bigint)::varchar as user_id, trim(Description) as item
        from '{args.parquet}'
        where CustomerID is not null and Description is not null and Quantity > 0
        order by InvoiceDate"""
).df()
n = len(rows)
train, test = rows.iloc[: int(n * 0.8)], rows.iloc[int(n * 0.95):]
users, items = train.user_id.unique(), train["item"].unique()
print(f"train {len(train)} test {len(test)} users {len(users)} items {len(items)}")

K = tf.keras.layers


def tower(vocabulary, dim):
    return tf.keras.Sequential([
        K.StringLookup(vocabulary=vocabulary), K.Embedding(len(vocabulary) + 1, dim),
        K.Dense(128, "relu"), K.Dense(64, "relu"), K.Dense(32),
    ])


class TwoTower(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.query, self.candidate = tower(users, 64), tower(items, 32)
        self.cross_entropy = tf.keras.losses.CategoricalCrossentropy(from_logits=True, reduction="sum")

    def call(self, batch):
        return self.query(batch["user_id"]), self.candidate(batch["item"])

    def train_step(self, batch):
        with tf.GradientTape() as tape:
            query, candidate = self(batch, training=True)
            logits = tf.matmul(query, candidate, transpose_b=True)
            size = tf.shape(logits)[0]
            loss = self.cross_entropy(tf.eye(size), logits)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        return {"mean_loss": loss / tf.cast(size, tf.float32)}


def recall(model):
    query = model.query(tf.constant(test.user_id.values.astype(str))).numpy()
    candidate = model.candidate(tf.constant(items.astype(str))).numpy()
    index = {item: i for i, item in enumerate(items)}
    known_users = set(users)
    target = np.array([index.get(i, -1) if u in known_users else -1 for u, i in zip(test.user_id, test["item"])])
    query, target = query[target >= 0], target[target >= 0]
    ranks = []
    for start in range(0, len(query), 4096):
        scores = query[start:start + 4096] @ candidate.T
        own = scores[np.arange(len(scores)), target[start:start + 4096]]
        ranks.append((scores > own[:, None]).sum(1))
    ranks = np.concatenate(ranks)
    return {f"recall_at_{k}": round(float((ranks < k).mean()), 4) for k in (5, 10, 50, 100)}


model = TwoTower()
model.compile(optimizer=tf.keras.optimizers.Adagrad(args.learning_rate))
dataset = tf.data.Dataset.from_tensor_slices(
    {"user_id": train.user_id.values.astype(str), "item": train["item"].values.astype(str)}
).shuffle(100_000, seed=1).batch(args.batch_size).prefetch(2)
for epoch in range(args.epochs):
    start = time.time()
    history = model.fit(dataset, epochs=1, verbose=0).history
    seconds = time.time() - start
    loss = float(np.ravel(history["mean_loss"])[-1])
    print(f"epoch {epoch} loss {loss:.4f} seconds {seconds:.1f} examples_per_second {len(train) / seconds:.0f} {recall(model)}",
          flush=True)
