"""One vector library in a process of its own, driven over its standard streams.

Usage: peer.py NAME FOLDER WORK

FOLDER holds base.vec, queries.vec (see VectorFile.java) and sections.txt, a section a line. WORK is
an empty folder for those that keep files. Requests and answers are a JSON object a line:

  {"op": "build"}                                   {"seconds": 1.5}
  {"op": "search", "count": 100, "effort": 50,      {"nanos": [...], "rows": [[...], ...]}
   "section": null}

Rows are numbers of base vectors, best first. Every time is that of one query by one caller, with
what a Python program has to call. Vectors have length one: all compare by inner product or cosine.
"""

import json
import os
import sys
import time

import numpy as np

K = 10
M = 16
BEAM = 200
CORES = os.cpu_count() or 1


def read_vectors(path):
    """The vectors of a file, without their keys."""
    with open(path, "rb") as file:
        if file.read(8) != b"NACREVEC":
            raise ValueError(f"{path} is not a vector file")
        dimension, count, key_bytes = np.frombuffer(file.read(12), dtype="<i4")
        file.seek(int(key_bytes), os.SEEK_CUR)
        return np.fromfile(file, dtype="<f4", count=int(dimension) * int(count)).reshape(
            int(count), int(dimension)
        )


class Peer:
    """A library that holds the base vectors; row numbers are its keys."""

    def __init__(self, base, sections, work):
        self.base = base
        self.sections = sections
        self.work = work
        self.members = {}
        self.load()

    def load(self):
        """Loads the library, which is not part of building."""

    def rows_of(self, section):
        """The rows of a section, ascending; kept, as an index of the field would."""
        if section not in self.members:
            self.members[section] = np.array(
                [row for row, its in enumerate(self.sections) if its == section], dtype=np.int64
            )
        return self.members[section]

    def prepare(self, section):
        """What a program does once for a filter, outside the time measured."""
        if section is not None:
            self.rows_of(section)

    def build(self):
        """Makes everything searchable; what is durable is on disk afterwards."""
        raise NotImplementedError

    def search(self, query, effort, section):
        """The nearest rows, best first."""
        raise NotImplementedError


class Numpy(Peer):
    """Every vector compared, by the BLAS that numpy brings."""

    def build(self):
        self.base = np.ascontiguousarray(self.base)

    def prepare(self, section):
        super().prepare(section)
        if section is not None:
            self.members[section, "vectors"] = self.base[self.rows_of(section)]

    def search(self, query, effort, section):
        vectors = self.base if section is None else self.members[section, "vectors"]
        scores = vectors @ query
        k = min(K, len(scores))
        best = np.argpartition(scores, len(scores) - k)[-k:]
        best = best[np.argsort(-scores[best])]
        return best if section is None else self.rows_of(section)[best]


class Hnswlib(Peer):
    """In memory."""

    def load(self):
        import hnswlib

        self.hnswlib = hnswlib

    def build(self):
        self.index = self.hnswlib.Index(space="ip", dim=self.base.shape[1])
        self.index.init_index(max_elements=len(self.base), M=M, ef_construction=BEAM)
        self.index.add_items(self.base, np.arange(len(self.base)), num_threads=CORES)
        self.index.set_num_threads(1)

    def prepare(self, section):
        super().prepare(section)
        if section is not None:
            self.members[section, "set"] = set(self.rows_of(section).tolist())

    def search(self, query, effort, section):
        self.index.set_ef(effort)
        if section is None:
            return self.index.knn_query(query, k=K)[0][0]
        allowed = self.members[section, "set"]
        return self.index.knn_query(query, k=K, filter=lambda row: row in allowed)[0][0]


class Faiss(Peer):
    """HNSW over floats, in memory."""

    def load(self):
        import faiss

        self.faiss = faiss

    def build(self):
        self.faiss.omp_set_num_threads(CORES)
        self.index = self.faiss.IndexHNSWFlat(
            self.base.shape[1], M, self.faiss.METRIC_INNER_PRODUCT
        )
        self.index.hnsw.efConstruction = BEAM
        self.index.add(self.base)
        self.faiss.omp_set_num_threads(1)

    def prepare(self, section):
        super().prepare(section)
        if section is not None:
            self.members[section, "selector"] = self.faiss.IDSelectorBatch(self.rows_of(section))

    def search(self, query, effort, section):
        if section is None:
            how = self.faiss.SearchParametersHNSW(efSearch=effort)
        else:
            how = self.faiss.SearchParametersHNSW(
                efSearch=effort, sel=self.members[section, "selector"]
            )
        return self.index.search(query[None, :], K, params=how)[1][0]


class Usearch(Peer):
    """In memory; its Python interface has no filter."""

    def load(self):
        from usearch.index import Index

        self.new_index = Index

    def build(self):
        self.index = self.new_index(
            ndim=self.base.shape[1], metric="ip", dtype="f32", connectivity=M, expansion_add=BEAM
        )
        self.index.add(np.arange(len(self.base)), self.base, threads=CORES)

    def search(self, query, effort, section):
        if section is not None:
            return None
        self.index.expansion_search = effort
        return self.index.search(query, K, threads=1).keys


