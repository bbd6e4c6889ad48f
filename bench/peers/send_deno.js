// SPDX-License-Identifier: AGPL-3.0-or-later
// Sends one request to a daemon, with Deno alone: send_deno.js SOCKET hook|status. Prints the
// answer's JSON.
const [path, what] = Deno.args;
const buffer = new Uint8Array(65536);
const request = what === "status" ? { type: "status" } : {
  type: "ingest_hook",
  source: "claude",
  payload: new TextDecoder().decode(
    buffer.slice(0, await Deno.stdin.read(buffer) ?? 0),
  ),
  workspace: Deno.cwd(),
};
const body = new TextEncoder().encode(JSON.stringify(request));
const frame = new Uint8Array(4 + body.length);
new DataView(frame.buffer).setUint32(0, body.length);
frame.set(body, 4);
const conn = await Deno.connect({ transport: "unix", path });
await conn.write(frame);
const length = await conn.read(buffer) ?? 0;
Deno.stdout.writeSync(buffer.subarray(4, length));
Deno.exit(0);
