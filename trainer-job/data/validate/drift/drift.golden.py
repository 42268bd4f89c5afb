"""Makes drift.golden.json: PSI, KL and KS as SciPy computes them, on vectors that the test shares. Run: python drift.golden.py"""
import json, pathlib
import numpy as np
from scipy import stats

rng = np.random.default_rng(7)
divergences = []
for counts, others in [([10, 20, 30, 40], [25, 25, 25, 25]), ([5, 0, 95], [40, 20, 40]), ([7, 7, 7], [70, 70, 70]),
                       (rng.integers(0, 500, 10).tolist(), rng.integers(0, 500, 10).tolist())]:
    p = (np.array(counts) + 0.5) / (sum(counts) + 0.5 * len(counts))
    q = (np.array(others) + 0.5) / (sum(others) + 0.5 * len(others))
    kl = stats.entropy(p, q)
    divergences.append({"current": counts, "reference": others, "kl": kl, "psi": kl + stats.entropy(q, p)})

samples = []
for size, other, shift in [(20, 30, 0.0), (40, 25, 0.8), (200, 300, 0.1), (1000, 1500, 0.03), (1000, 1500, 0.15), (4000, 3000, 0.0)]:
    a = np.round(rng.normal(0, 1, size), 1)
    b = np.round(rng.normal(shift, 1, other), 1)
    edges = np.unique(np.concatenate([a, b]))
    count = lambda x: np.bincount(np.searchsorted(edges, x), minlength=len(edges)).tolist()
    found = stats.ks_2samp(a, b, method="asymp")
    samples.append({"current": count(a), "reference": count(b), "statistic": found.statistic, "pValue": found.pvalue})

survival = [{"d": d, "n": n, "p": float(stats.kstwo.sf(d, n))}
            for n in [1, 5, 10, 100, 140, 141, 500, 5000, 100000, 12000000]
            for t in [0.05, 0.2, 0.5, 1.0, 2.0, 3.9, 4.1, 8.0, 20.0]
            for d in [float(np.sqrt(t / n))] if d < 1]
target = pathlib.Path(__file__).with_name("drift.golden.json")
target.write_text(json.dumps({"divergences": divergences, "samples": samples, "survival": survival}) + "\n")
