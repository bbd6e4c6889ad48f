# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reads NAME.arrow, NAME.parquet and NAME.csv in a folder with pyarrow, polars and duckdb.

    read_columns.py FOLDER NAME KINDS

KINDS is JSON: the kind of each column by its name, which a CSV does not tell. Prints a line of JSON
for each reader and format: its types and its rows, times in epoch milliseconds. With `--cut` in the
place of KINDS, the files are cut: prints for each whether the reader has an error.
"""

import datetime
import io
import json
import sys

import duckdb
import polars
import pyarrow
import pyarrow.csv
import pyarrow.ipc
import pyarrow.parquet

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
MILLISECOND = datetime.timedelta(milliseconds=1)

ARROW_TYPES = {
    "int": pyarrow.int64(),
    "time": pyarrow.timestamp("ms", "UTC"),
    "bool": pyarrow.bool_(),
}
DUCKDB_TYPES = {"int": "BIGINT", "time": "TIMESTAMPTZ", "bool": "BOOLEAN"}
POLARS_TYPES = {"int": polars.Int64, "bool": polars.Boolean}


def plain(cell):
    if isinstance(cell, datetime.datetime):
        return (cell - EPOCH) // MILLISECOND
    return cell


def of_arrow(table):
    table.validate(full=True)
    types = [[field.name, str(field.type)] for field in table.schema]
    return types, list(zip(*(column.to_pylist() for column in table.columns)))


def of_polars(frame):
    return [[name, str(kind)] for name, kind in frame.schema.items()], frame.rows()


def of_duckdb(relation):
    types = zip(relation.columns, map(str, relation.types))
    return [list(pair) for pair in types], relation.fetchall()


def pyarrow_csv(path, kinds):
    return of_arrow(pyarrow.csv.read_csv(
        path,
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types={
                name: ARROW_TYPES.get(kind, pyarrow.string()) for name, kind in kinds.items()
            },
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    ))


def polars_csv(path, kinds):
    frame = polars.read_csv(path, schema={
        name: POLARS_TYPES.get(kind, polars.String) for name, kind in kinds.items()
    })
    times = [name for name, kind in kinds.items() if kind == "time"]
    return of_polars(frame.with_columns(
        polars.col(times).str.to_datetime(time_unit="ms", time_zone="UTC"),
    ))


def duckdb_csv(path, kinds):
    columns = {name: DUCKDB_TYPES.get(kind, "VARCHAR") for name, kind in kinds.items()}
    return of_duckdb(duckdb.read_csv(
        path, header=True, columns=columns, delimiter=",", quotechar='"',
        escapechar='"', na_values=[""], allow_quoted_nulls=False,
    ))


def read_stream(path):
    with open(path, "rb") as file:
        return pyarrow.ipc.open_stream(io.BytesIO(file.read())).read_all()


def through_duckdb(table):
    return of_duckdb(duckdb.from_arrow(table))


READERS = {
    ("pyarrow", "arrow"): lambda path, _: of_arrow(read_stream(path)),
    ("polars", "arrow"): lambda path, _: of_polars(polars.read_ipc_stream(path)),
    ("duckdb", "arrow"): lambda path, _: through_duckdb(read_stream(path)),
    ("pyarrow", "parquet"): lambda path, _: of_arrow(pyarrow.parquet.read_table(path)),
    ("polars", "parquet"): lambda path, _: of_polars(polars.read_parquet(path)),
    ("duckdb", "parquet"): lambda path, _: of_duckdb(duckdb.read_parquet(path)),
    ("pyarrow", "csv"): pyarrow_csv,
    ("polars", "csv"): polars_csv,
    ("duckdb", "csv"): duckdb_csv,
}


def main(folder, name, kinds):
    duckdb.execute("SET TimeZone = 'UTC'")
    is_cut = kinds == "--cut"
    for (reader, extension), read in READERS.items():
        path = f"{folder}/{name}.{extension}"
        result = {"reader": reader, "format": extension}
        try:
            types, rows = read(path, {"a": "text", "b": "text"} if is_cut else json.loads(kinds))
        except Exception as error:
            result["error"] = f"{type(error).__name__}: {error}"
        else:
            result["types"] = types
            result["rows"] = [[plain(cell) for cell in row] for row in rows]
        print(json.dumps(result))


main(*sys.argv[1:])
