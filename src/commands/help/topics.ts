// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Help about things that are no commands.
 * @module
 */
import { EXIT_MEANINGS } from "../shell/exit_codes.ts";
import { wrap } from "../shell/wrap.ts";

export const HELP_TOPICS = ["exit-codes", "json", "environment"] as const;
export type HelpTopic = typeof HELP_TOPICS[number];

/** What each is about, for a list. */
export const TOPIC_SUMMARIES: Record<HelpTopic, string> = {
  "exit-codes": "What the exit codes mean",
  json: "What scripts can rely on",
  environment: "Variables that are read",
};

/** Pages are laid out once, for the narrowest terminal that is common. */
const PAGE_WIDTH = 80;

/** The page of a topic. */
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

2 is never used: coding agents read a hook's exit 2 as "block this tool call".
"kaizen ingest hook" and "kaizen ingest git" exit 0 whatever happens.
`,
  json: () =>
    `JSON output

  -o json     one document on stdout, also where the answer is an error;
              the default off a terminal
  -o ndjson   one record a line, as they come
  -o trace    "kaizen detail" only: trace events, for chrome://tracing and
              ui.perfetto.dev

Where the answer is one frame, stdout is what the daemon sent, byte for byte:
fields that this version does not know and integers above 2^53 survive. Fields
may be added, never renamed or retyped. Times are epoch milliseconds, money is
millionths of a US dollar (cost_usd_e6).

A failure is an object, with the exit code that it names:
  {"type":"error","code":"daemon_not_running","message":"…","exit":3}
Its code is one of usage, not_found, ambiguous, daemon_not_running,
daemon_timeout, daemon_error, daemon_broken, protocol_error,
unsupported_version, bad_input, home_owned, home_unusable, socket_unusable,
file_error, internal.

Examples
  kaizen sessions --json | jq -r '.rows[] | [.id, .status] | @tsv'
  kaizen sessions --json --limit 0 | jq '[.rows[].totals.cost_usd_e6]|add/1e6'
  kaizen detail @latest -o ndjson | jq -r 'select(.record == "event") | .kind'

Every output is described in docs/json.md, more recipes are in docs/recipes.md.
`,
  environment: () =>
    `Environment

A flag beats a variable, a variable beats the default. Empty is unset.

  KAIZEN_HOME              where everything lives, absolute
                           (--home; default: $HOME/.kaizen)
  KAIZEN_SOCK              the daemon's socket
                           (--socket; default: daemon.sock in the home)
  KAIZEN_TIMEOUT           deadline of one request (--timeout)
  KAIZEN_OUTPUT            text, json or ndjson (--output)
  KAIZEN_NO_START          1: never start a daemon (--no-start)
  KAIZEN_WORKSPACE         the workspace that is asked about, or that
                           an event belongs to
                           (--workspace; default: where you are)
  KAIZEN_OFF               1: every kind of "kaizen ingest" does
                           nothing, successfully
  KAIZEN_SESSION           the agent's session of git hooks
  KAIZEN_SPOOL_MAX_EVENTS  most events in the spool (default: 10000)
  KAIZEN_SPOOL_MAX_BYTES   most bytes in the spool (default: 64 MiB)
  NO_COLOR                 set: no colors (--color)
  CLAUDE_PROJECT_DIR, CURSOR_PROJECT_DIR
                           the agent's directory, for hooks

The socket's path never depends on TMPDIR or XDG_RUNTIME_DIR: a hook, a
terminal and a GUI find the same. A path over 107 bytes (Linux; 103 on
macOS) cannot be used for a socket: choose a shorter --home or --socket.
`,
};
