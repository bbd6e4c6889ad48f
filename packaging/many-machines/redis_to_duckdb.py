#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Copies new events from a Redis stream into a table of DuckDB: redis_to_duckdb.py FILE.

The table keeps one row for each (machine, cursor), and the place in the stream is written in the
same transaction, so it may be killed and started again at any time. Needs the package duckdb.

  REDIS, STREAM  as for kaizen_to_redis.py
"""

import json
import os
import sys

import duckdb

from resp import Redis

REDIS = os.environ.get("REDIS", "127.0.0.1:6379")
STREAM = os.environ.get("STREAM", "kaizen")
BATCH = 1000

SCHEMA = """
CREATE TABLE IF NOT EXISTS events (
  machine VARCHAR, cursor VARCHAR, workspace VARCHAR, agent VARCHAR, session_id VARCHAR,
  seq UBIGINT, ts_ms UBIGINT, kind VARCHAR, tool VARCHAR, payload JSON,
  PRIMARY KEY (machine, cursor)
);
CREATE TABLE IF NOT EXISTS place (id VARCHAR);
"""


def row_of(text):
    """The row of one line of `kaizen events`."""
    line = json.loads(text)
    event = line["event"]
    return (
        line["machine"], line["cursor"], line["workspace"], line["agent"],
        event["session_id"], event["seq"], event["ts_ms"], event["kind"], event["tool"],
        json.dumps(event["payload"]),
    )


def copy(redis, db):
    """Copies what is new; returns the number of rows that were added."""
    before = db.execute("SELECT count(*) FROM events").fetchone()[0]
    while True:
        found = db.execute("SELECT max(id) FROM place").fetchone()[0]
        entries = redis.ask("XRANGE", STREAM, f"({found}" if found else "-", "+", "COUNT", BATCH)
        if not entries:
            return db.execute("SELECT count(*) FROM events").fetchone()[0] - before
        rows = []
        for _, fields in entries:
            pairs = dict(zip(fields[::2], fields[1::2]))
            rows.append(row_of(pairs[b"event"]))
        db.begin()
        db.executemany(
            "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            rows,
        )
        db.execute("DELETE FROM place")
        db.execute("INSERT INTO place VALUES (?)", [entries[-1][0].decode()])
        db.commit()


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: redis_to_duckdb.py FILE")
    with Redis(REDIS) as redis, duckdb.connect(sys.argv[1]) as db:
        db.execute(SCHEMA)
        print(copy(redis, db))


if __name__ == "__main__":
    main()
