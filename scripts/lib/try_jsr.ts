// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Asks JSR for the packages of the program, within time limits. Exits 0 once Deno's cache holds
 * them, else 1.
 * @module
 */

/** A small file of a package that the program needs: an answer shows that JSR can be reached. */
const PROBE = ["jsr", "@std/streams@1.1.2/to-bytes"].join(":");
const PROBE_TIMEOUT_MS = 4_000;
const FETCH_TIMEOUT_MS = 120_000;

const [root] = Deno.args;
setTimeout(() => Deno.exit(1), PROBE_TIMEOUT_MS + FETCH_TIMEOUT_MS);
const probe = import(PROBE).then(() => true, () => false);
const silence = new Promise<boolean>((resolve) =>
  setTimeout(() => resolve(false), PROBE_TIMEOUT_MS)
);
if (!await Promise.race([probe, silence])) Deno.exit(1);

const { success } = await new Deno.Command(Deno.execPath(), {
  args: [
    "cache",
    "-q",
    "--no-config",
    "--no-lock",
    `--import-map=${root}/deno.json`,
    `${root}/main.ts`,
  ],
  stdin: "null",
  stdout: "null",
  stderr: "null",
  signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
}).output();
Deno.exit(success ? 0 : 1);
