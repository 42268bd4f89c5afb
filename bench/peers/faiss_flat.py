"""Times faiss-cpu's IndexFlatIP: faiss_flat.py VECTORS QUERIES WIDTH K THREADS SINGLES; prints one line of JSON."""

import json
import sys
import time

import faiss
import numpy as np

vectors, queries, width, k, threads, singles = sys.argv[1:]
width, k, singles = int(width), int(k), int(singles)
faiss.omp_set_num_threads(int(threads))
index = faiss.IndexFlatIP(width)
index.add(np.fromfile(vectors, dtype="<f4").reshape(-1, width))
rows = np.fromfile(queries, dtype="<f4").reshape(-1, width)
times = []
for i in range(singles):
    begun = time.perf_counter()
    index.search(rows[i % len(rows)][None, :], k)
    times.append((time.perf_counter() - begun) * 1e3)
result = {"median_ms": float(np.median(times)) if times else None}
if not singles:
    begun = time.perf_counter()
    index.search(rows, k)
    result["seconds"] = time.perf_counter() - begun
print(json.dumps(result))
