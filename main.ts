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
  const end = (event: Event) => {
    event.preventDefault();
    Deno.exit(0);
  };
  const meanwhile = () => {
    addEventListener("unhandledrejection", end);
    addEventListener("error", end);
  };
  try {
    await runHook({ ...silentContext(), meanwhile });
  } catch {
    // Silent by contract; what runHook can count, it has counted.
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
  return isNamed && !(asksForHelp(args) && Deno.stdin.isTerminal());
}

function asksForHelp(args: readonly string[]): boolean {
  return args.includes("--help") || args.includes("-h");
}

/** A part of the installation is gone, as when only `kaizen.js` was copied elsewhere. */
function reportIncomplete(error: unknown): never {
  const reason = error instanceof Error ? error.message.split("\n")[0] : error;
  const text = `kaizen: Cannot load the program: ${reason}\n` +
    "  try: build and install it again\n";
  Deno.stderr.writeSync(new TextEncoder().encode(text));
  Deno.exit(70);
}
