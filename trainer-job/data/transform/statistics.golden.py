"""Makes statistics.golden.csv and, by pandas alone, what of its training rows is fitted. Run: python statistics.golden.py"""

import json, random
from pathlib import Path

import pandas as pd

here = Path(__file__)
random.seed(11)
USERS = ["ann", "Ann", "ÅSA", "A\u030aSA", "ß", "ss", "李", "🛒", "\uff21", "\U0001f6d2x", " b", "b ", "0", "00", "it's", 'say "hi"', "a,b"]
ITEMS = [f"item {i}" for i in range(40)] + ["é", "e\u0301", "\uffee", "\U00010000"]

def number():
    draw = random.random()
    return None if draw < 0.1 else 7.5 if draw < 0.3 else round(random.lognormvariate(1, 1.2), 3) * (-1 if draw > 0.95 else 1)

rows = pd.DataFrame([{
    "user": None if random.random() < 0.05 else USERS[min(int(random.paretovariate(0.7)) - 1, len(USERS) - 1)],
    "item": ITEMS[int(random.random() ** 2 * len(ITEMS))],
    "price": number(),
    "at": None if random.random() < 0.03 else random.randrange(1_700_000_000, 1_700_000_090),
} for _ in range(613)])
rows["at"] = rows["at"].astype("Int64")
rows.to_csv(here.with_suffix(".csv"), index=False, lineterminator="\n")

ordered = rows.sort_values("at", kind="stable", na_position="first")
train = ordered.iloc[: int(len(rows) * 0.8)]

def vocabulary(column, at_least=1, most=None):
    counts = train[column].dropna().value_counts()
    return [value for value, count in sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])) if count >= at_least][:most]

prices = train["price"].dropna()
clipped = prices.clip(prices.quantile(0.05), prices.quantile(0.9))
here.with_suffix(".json").write_text(json.dumps({
    "splits": [len(train), int(len(rows) * 0.95) - len(train), len(rows) - int(len(rows) * 0.95)],
    "trainItems": train["item"].tolist(),
    "users": vocabulary("user", at_least=3),
    "items": vocabulary("item"),
    "frequentItems": vocabulary("item", most=17),
    "mean": prices.mean(), "std": prices.std(ddof=0),
    "clip": [prices.quantile(0.05), prices.quantile(0.9)],
    "clippedMean": clipped.mean(), "clippedStd": clipped.std(ddof=0),
    "boundaries": sorted(set(prices.quantile([i / 8 for i in range(1, 8)]))),
}) + "\n")
