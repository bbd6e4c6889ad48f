// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Help pages about topics that are not commands.
 * @module
 */
import { EXIT_MEANINGS } from "../shell/exit_codes.ts";
import { wrap } from "../shell/wrap.ts";
import type { HelpTopic } from "./topics.ts";

/** The pages have a fixed layout, for the narrowest terminal in common use. */
const PAGE_WIDTH = 80;

/** Returns the page of a topic. */
export function renderTopic(topic: HelpTopic): string {
  return PAGES[topic]();
}

const PAGES: Record<HelpTopic, () => string> = {
  "exit-codes": () =>
    `Exit codes

${
      Object.entries(EXIT_MEANINGS)
        .flatMap(([code, meaning]) =>
          wrap(meaning, PAGE_WIDTH, "       ").map((line, i) =>
            i === 0 ? `  ${code.padStart(3)}  ${line.trimStart()}` : line
          )
        )
        .join("\n")
    }

2 is never used: coding agents read exit 2 of a hook as "block this tool call".
"kaizen ingest hook" and "kaizen ingest git" always exit 0.
`,
  json: () =>
    `JSON output

  -o json     one JSON document on stdout, also for errors;
              the default if stdout is not a terminal
  -o ndjson   one record per line, printed as it arrives
  -o trace    only for "kaizen detail": trace events for chrome://tracing and
              ui.perfetto.dev
  -o csv, -o arrow, -o parquet
              only for "kaizen events", "sessions", "usage" and "commits":
              records as columns (docs/columns.md)

If the answer is a single frame, stdout has the bytes that the daemon sent. This
preserves fields that this version does not know and integers above 2^53. New
fields may be added; fields are never renamed and never change their type. Times
are epoch milliseconds. Money is in millionths of a US dollar (cost_usd_e6).

A failure is an object that includes the exit code:
  {"type":"error","code":"daemon_not_running","message":"…","exit":3}
Its code is one of usage, not_found, ambiguous, cursor_gone, daemon_not_running,
daemon_timeout, daemon_error, daemon_broken, protocol_error,
unsupported_version, unsupported_request, bad_input, home_owned, home_unusable,
socket_unusable, file_error, internal.

Examples
  kaizen sessions --json | jq -r '.rows[] | [.id, .status] | @tsv'
  kaizen sessions --limit 0 | jq '[.rows[].totals.cost_usd_e6]|(add//0)/1e6'
  kaizen detail @latest -o ndjson | jq -r 'select(.record == "event") | .kind'

docs/json.md describes every output; docs/recipes.md has more recipes.
`,
  environment: () =>
    `Environment variables

A flag overrides a variable, and a variable overrides the default.
An empty variable counts as unset.

  KAIZEN_HOME              directory of the socket, lock, log, store and
                           spool, as an absolute path
                           (--home; default: $HOME/.kaizen)
  KAIZEN_SOCK              path of the daemon's socket
                           (--socket; default: daemon.sock in the home)
  KAIZEN_TIMEOUT           timeout of one request (--timeout)
  KAIZEN_OUTPUT            output format: text, json, ndjson, trace, csv,
                           arrow, parquet (--output)
  KAIZEN_NO_START          1: do not start a daemon (--no-start)
  KAIZEN_WORKSPACE         workspace to query, or to record an event for
                           (--workspace; default: the current one)
  KAIZEN_OFF               1: "kaizen ingest" does nothing and exits 0,
                           and so do its subcommands
  KAIZEN_SESSION           session that events of git hooks belong to
  KAIZEN_SPOOL_MAX_EVENTS  maximum number of events in the spool
                           (default: 10000)
  KAIZEN_SPOOL_MAX_BYTES   maximum size of the spool (default: 64 MiB)
  NO_COLOR                 set to any value: no colors (--color)
  CLAUDE_PROJECT_DIR, CURSOR_PROJECT_DIR, GEMINI_PROJECT_DIR
                           project directory that the agent sets for
                           its own hooks
  CLAUDECODE, CODEX_THREAD_ID, CODEX_SANDBOX, COPILOT_CLI, CURSOR_AGENT,
  GEMINI_CLI               set by an agent for the commands it runs: a
                           commit made with one is of that agent
  CLAUDE_CONFIG_DIR, CODEX_HOME, COPILOT_HOME, GEMINI_CLI_HOME,
  OPENCLAW_STATE_DIR, VIBE_HOME
                           the agent's own folder, for "kaizen hooks" and
                           "kaizen import"

The path of the socket never depends on TMPDIR or XDG_RUNTIME_DIR, so
hooks, terminals and GUIs use the same one. It cannot be longer than 107
bytes (103 on macOS): if it is, choose a shorter --home or --socket.
`,
  privacy: () =>
    `Privacy

Prompts, commands, outputs and file contents are recorded as the agent sent
them, in the home, which only you can read. Nothing leaves this machine.

The file config.toml in the home says what is recorded. All keys are optional:

  keep = "90d"              # delete sessions without activity for 90 days

  [exclude]
  workspaces = ["~/secret"] # record nothing in these folders
  tools = ["mcp__bank__*"]  # record no content of these tools,
  paths = ["*.env"]         # nor of calls that name these paths

  [redact]
  store = true              # replace secrets of well-known forms when recording
  exports = true            # replace them in traces, columns and answers to
                            # agents (the default)

Changes take effect with the next event. If the file has a mistake, nothing is
recorded that it may be meant to keep out; kaizen doctor names the mistake.

  kaizen detail @latest --redact        show a session without its secrets
  kaizen store prune --older-than 30d   delete what is older than 30 days
  KAIZEN_OFF=1                          in an agent's environment: no recording

docs/privacy.md has the details.
`,
};
