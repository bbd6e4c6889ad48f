#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sends all events of this machine to a Redis stream, each exactly once.

Each event and its cursor are written in one step, and only if the cursor before it is the one that
Redis has. So it does not matter which side dies when: the next start asks Redis where to go on.

  REDIS   host:port, or the path of a Unix socket (default: 127.0.0.1:6379)
  STREAM  key of the stream (default: kaizen); STREAM:cursors has the cursor of each machine
  REDACT  0: send secrets as well (default: replace those of well-known forms)
  KAIZEN  the program (default: kaizen); KAIZEN_HOME as always

Exits with 7 if events were deleted before they were sent: a person must decide about that.
"""

import json
import os
import signal
import subprocess
import sys
import time

from resp import Redis

REDIS = os.environ.get("REDIS", "127.0.0.1:6379")
STREAM = os.environ.get("STREAM", "kaizen")
KAIZEN = os.environ.get("KAIZEN", "kaizen")
HOME = os.environ.get("KAIZEN_HOME") or os.path.expanduser("~/.kaizen")
# Seconds between two attempts while Redis or the daemon cannot be reached.
PAUSE = float(os.environ.get("PAUSE", "1"))
CURSOR_GONE = 7

# Adds the event after the one that has the cursor ARGV[2], and nothing else.
ADD = """
local have = redis.call('HGET', KEYS[2], ARGV[1]) or ''
if have ~= ARGV[2] then return 0 end
redis.call('XADD', KEYS[1], '*', 'machine', ARGV[1], 'cursor', ARGV[3], 'event', ARGV[4])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
return 1
"""


def machine_id():
    """The id of this home; None before the first watch has made it."""
    try:
        with open(os.path.join(HOME, "machine-id"), encoding="ascii") as file:
            return file.read().strip() or None
    except FileNotFoundError:
        return None


def send_all(redis):
    """Sends events until one side fails."""
    machine = machine_id()
    found = redis.ask("HGET", STREAM + ":cursors", machine) if machine else None
    cursor = (found or b"").decode()
    command = [KAIZEN, "events", "--follow", "-o", "ndjson"]
    if os.environ.get("REDACT") != "0":
        command.append("--redact")
    if cursor:
        command += ["--since-cursor", cursor]
    events = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        for line in events.stdout:
            line = line.strip()  # a line may begin with spaces
            if not line:
                continue
            event = json.loads(line)
            if event["type"] != "event":
                continue  # an error, which the exit code repeats
            if event["cursor"] is None:
                sys.exit("kaizen_to_redis: this daemon gives its events no cursors")
            added = redis.ask(
                "EVAL", ADD, 2, STREAM, STREAM + ":cursors",
                event["machine"], cursor, event["cursor"], line,
            )
            if added != 1:
                raise OSError("another feeder of this machine went on first")
            cursor = event["cursor"]
    finally:
        events.kill()
        events.stdout.close()
        code = events.wait()
    if code == CURSOR_GONE:
        sys.exit(CURSOR_GONE)
    raise OSError(f"kaizen events ended with {code}")


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    while True:
        try:
            with Redis(REDIS) as redis:
                send_all(redis)
        except (OSError, ValueError) as error:
            print(f"kaizen_to_redis: {error}: trying again", file=sys.stderr, flush=True)
        time.sleep(PAUSE)


if __name__ == "__main__":
    main()
