// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What the tree of commands begins with: options that every command has.
 * @module
 */
import { Command } from "@cliffy/command";
import type { Cli } from "./shell/cli.ts";
import { chooseVersion } from "./version/command.ts";
import { makeStatus } from "./status/command.ts";
import {
  colorType,
  formatType,
  timeoutType,
  wordType,
} from "./shell/value_types.ts";

/** Declares the program with its options, and no command yet. */
// deno-lint-ignore explicit-module-boundary-types -- written out, the type would be as long as the function
export function declareGlobals(cli: Cli) {
  return new Command()
    .name("kaizen")
    .noExit()
    .globalType("word", wordType)
    .globalType("timeout", timeoutType)
    .globalType("format", formatType)
    .globalType("color", colorType)
    .globalOption(
      "--home <dir:word>",
      "Where socket, lock, log, store and spool live; absolute (default: $HOME/.kaizen; env: KAIZEN_HOME)",
    )
    .globalOption(
      "--socket <path:word>",
      "The daemon's Unix socket (default: daemon.sock in the home; env: KAIZEN_SOCK)",
    )
    .globalOption(
      "--timeout <duration:timeout>",
      "Deadline of one request: 250ms, 2s, 1m30s, or milliseconds (default: 500ms for status, 5s for stop, 10s for sessions and detail, 2s for ingest; env: KAIZEN_TIMEOUT)",
    )
    .globalOption(
      "-o, --output <format:format>",
      "text, json, ndjson; detail also trace (default: text on a terminal, else json; env: KAIZEN_OUTPUT)",
    )
    .globalOption("--json", "Short for --output json")
    .globalOption(
      "--color <when:color>",
      "auto, always, never (default: auto: on a terminal; env: NO_COLOR, which means never)",
    )
    .globalOption(
      "--nostart",
      "Never start a daemon (env: KAIZEN_NO_START=1)",
    )
    .globalOption("--nodaemon", "Refused: there is no direct mode", {
      hidden: true,
    })
    .globalOption("-v, --verbose", "Say more on stderr")
    .globalOption("-q, --quiet", "Say less on stderr")
    .versionOption(
      "-V, --version",
      "Show versions of CLI, protocol and runtime, commit and set of packages",
      () => chooseVersion(cli),
    );
}

/** A command line's tree. */
export type Tree = Pick<ReturnType<typeof declareGlobals>, "parse">;

/** The tree for `kaizen status`, which prompts and scripts ask often: without help, and nothing else is loaded. */
export function makeStatusBranch(cli: Cli): Tree {
  const root = declareGlobals(cli).helpOption(false);
  root.command("status", makeStatus(cli));
  return root;
}
