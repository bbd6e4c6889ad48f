# SPDX-License-Identifier: AGPL-3.0-or-later
# Sends one request to a daemon: send.py SOCKET hook|status. Prints the answer's JSON.
import json, os, socket, struct, sys

path, what = sys.argv[1:]
request = {"type": "status"} if what == "status" else {
    "type": "ingest_hook", "source": "claude", "payload": sys.stdin.read(), "workspace": os.getcwd()}
body = json.dumps(request).encode()
with socket.socket(socket.AF_UNIX) as conn:
    conn.connect(path)
    conn.sendall(struct.pack(">I", len(body)) + body)
    answer = b""
    while chunk := conn.recv(65536):
        answer += chunk
sys.stdout.buffer.write(answer[4:])
