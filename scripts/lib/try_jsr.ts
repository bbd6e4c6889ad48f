// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Fetches the packages of the program into Deno's cache, within time limits. Exits 0 if JSR's are
 * there, else 1. Those of npm are fetched even then: a proxy or certificate of the user does not
 * reach the runtime of `scripts/kaizen`, which would ask npm in vain at each run.
 * @module
 */

/** A small file of a package that the program needs: an answer shows that JSR can be reached. */
const PROBE = ["jsr", "@std/streams@1.1.2/to-bytes"].join(":");
const PROBE_TIMEOUT_MS = 4_000;
const FETCH_TIMEOUT_MS = 120_000;
/** Where JSR is silent, npm may be so, too, and a first run waits for this in vain. */
const NPM_TIMEOUT_MS = 20_000;

const [root] = Deno.args;
setTimeout(() => Deno.exit(1), PROBE_TIMEOUT_MS + FETCH_TIMEOUT_MS);
const probe = import(PROBE).then(() => true, () => false);
const silence = new Promise<boolean>((resolve) =>
  setTimeout(() => resolve(false), PROBE_TIMEOUT_MS)
);
const isThere = await Promise.race([probe, silence]);
const map = isThere ? "deno.json" : "scripts/offline/import_map.json";

const { success } = await new Deno.Command(Deno.execPath(), {
  args: [
    "cache",
    "-q",
    "--no-config",
    "--no-lock",
    `--import-map=${root}/${map}`,
    `${root}/main.ts`,
  ],
  stdin: "null",
  stdout: "null",
  stderr: "null",
  signal: AbortSignal.timeout(isThere ? FETCH_TIMEOUT_MS : NPM_TIMEOUT_MS),
}).output();
Deno.exit(isThere && success ? 0 : 1);
