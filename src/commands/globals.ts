// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The root of the command tree: the options that every command has.
 * @module
 */
import { Command } from "@cliffy/command";
import type { Cli } from "./shell/cli.ts";
import { chooseVersion } from "./version/command.ts";
import { makeStatus } from "./status/command.ts";
import {
  colorType,
  formatType,
  textType,
  timeoutType,
} from "./shell/value_types.ts";

/** Declares the program with its options, and no command yet. */
// deno-lint-ignore explicit-module-boundary-types -- the written type would be as long as the function
export function declareGlobals(cli: Cli) {
  return new Command()
    .name("kaizen")
    .noExit()
    .globalType("text", textType)
    .globalType("timeout", timeoutType)
    .globalType("format", formatType)
    .globalType("color", colorType)
    .globalOption(
      "--home <dir:text>",
      "Absolute path of the directory for socket, log, store and spool (default: $HOME/.kaizen; env: KAIZEN_HOME)",
    )
    .globalOption(
      "--socket <path:text>",
      "Path of the daemon's Unix socket (default: daemon.sock in the home; env: KAIZEN_SOCK)",
    )
    .globalOption(
      "--timeout <duration:timeout>",
      "Timeout of one request, such as 250ms, 2s, 1m30s, or a number of milliseconds (default: 500ms for status, 2s for ingest, 5s for stop, 60s for store, usage and commits, otherwise 10s; env: KAIZEN_TIMEOUT)",
    )
    .globalOption(
      "-o, --output <format:format>",
      "Output format: text, json, ndjson; detail also has trace; events, sessions, usage and commits have csv, arrow, parquet (default: text on a terminal, otherwise json; env: KAIZEN_OUTPUT)",
    )
    .globalOption("--json", "Same as --output json")
    .globalOption(
      "--color <when:color>",
      "When to use colors: auto, always, never (default: auto, which means on a terminal; env: NO_COLOR, which means never)",
    )
    .globalOption(
      "--nostart",
      "Do not start a daemon (env: KAIZEN_NO_START=1)",
    )
    .globalOption("--nodaemon", "Not supported: there is no direct mode", {
      hidden: true,
    })
    .globalOption("-v, --verbose", "Print more messages to stderr")
    .globalOption("-q, --quiet", "Print fewer messages to stderr")
    .versionOption(
      "-V, --version",
      "Show the versions of kaizen, its protocol and its runtime, and how it was built",
      () => chooseVersion(cli),
    );
}

/** The part of a command tree that parsing needs. */
export type Tree = Pick<ReturnType<typeof declareGlobals>, "parse">;

/**
 * Makes the tree for `kaizen status` only, without help: prompts and scripts run it often, so it
 * loads nothing else.
 */
export function makeStatusBranch(cli: Cli): Tree {
  const root = declareGlobals(cli).helpOption(false);
  root.command("status", makeStatus(cli));
  return root;
}
