"""Makes profile.golden.parquet, rows as `ingest` writes them, and profile.golden.json, pandas' statistics of them. Run: python profile.golden.py"""
import json, pathlib
import numpy as np
import pandas as pd

here = pathlib.Path(__file__).parent
rng = np.random.default_rng(11)
n = 997
price = np.round(rng.lognormal(3, 1.2, n), 2) - 5
price[rng.random(n) < 0.07] = np.nan
frame = pd.DataFrame({
    "row": np.arange(n),
    "c0": [f"u{int(v)}" for v in 120 * rng.random(n) ** 2],
    "c1": price,
    "c2": pd.array(np.where(rng.random(n) < 0.1, None, rng.integers(-3, 9, n)), dtype="Int64"),
    "c3": pd.Timestamp("2024-02-28") + pd.to_timedelta(rng.integers(0, 9_000_000, n), unit="s"),
    "c4": pd.array(np.where(rng.random(n) < 0.2, None, rng.random(n) < 0.6), dtype="boolean"),
    "c5": np.where(rng.random(n) < 0.05, None, [f"a word {'x' * int(v)}" for v in rng.integers(0, 30, n)]),
    "c6": pd.array([None] * n, dtype="float64"),
})
frame["c3"] = frame["c3"].astype("datetime64[us]")
frame.to_parquet(here / "profile.golden.parquet", index=False)

def measure(column):
    if column.name == "c3":
        return column.map(lambda t: t.timestamp())
    if column.name in ("c0", "c5"):
        return column.dropna().str.len()
    return column.dropna().astype(float)

def statistics(column):
    m = measure(column)
    top = column.value_counts()
    out = {"nulls": int(column.isna().sum()), "distinct": int(column.nunique()), "topRows": sorted(top.tolist(), reverse=True)[:10], "measured": None}
    if len(m) > 0:
        low, high = m.min(), m.max()
        q = m.quantile([0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]).tolist()
        edges = [low + (high - low) * (i + 1) / 20 for i in range(19)]
        out["measured"] = {
            "min": low, "max": high, "mean": m.mean(), "std": m.std(), "zeros": int((m == 0).sum()), "negatives": int((m < 0).sum()),
            "quantiles": q, "histogram": np.bincount(np.searchsorted(edges, m, side="left"), minlength=20).tolist(),
        }
    return out

golden = {f"c{i}": statistics(frame[f"c{i}"]) for i in range(7)}
(here / "profile.golden.json").write_text(json.dumps(golden, default=float) + "\n")
