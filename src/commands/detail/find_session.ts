// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Finds the session for an id, a prefix of one, or `@latest`.
 * @module
 */
import type { SessionRecord } from "../../proto/mod.ts";
import { type CheckedAnswer, openChecked } from "../ask/answer_head.ts";
import { askOrStart, clientOptions, READ_TIMEOUT_MS } from "../ask/ask.ts";
import type { Run } from "../shell/cli.ts";
import { NotFoundError } from "../shell/errors.ts";
import { type Place, resolvePlace } from "../ask/place.ts";

/** The name of the newest session of the workspace. */
const LATEST = "@latest";
/** Maximum number of candidates to list for an ambiguous prefix. */
const MAX_CANDIDATES = 20;

/** A session and its unread `detail` answer. */
export interface FoundSession {
  id: string;
  /** Null: the workspace is unknown. */
  workspace: string | null;
  answer: CheckedAnswer;
}

/** Options of {@linkcode findSession}. */
export interface FindOptions {
  id: string;
  place: Place;
  /** True: return before the answer is complete, so that records can be printed as they arrive. */
  isEager: boolean;
}

/**
 * Finds a session by its id in the given place, then in all workspaces unless a flag named the
 * place, then by a prefix of its id.
 *
 * @throws {NotFoundError} If there is no such session, or if the prefix is ambiguous.
 */
export async function findSession(
  options: FindOptions,
  run: Run,
): Promise<FoundSession> {
  const { id, place } = options;
  const workspaces = await resolvePlace(place, run);
  const [workspace = null] = workspaces;
  const ask = (id: string, workspace: string | null) =>
    openDetail({ id, workspace, isEager: options.isEager }, run);
  if (id === LATEST) {
    const newest = await findNewest(workspace, run);
    const found = await ask(newest, workspace);
    if (found !== null) return found;
  }
  const isOpen = place.kind === "workspace" && !place.isGiven;
  for (const where of isOpen ? [workspace, null] : [workspace]) {
    const found = await ask(id, where);
    if (found !== null) return found;
  }
  // A table shortens an id with an ellipsis, which users copy, too.
  const prefix = id.length > 1 ? id.replace(/…$/, "") : id;
  const whole = workspace === null
    ? null
    : await completeId(prefix, workspace, run);
  const found = whole === null ? null : await ask(whole, workspace);
  if (found !== null) return found;
  throw new NotFoundError(
    `There is no session "${id}"${
      isOpen || workspace === null ? "" : ` in ${workspace}`
    }`,
    isOpen ? "sessions --all-workspaces" : "sessions",
  );
}

/**
 * Requests a session.
 *
 * @returns The unread answer, or null if there is no such session.
 */
export async function openDetail(
  { id, workspace, isEager }: {
    id: string;
    workspace: string | null;
    isEager: boolean;
  },
  run: Run,
): Promise<FoundSession | null> {
  const client = clientOptions(run, READ_TIMEOUT_MS);
  const request = { type: "get_session_detail", id, workspace } as const;
  const answer = await askOrStart(
    run,
    () => openChecked({ request, expected: "detail", isEager }, client),
  );
  if (!answer.isEmpty) return { id, workspace, answer };
  await answer[Symbol.asyncDispose]();
  return null;
}

async function findNewest(workspace: string | null, run: Run): Promise<string> {
  const sessions = workspace === null
    ? []
    : await listSessions(workspace, { limit: 1 }, run);
  const [newest] = sessions;
  if (newest !== undefined) return newest.id;
  throw new NotFoundError(
    `There is no session in ${workspace ?? "any workspace"} yet`,
    "sessions --all-workspaces",
  );
}

/** Returns the only id of the workspace with this prefix; null if there is none. */
async function completeId(
  prefix: string,
  workspace: string,
  run: Run,
): Promise<string | null> {
  const sessions = (await listSessions(workspace, { limit: 0 }, run))
    .filter(({ id }) => id.startsWith(prefix));
  const [only] = sessions;
  if (sessions.length <= 1) return only?.id ?? null;
  const { formatAgo } = await import("../../output/mod.ts");
  const now = run.context.now();
  const candidates = sessions.slice(0, MAX_CANDIDATES).map((session) => ({
    word: session.id,
    about: [
      session.agent,
      session.status,
      formatAgo(session.started_at_ms, now),
    ].join(", "),
  }));
  throw new NotFoundError(
    `${sessions.length} sessions start with "${prefix}"`,
    "sessions",
    candidates,
    sessions.length - candidates.length,
  );
}

async function listSessions(
  workspace: string,
  { limit }: { limit: number },
  run: Run,
): Promise<SessionRecord[]> {
  const { collectSessions } = await import("../ask/session_rows.ts");
  const wanted = { filter: {}, limit, offset: 0 };
  const { rows } = await collectSessions([workspace], wanted, run);
  return rows.map(({ record }) => record);
}
