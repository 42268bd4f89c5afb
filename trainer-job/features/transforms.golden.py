"""Makes transforms.golden.json: statistics, intervals and vocabularies by numpy and pandas. Run: python transforms.golden.py"""

import json, random
from pathlib import Path

import numpy as np
import pandas as pd

random.seed(7)
numbers = [round(random.lognormvariate(2, 1.5), 2) for _ in range(500)] + [0.0, -3.25, 1e6, 7.5, 7.5]
words = [f"w{int(random.paretovariate(0.8)) % 60}" for _ in range(700)]
values = np.array(numbers)
clipped = np.clip(values, np.quantile(values, 0.02), np.quantile(values, 0.97))
squeezed = np.sign(clipped) * np.log1p(np.abs(clipped))
boundaries = np.unique(np.quantile(values, [i / 9 for i in range(1, 9)]))
times = pd.to_datetime(["1970-01-01 00:00:00", "2024-02-29 18:30:15.25", "2023-12-31 23:59:59", "1969-07-20 20:17:40", "2100-03-01"], format="ISO8601")
turns = pd.DataFrame({
    "hour-of-day": (times - times.normalize()) / pd.Timedelta(days=1),
    "day-of-week": times.dayofweek / 7 + (times - times.normalize()) / pd.Timedelta(days=7),
    "day-of-month": (times - times.to_period("M").to_timestamp()) / pd.to_timedelta(times.days_in_month, unit="D"),
})
turns["month-of-year"] = (times.month - 1 + turns["day-of-month"]) / 12
counts = pd.Series(words).value_counts()
counts = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
golden = {
    "numbers": numbers,
    "mean": values.mean(),
    "std": values.std(),
    "clip": [np.quantile(values, 0.02), np.quantile(values, 0.97)],
    "clippedMean": squeezed.mean(),
    "clippedStd": squeezed.std(),
    "scores": ((squeezed - squeezed.mean()) / squeezed.std()).tolist(),
    "boundaries": boundaries.tolist(),
    "intervals": (1 + np.digitize(values, boundaries)).tolist(),
    "seconds": [t.timestamp() for t in times.tz_localize("UTC")],
    "turns": {name: column.tolist() for name, column in turns.items()},
    "words": words,
    "vocabulary": [word for word, count in counts if count >= 3],
}
Path(__file__).with_suffix(".json").write_text(json.dumps(golden) + "\n")
