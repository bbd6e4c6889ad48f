// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Finds the call of an agent that made a commit of git.
 *
 * Git runs our hook while the agent's shell call is open. In an agent's shell the hook also sees a
 * variable that a person's shell does not have. A wrong link is worse than none, so a commit that a
 * person may have made beside a running agent gets none.
 * @module
 */

/** A commit as git's hook told it. */
export interface CommitFact {
  /** Real path of the worktree. */
  workspace: string;
  /** Epoch milliseconds. */
  tsMs: number;
  /** The first line of the message, null if unknown. */
  subject: string | null;
  /** The agent whose shell ran git; null: no variable tells of one. */
  agent: string | null;
}

/** A shell call that may have made a commit. */
export interface ShellCall {
  sessionId: string;
  agent: string;
  /** Real path of the session's worktree. */
  workspace: string;
  callId: string | null;
  /** The command in one line, perhaps cut. */
  command: string;
  startedAtMs: number;
  /** Null while the call is open. */
  endedAtMs: number | null;
}

/**
 * How sure a link is. `sure`: git ran in a shell of that agent, or the command has the commit's
 * message. `likely`: a command that makes commits ran at that time.
 */
export type Sureness = "sure" | "likely";

/** The call that made a commit. */
export interface CommitLink {
  call: ShellCall;
  sureness: Sureness;
}

/**
 * A command in the background may run for this long after its call has ended, in milliseconds.
 */
const BACKGROUND_MS = 600_000;
/** A shorter subject may be in a command by chance, in characters. */
const MIN_SUBJECT = 8;
const MENTIONS_GIT = /(?:^|[^\w-])git(?:$|[^\w-])/;
const MAKES_COMMIT =
  /(?:^|[^\w-])git\b.*\b(?:commit|merge|rebase|cherry-pick|revert|pull|am)\b/;
/** A message on the command line. */
const MESSAGE = /\bcommit\b.*?\s-(?:-message[= ]|[a-z]*m ?)["']?([^"'$]{4,})/;

/**
 * Finds the call that made a commit.
 *
 * @param calls Shell calls of all sessions around the time of the commit.
 * @returns Null if no call did, or if calls of two sessions may have.
 */
export function linkCommit(
  commit: CommitFact,
  calls: readonly ShellCall[],
): CommitLink | null {
  const { agent, tsMs } = commit;
  const own = calls.filter((call) =>
    call.startedAtMs <= tsMs && (agent === null || agent === call.agent) &&
    isAbout(call, commit)
  );
  const open = own.filter(({ endedAtMs }) =>
    endedAtMs === null || endedAtMs >= tsMs
  );
  const making = open.filter((call) => mayMake(call, commit));
  const telling = making.filter((call) => hasSubject(call, commit));
  const sureness = agent === null ? "likely" : "sure";
  const link = pick(telling, "sure") ?? pick(making, sureness);
  if (link !== null || agent === null) return link;
  // Only the variable tells of an agent: a script that runs git, or a shell in the background.
  return pick(open.filter(mentionsGit), "sure") ?? pick(open, "likely") ??
    pick(
      own.filter((call) =>
        tsMs - (call.endedAtMs ?? tsMs) <= BACKGROUND_MS &&
        mayMake(call, commit)
      ),
      "likely",
    );
}

/** Whether a call ran in the worktree of a commit, or names it. */
function isAbout(call: ShellCall, { workspace }: CommitFact): boolean {
  return call.workspace === workspace || call.command.includes(workspace);
}

/** Whether a command makes commits, and not with another message. */
function mayMake(call: ShellCall, commit: CommitFact): boolean {
  if (!MAKES_COMMIT.test(call.command)) return false;
  const said = MESSAGE.exec(call.command)?.[1]?.split(/\s{2}|…/)[0]?.trim();
  const { subject } = commit;
  if (said === undefined || said === "" || subject === null) return true;
  // One of both may be cut.
  return subject.startsWith(said) || said.startsWith(subject) ||
    hasSubject(call, commit);
}

function hasSubject({ command }: ShellCall, { subject }: CommitFact): boolean {
  return subject !== null && subject.length >= MIN_SUBJECT &&
    command.includes(subject);
}

function mentionsGit({ command }: ShellCall): boolean {
  return MENTIONS_GIT.test(command);
}

/** Returns the newest of the calls, null if there is none or if they are of several sessions. */
function pick(
  calls: readonly ShellCall[],
  sureness: Sureness,
): CommitLink | null {
  const sessions = new Set(calls.map(({ sessionId }) => sessionId));
  if (sessions.size !== 1) return null;
  const call = calls.reduce((newest, call) =>
    call.startedAtMs > newest.startedAtMs ? call : newest
  );
  return { call, sureness };
}
