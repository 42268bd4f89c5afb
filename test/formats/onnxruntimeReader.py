"""Answers questions about models of ONNX: a line of JSON with a path and feeds, a line of JSON with the outputs."""

import json
import sys

import numpy
import onnxruntime

TYPES = {"string": object, "float64": numpy.float64, "int32": numpy.int32}
sessions = {}


def tensor(feed):
    if feed["type"] == "float64":
        values = [float(value) for value in feed["values"]]
    else:
        values = feed["values"]
    return numpy.array(values, dtype=TYPES[feed["type"]]).reshape(feed["dims"])


def plain(value):
    if isinstance(value, str):
        return value
    return float(value) if numpy.isfinite(value) else str(float(value))


for line in sys.stdin:
    question = json.loads(line)
    path = question["path"]
    if path not in sessions:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        sessions[path] = onnxruntime.InferenceSession(path, options)
    session = sessions[path]
    outputs = session.run(None, {name: tensor(feed) for name, feed in question["feeds"].items()})
    names = [output.name for output in session.get_outputs()]
    answer = {name: [plain(value) for value in values.ravel()] for name, values in zip(names, outputs)}
    print(json.dumps(answer), flush=True)
