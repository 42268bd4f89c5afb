"""Records what scikit-learn's forests and SciPy's rank correlation say of 200 made-up trials, for importance.golden.test.ts.

python3 importance.golden.py > importance.golden.json   (scikit-learn 1.9.1, SciPy, NumPy)

The trials have a learning rate and a dropout, numbers; a batch size and layers, lists; and a momentum that only some have. Columns are
those of importance.ts: a list has one for each value, a number one, and who lacks it has the median of the others.
"""

import json
import math

import numpy as np
from scipy.stats import spearmanr
from sklearn.ensemble import RandomForestRegressor

TRIALS, FORESTS = 200, 20
random = np.random.default_rng(20)


def trial(number):
    rate = 10 ** random.uniform(-4, 0)
    dropout = random.uniform(0, 0.5)
    batch = int(random.choice([512, 1024, 2048, 4096]))
    layers = [[], [64], [64, 32]][random.integers(3)]
    optimizer = str(random.choice(["adam", "sgd"]))
    value = 0.25 * (math.log10(rate) + 1.5) ** 2 + 2 * dropout * (len(layers) == 2) + 0.3 * math.log2(batch / 512)
    parameters = {"rate": rate, "dropout": dropout, "batch": batch, "layers": layers, "optimizer": optimizer}
    if optimizer == "sgd":
        parameters["momentum"] = random.uniform(0, 1)
        value += 0.5 * abs(parameters["momentum"] - 0.9)
    value += random.normal(0, 0.1)
    # Rounded, so that the file says exactly what was computed with.
    short = {key: round(one, 6) if isinstance(one, float) else one for key, one in parameters.items()}
    return {"number": number, "parameters": short, "value": round(value, 6)}


def columns(trials):
    found = []
    for key in ["rate", "dropout", "momentum"]:
        known = sorted(t["parameters"][key] for t in trials if key in t["parameters"])
        middle = known[len(known) // 2]
        found.append((key, [t["parameters"].get(key, middle) for t in trials]))
    for key in ["batch", "layers", "optimizer"]:
        texts = [json.dumps(t["parameters"][key]) for t in trials]
        for choice in sorted(set(texts)):
            found.append((key, [float(text == choice) for text in texts]))
    return found


def shares(trials, seed):
    table = columns(trials)
    forest = RandomForestRegressor(n_estimators=100, random_state=seed)
    forest.fit(np.array([values for _, values in table]).T, [t["value"] for t in trials])
    sums = {}
    for (key, _), share in zip(table, forest.feature_importances_):
        sums[key] = sums.get(key, 0) + share
    return sums


trials = [trial(number + 1) for number in range(TRIALS)]
forests = [shares(trials, seed) for seed in range(FORESTS)]
recorded = {}
for key in sorted(forests[0]):
    own = [forest[key] for forest in forests]
    recorded[key] = {"mean": round(float(np.mean(own)), 6), "std": round(float(np.std(own, ddof=1)), 6), "spearman": None}
    having = [t for t in trials if key in t["parameters"]]
    if all(isinstance(t["parameters"][key], (int, float)) for t in having):
        rho = spearmanr([t["parameters"][key] for t in having], [t["value"] for t in having]).statistic
        recorded[key]["spearman"] = round(float(rho), 9)
print(json.dumps({"trials": trials, "forests": FORESTS, "importance": recorded}))
