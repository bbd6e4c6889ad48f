// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The program: arguments in, exit code out. `ingest hook` and `ingest git` take a way of their own,
 * shorter than the command tree, and always end with 0: coding agents read a hook's
 * failure as a verdict on the tool call.
 * @module
 */
import { silentContext } from "./src/context/mod.ts";
import { runHook } from "./src/ingest/run_hook.ts";

if (isHook(Deno.args)) {
  const end = () => Deno.exit(0);
  const meanwhile = () => {
    addEventListener("unhandledrejection", end);
    addEventListener("error", end);
  };
  try {
    await runHook({ ...silentContext(), meanwhile });
  } catch (error) {
    // What runHook can count, it has counted, unless a part of the program could not be loaded.
    // Then the launcher counts, which ends with 0 itself.
    if (error instanceof TypeError && Deno.env.has("KAIZEN_USER_HOME")) {
      Deno.exit(70);
    }
  }
  Deno.exit(0);
} else {
  const program = await import("./program.ts").catch(reportIncomplete);
  Deno.exit(await program.runProgram(program.realContext()));
}

/**
 * Decided by two adjacent words anywhere, before anything can fail; not where a person asks for
 * help about them.
 */
function isHook(args: readonly string[]): boolean {
  const isNamed = args.some((word, i) =>
    word === "ingest" && args[i - 1] !== "help" &&
    (args[i + 1] === "hook" || args[i + 1] === "git")
  );
  // No agent gives its hooks a terminal to read from.
  return isNamed &&
    !(args.some((word) => /^(--help|-h)$/.test(word)) &&
      Deno.stdin.isTerminal());
}

/** A part of the installation is gone, as when only `kaizen.js` was copied elsewhere. */
function reportIncomplete(error: Error): never {
  const [reason] = error.message.split("\n");
  const text = `kaizen: Cannot load the program: ${reason}\n` +
    "  try: build and install it again\n";
  Deno.stderr.writeSync(new TextEncoder().encode(text));
  Deno.exit(70);
}
