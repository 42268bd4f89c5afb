"""Optuna's TPE, asked and told over standard input and output.

Each line of the input is one study: {"space", "order", "direction", "seed", "trials", "multivariate", "start"}; "space" is
Trainyard's, "order" its keys so that each comes after those of its condition, "start" the parameters of the first trials. For each
trial one line goes out, {"parameters"}, and one comes in, the value. Needs Optuna 4.9 or 5: the default of 4.9 is univariate, that of 5 is not, so it is told.
"""

import json
import sys

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)


def is_active(parameter, decided):
    for key, values in parameter.get("when", {}).items():
        if key not in decided or decided[key] not in (values if isinstance(values, list) else [values]):
            return False
    return True


def value_of(trial, key, parameter):
    kind = parameter["type"]
    if kind == "constant":
        return parameter["value"]
    if kind == "categorical":
        return parameter["values"][trial.suggest_categorical(key, list(range(len(parameter["values"]))))]
    low, high = parameter["min"], parameter["max"]
    if kind == "int":
        return trial.suggest_int(key, low, high, step=parameter.get("step", 1), log=parameter["log"])
    return trial.suggest_float(key, low, high, step=parameter.get("step"), log=kind == "logFloat")


def internal(parameter, value):
    return parameter["values"].index(value) if parameter["type"] == "categorical" else value


def main():
    print(json.dumps({"optuna": optuna.__version__}), flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        study = optuna.create_study(
            direction=asked["direction"], sampler=optuna.samplers.TPESampler(seed=asked["seed"], multivariate=asked["multivariate"])
        )
        for parameters in asked["start"]:
            study.enqueue_trial({key: internal(asked["space"][key], value) for key, value in parameters.items()})
        for _ in range(asked["trials"]):
            trial = study.ask()
            decided = {}
            for key in asked["order"]:
                if is_active(asked["space"][key], decided):
                    decided[key] = value_of(trial, key, asked["space"][key])
            print(json.dumps({"parameters": decided}), flush=True)
            study.tell(trial, json.loads(sys.stdin.readline()))


main()
