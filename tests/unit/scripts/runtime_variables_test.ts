// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Compares the environment variables that the runtime obeys before our code runs with those that
 * the launchers clear.
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { ROOT } from "../../../scripts/lib/project.ts";

const PREFIXES = "DENO|OTEL|RUST|TOKIO|RAYON|JSR|NPM_CONFIG|NO_DENO|DCORE";
/** Names that look like variables of the runtime: set by the launchers, or no variables at all. */
const ALLOWED = new Set([
  // Ours.
  "DENO_DIR",
  "DENO_NO_PROMPT",
  "DENO_NO_UPDATE_CHECK",
  // Beginnings of names, and texts that follow other texts in the program without a gap.
  "DENO_USE",
  "RUST_MIN",
]);

/** The names in the `unset` of `shield_runtime`. */
async function clearedNames(): Promise<Set<string>> {
  const launcher = await Deno.readTextFile(`${ROOT}/scripts/kaizen`);
  const [, list = ""] = /^ {2}unset ((?:.*\\\n)*.*)$/m.exec(
    launcher.slice(launcher.indexOf("shield_runtime() {")),
  ) ?? [];
  return new Set(list.split(/[\s\\]+/).filter((name) => name !== ""));
}

/** Finds texts that look like the name of a variable; the program stores texts without gaps. */
async function namesInRuntime(): Promise<Set<string>> {
  const found = new Set<string>();
  const inText = new RegExp(
    `(?<![A-Z0-9_])(?:${PREFIXES})_[A-Z0-9]+(?:_[A-Z0-9]+)*`,
    "g",
  );
  const joint =
    /(?<=[A-Z0-9])(?=(?:DENO|OTEL|(?<!DENO_T)RUST|NODE|RAYON|LAUFEY)_)/;
  const program = await Deno.readFile(Deno.execPath());
  const decoder = new TextDecoder("latin1");
  const step = 8 * 1024 * 1024;
  for (let at = 0; at < program.length; at += step) {
    const text = decoder.decode(program.subarray(at, at + step + 256));
    for (const [names] of text.matchAll(inText)) {
      for (const name of names.split(joint)) {
        if (new RegExp(`^(?:${PREFIXES})_.`).test(name)) found.add(name);
      }
    }
  }
  return found;
}

Deno.test("the launchers clear every variable that the pinned runtime knows", async () => {
  const cleared = await clearedNames();
  const isKnown = (name: string) => cleared.has(name) || ALLOWED.has(name);
  const missing = [...await namesInRuntime()].filter((name) =>
    // The first letters of the next text may follow the name.
    ![0, 1, 2].some((more) => isKnown(name.slice(0, name.length - more)))
  );
  assertEquals(missing, []);
});

Deno.test("the launchers clear the variables of Node", async () => {
  const cleared = await clearedNames();
  for (
    const name of [
      "NODE_OPTIONS",
      "NODE_CHANNEL_FD",
      "NODE_EXTRA_CA_CERTS",
      "NODE_V8_COVERAGE",
      "SSLKEYLOGFILE",
      "COMPLETE",
    ]
  ) assert(cleared.has(name), name);
});
