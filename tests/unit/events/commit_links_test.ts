// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import {
  type CommitFact,
  linkCommit,
  type ShellCall,
} from "../../../src/events/mod.ts";

const COMMIT: CommitFact = {
  workspace: "/repo",
  tsMs: 1000,
  subject: "Fix the login",
  agent: null,
};

function call(command: string, more: Partial<ShellCall> = {}): ShellCall {
  return {
    sessionId: "s",
    agent: "claude",
    workspace: "/repo",
    callId: "c",
    command,
    startedAtMs: 900,
    endedAtMs: 1100,
    ...more,
  };
}

/** The session and the sureness of the link, or null. */
function link(calls: ShellCall[], more: Partial<CommitFact> = {}) {
  const found = linkCommit({ ...COMMIT, ...more }, calls);
  return found && `${found.call.sessionId} ${found.sureness}`;
}

const byAgent = { agent: "claude" };
const cases: [
  name: string,
  calls: ShellCall[],
  expected: string | null,
  commit?: Partial<CommitFact>,
][] = [
  ["no call", [], null],
  ["an open call that commits", [call("git commit -a")], "s likely"],
  [
    "a call with the message",
    [call('git commit -m "Fix the login"')],
    "s sure",
  ],
  [
    "a call with the message in a here document",
    [call(`git add -A && git commit -m "$(cat <<'EOF' Fix the login Co-Auth…`)],
    "s sure",
  ],
  ["a call with another message", [call('git commit -m "Other work"')], null],
  ["a call that only looks", [call("git status"), call("git log -1")], null],
  ["a call of another program", [call("npm test")], null],
  ["a command named like git", [call("legit commit")], null],
  ["a merge", [call("git -C . merge --no-ff topic")], "s likely"],
  ["a call that ended", [call("git commit -a", { endedAtMs: 999 })], null],
  [
    "a call that began later",
    [call("git commit", { startedAtMs: 1001 })],
    null,
  ],
  [
    "a call that is still open",
    [call("git commit", { endedAtMs: null })],
    "s likely",
  ],
  ["another worktree", [call("git commit", { workspace: "/other" })], null],
  [
    "another worktree that the command names",
    [call("cd /repo && git commit", { workspace: "/other" })],
    "s likely",
  ],
  [
    "two sessions that commit at the same time",
    [call("git commit"), call("git commit", { sessionId: "t" })],
    null,
  ],
  [
    "two sessions, one with the message",
    [
      call("git commit"),
      call('git commit -m "Fix the login"', { sessionId: "t" }),
    ],
    "t sure",
  ],
  ["a shell of the agent", [call("git commit")], "s sure", byAgent],
  [
    "a script in a shell of the agent",
    [call("make release")],
    "s likely",
    byAgent,
  ],
  [
    "a shell of another agent",
    [call("git commit")],
    null,
    { agent: "gemini" },
  ],
  [
    "two agents, told apart by the variable",
    [
      call("git commit"),
      call("git commit", { sessionId: "t", agent: "codex" }),
    ],
    "t sure",
    { agent: "codex" },
  ],
  [
    "a shell in the background",
    [call("sleep 5; git commit -qam 'other work'", { endedAtMs: 910 })],
    null,
    byAgent,
  ],
  [
    "a shell in the background without a message",
    [call("(sleep 5; git commit -qaF msg) &", { endedAtMs: 910 })],
    "s likely",
    byAgent,
  ],
  [
    "a person beside a shell in the background",
    [call("(sleep 5; git commit -qaF msg) &", { endedAtMs: 910 })],
    null,
  ],
];
for (const [name, calls, expected, commit] of cases) {
  Deno.test(`linkCommit() with ${name}: ${expected ?? "no link"}`, () => {
    assertEquals(link(calls, commit), expected);
  });
}
