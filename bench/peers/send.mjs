// SPDX-License-Identifier: AGPL-3.0-or-later
// Sends one request to a daemon, for Node and Bun: send.mjs SOCKET hook|status. Prints the
// answer's JSON.
import { createConnection } from "node:net";
import { readFileSync } from "node:fs";

const [, , path, what] = process.argv;
const request = what === "status" ? { type: "status" } : {
  type: "ingest_hook",
  source: "claude",
  payload: readFileSync(0, "utf8"),
  workspace: process.cwd(),
};
const body = Buffer.from(JSON.stringify(request));
const header = Buffer.alloc(4);
header.writeUInt32BE(body.length);
const chunks = [];
createConnection(path, function () {
  this.write(Buffer.concat([header, body]));
}).on("data", (chunk) => chunks.push(chunk)).on("end", () => {
  process.stdout.write(Buffer.concat(chunks).subarray(4));
});
