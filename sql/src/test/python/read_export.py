"""Prints the rows of an export of Nacre as pyarrow sees them, one JSON object a line: the columns
that are not null; first the schema. Bytes as hexadecimal, instants as microseconds."""

import json
import sys

import pyarrow as pa

path = sys.argv[1]
with pa.memory_map(path) as source:
    reader = pa.ipc.open_stream(source) if path.endswith(".arrows") else pa.ipc.open_file(source)
    table = reader.read_all()
table.validate(full=True)
print(json.dumps({field.name: str(field.type) for field in table.schema}))
for name in ("committed_at", "expires_at"):
    column = table.column(name).cast(pa.int64())
    table = table.set_column(table.schema.get_field_index(name), name, column)
for row in table.to_pylist():
    shown = {}
    for name, value in row.items():
        if value is not None:
            shown[name] = value.hex() if isinstance(value, bytes) else value
    print(json.dumps(shown))
