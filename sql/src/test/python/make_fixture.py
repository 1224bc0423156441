"""Makes the tables that ArrowFixtureTest imports, with pyarrow as its users would:

    python3 sql/src/test/python/make_fixture.py sql/src/test/resources/arrow
"""

import datetime
import pathlib
import sys

import pyarrow as pa

target = pathlib.Path(sys.argv[1])
target.mkdir(parents=True, exist_ok=True)

notes = pa.table(
    {
        "namespace": pa.array(["notes", "notes", "notes", "images"], pa.large_string()),
        "key": ["ada", "bob", "only-vector", "pixel"],
        "value_kind": ["json", "text", None, "bytes"],
        "value_text": ['{"drinks": "tea", "cups": 3}', "prefers übung", None, None],
        "value_bytes": pa.array([None, None, None, b"\x00\xff"], pa.binary()),
        "media_type": [None, None, None, "image/png"],
        "metadata": ['{"year":2026,"score":2.0,"tags":["a","b"],"new":true}', None, "{}", None],
        "expires_at": pa.array(
            [None, datetime.datetime(2126, 1, 31, 12, 0, 0, 7, datetime.timezone.utc), None, None],
            pa.timestamp("ns", "UTC"),
        ),
        "embedding:default": pa.array(
            [[0.1, 0.2, 0.3], None, [1.0, -0.0, 3.5], None], pa.list_(pa.float32(), 3)
        ),
    }
)
with pa.OSFile(str(target / "pyarrow.arrow"), "wb") as sink:
    with pa.ipc.new_file(sink, notes.schema) as writer:
        # Two batches, the second a slice: its offsets do not begin at 0.
        writer.write_batch(notes.to_batches()[0].slice(0, 1))
        writer.write_batch(notes.to_batches()[0].slice(1))
with pa.OSFile(str(target / "pyarrow.arrows"), "wb") as sink:
    with pa.ipc.new_stream(sink, notes.schema) as writer:
        writer.write_table(notes)

options = pa.ipc.IpcWriteOptions(compression="zstd")
with pa.OSFile(str(target / "compressed.arrow"), "wb") as sink:
    with pa.ipc.new_file(sink, notes.schema, options=options) as writer:
        writer.write_table(notes)

wrong = notes.drop_columns(["embedding:default"]).append_column(
    "embedding:default", pa.array([[0.1], None, [1.0], None], pa.list_(pa.float64()))
)
with pa.OSFile(str(target / "wrong-type.arrow"), "wb") as sink:
    with pa.ipc.new_file(sink, wrong.schema) as writer:
        writer.write_table(wrong)