class Lancedb(Peer):
    """Durable, without an index."""

    def load(self):
        # It warns of every search otherwise.
        os.environ.setdefault("LANCE_LOG", "error")
        import lancedb
        import pyarrow

        self.connect = lancedb.connect
        self.arrow = pyarrow

    def build(self):
        pa = self.arrow
        vectors = pa.FixedSizeListArray.from_arrays(
            pa.array(self.base.reshape(-1)), self.base.shape[1]
        )
        rows = pa.table(
            {
                "id": pa.array(np.arange(len(self.base))),
                "section": pa.array(self.sections),
                "vector": vectors,
            }
        )
        self.table = self.connect(self.work).create_table("bench", rows)

    def search(self, query, effort, section):
        search = self.table.search(query).distance_type("dot").select(["id"]).limit(K)
        if section is not None:
            search = search.where(f"section = '{section}'", prefilter=True)
        return search.to_arrow()["id"].to_numpy()


class Chroma(Peer):
    """Durable, with its HNSW index and its default effort."""

    def load(self):
        import chromadb

        self.open = chromadb.PersistentClient

    def build(self):
        client = self.open(path=self.work)
        self.collection = client.create_collection(
            "bench",
            configuration={
                "hnsw": {
                    "space": "ip",
                    "ef_construction": BEAM,
                    "max_neighbors": M,
                    "ef_search": 100,
                }
            },
            embedding_function=None,
        )
        step = 5_000
        for first in range(0, len(self.base), step):
            last = min(first + step, len(self.base))
            self.collection.add(
                ids=[str(row) for row in range(first, last)],
                embeddings=self.base[first:last],
                metadatas=[{"section": its} for its in self.sections[first:last]],
            )

    def search(self, query, effort, section):
        where = None if section is None else {"section": section}
        found = self.collection.query(
            query_embeddings=query[None, :], n_results=K, where=where, include=[]
        )
        return [int(row) for row in found["ids"][0]]


class SqliteVec(Peer):
    """Durable; every vector compared."""

    def load(self):
        # Python's own sqlite3 is often built without extensions.
        import apsw
        import sqlite_vec

        self.connect = apsw.Connection
        self.extension = sqlite_vec.loadable_path()

    def build(self):
        self.db = self.connect(os.path.join(self.work, "bench.db"))
        self.db.enable_load_extension(True)
        self.db.load_extension(self.extension)
        self.db.execute(
            "CREATE VIRTUAL TABLE bench USING vec0("
            f"section TEXT, vector float[{self.base.shape[1]}] distance_metric=cosine)"
        )
        with self.db:
            self.db.executemany(
                "INSERT INTO bench (rowid, section, vector) VALUES (?, ?, ?)",
                (
                    (row, self.sections[row], self.base[row].tobytes())
                    for row in range(len(self.base))
                ),
            )

    def search(self, query, effort, section):
        if section is None:
            sql = "SELECT rowid FROM bench WHERE vector MATCH ? AND k = ? ORDER BY distance"
            found = self.db.execute(sql, (query.tobytes(), K))
        else:
            sql = (
                "SELECT rowid FROM bench WHERE vector MATCH ? AND k = ? AND section = ?"
                " ORDER BY distance"
            )
            found = self.db.execute(sql, (query.tobytes(), K, section))
        return [row for (row,) in found]


PEERS = {
    "numpy": Numpy,
    "hnswlib": Hnswlib,
    "faiss": Faiss,
    "usearch": Usearch,
    "lancedb": Lancedb,
    "chroma": Chroma,
    "sqlite-vec": SqliteVec,
}


def answer(peer, queries, request):
    """What a request is answered."""
    if request["op"] == "build":
        begun = time.perf_counter()
        peer.build()
        return {"seconds": time.perf_counter() - begun}
    section = request["section"]
    peer.prepare(section)
    nanos, rows = [], []
    for query in queries[: request["count"]]:
        begun = time.perf_counter_ns()
        found = peer.search(query, request["effort"], section)
        nanos.append(time.perf_counter_ns() - begun)
        if found is None:
            return {"unsupported": True}
        rows.append([int(row) for row in found if row >= 0])
    return {"nanos": nanos, "rows": rows}


def main():
    name, folder, work = sys.argv[1:]
    # What a library prints must not get between the answers.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    base = read_vectors(os.path.join(folder, "base.vec"))
    queries = read_vectors(os.path.join(folder, "queries.vec"))
    with open(os.path.join(folder, "sections.txt"), encoding="utf-8") as file:
        sections = file.read().split("\n")
    peer = PEERS[name](base, sections, work)
    for line in sys.stdin:
        try:
            said = answer(peer, queries, json.loads(line))
        except Exception as failure:  # The driver reports it and goes on without this peer.
            said = {"failed": f"{type(failure).__name__}: {failure}"}
        print(json.dumps(said), file=out, flush=True)


if __name__ == "__main__":
    main()
