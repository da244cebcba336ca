"""Golden values for org.dl4jtt.tensor, computed with NumPy alone.

    python3 tensors.py > tensors.txt

Independent of the Java code: its own TT-SVD, einsum for rings and TT-matrices. A file line is
`name: numbers`; arrays are in 'c' order (the last index fastest), their shapes under `name.shape`.
"""

import datetime
import platform

import numpy as np


def emit(name, array):
    array = np.asarray(array, dtype=np.float64)
    print(f"{name}.shape: " + " ".join(str(n) for n in array.shape))
    print(f"{name}: " + " ".join(f"{x:.17g}" for x in array.ravel()))


def tt_svd(tensor, ranks):
    """Oseledets 2011, algorithm 1: cores at the given inner ranks."""
    shape = tensor.shape
    cores, rest, left = [], tensor, 1
    for k, rank in enumerate(ranks):
        u, s, vt = np.linalg.svd(rest.reshape(left * shape[k], -1), full_matrices=False)
        cores.append(u[:, :rank].reshape(left, shape[k], rank))
        rest, left = s[:rank, None] * vt[:rank], rank
    cores.append(rest.reshape(left, shape[-1], 1))
    return cores


def tt_full(cores):
    full = cores[0]
    for core in cores[1:]:
        full = np.tensordot(full, core, axes=1)
    return full[0, ..., 0]


rng = np.random.default_rng(2015)
print("# made by testdata/golden/tensors.py on", datetime.date.today(), end=" ")
print("with NumPy", np.__version__, "and Python", platform.python_version(), "(no tensor library)")

# TT-SVD: the tensor, the singular values of all unfoldings, the truncated train (it is unique)
tensor = rng.standard_normal((4, 5, 3, 6))
emit("tt.tensor", tensor)
for k in range(1, 4):
    rows = int(np.prod(tensor.shape[:k]))
    emit(f"tt.singular{k}", np.linalg.svd(tensor.reshape(rows, -1), compute_uv=False))
emit("tt.ranks", [3, 6, 4])
emit("tt.truncated", tt_full(tt_svd(tensor, [3, 6, 4])))

# a ring and its dense tensor
ring = [rng.standard_normal(s) for s in [(2, 4, 3), (3, 3, 4), (4, 5, 2)]]
for k, core in enumerate(ring):
    emit(f"ring.core{k}", core)
full = np.einsum("aib,bjc,cka->ijk", *ring)
emit("ring.full", full)
emit("ring.norm", [np.linalg.norm(full)])


# a TT-matrix: cores [r, m, n, r'], W(i, j) with the last mode fastest, y = W x; DL4J keeps W transposed
cores = [rng.standard_normal(s) for s in [(1, 2, 3, 2), (2, 3, 2, 3), (3, 2, 4, 1)]]
for k, core in enumerate(cores):
    emit(f"matrix.core{k}", core)
w = np.einsum("aijb,bklc,cmnd->ikmjln", *cores).reshape(12, 24)
x = rng.standard_normal(24)
emit("matrix.parameter", w.T)
emit("matrix.x", x)
emit("matrix.y", w @ x)

# a SEPARATED kernel: [o1, o2, kH kW, i1], as DL4J keeps it [O, I, kH, kW]
cores = [rng.standard_normal(s) for s in [(1, 2, 2), (2, 3, 3), (3, 6, 2), (2, 4, 1)]]
for k, core in enumerate(cores):
    emit(f"kernel.core{k}", core)
kernel = np.einsum("aib,bjc,cpd,dle->ijlp", *cores).reshape(6, 4, 2, 3)
emit("kernel.parameter", kernel)
