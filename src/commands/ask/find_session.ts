// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Finds the session for an id, a prefix of one, or `@latest`.
 * @module
 */
import { ask } from "../../client/mod.ts";
import type { SessionRecord } from "../../proto/mod.ts";
import { type CheckedAnswer, openChecked } from "./answer_head.ts";
import { askOrStart, clientOptions, READ_TIMEOUT_MS } from "./ask.ts";
import type { Run } from "../shell/cli.ts";
import { NotFoundError } from "../shell/errors.ts";
import { guessWord } from "../shell/nearest.ts";
import { notFound, type Place, readPlace, resolvePlace } from "./place.ts";

/** The name of the newest session of the workspace. */
export const LATEST = "@latest";
/** Maximum number of candidates to list for an ambiguous prefix. */
const MAX_CANDIDATES = 20;
/** Sessions that git's hooks feed have such an id. */
const GIT_PREFIX = "git:";

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
 * Finds a session by its id: in the given place, then in all workspaces unless a flag named the
 * place. If no session has the id, finds one by a prefix of its id in the same order.
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
  const open = (id: string, workspace: string | null) =>
    openDetail({ id, workspace, isEager: options.isEager }, run);
  if (id === LATEST) {
    const newest = await findNewest(workspace, run);
    const found = await open(newest, workspace);
    if (found !== null) return found;
  }
  const isOpen = place.kind === "workspace" && !place.isGiven;
  for (const where of isOpen ? [workspace, null] : [workspace]) {
    const found = await open(id, where);
    if (found !== null) return found;
  }
  // A table shortens an id with an ellipsis, which users copy, too.
  const prefix = id.length > 1 ? id.replace(/…$/, "") : id;
  const whole = workspace === null
    ? null
    : await completeId({ prefix, workspace, isOpen }, run);
  const found = whole === null ? null : await open(whole.id, whole.workspace);
  if (found !== null) return found;
  throw await notFound(
    `There is no session "${id}"${
      isOpen || workspace === null ? "" : ` in ${workspace}`
    }${guessWord(id, [LATEST])}`,
    isOpen ? "sessions --all-workspaces" : "sessions",
    run,
  );
}

/**
 * Finds a session as {@linkcode findSession} does, and returns its id and workspace alone. A place
 * that stands for all workspaces does not exclude any.
 *
 * @throws {NotFoundError} If there is no such session, or if the prefix is ambiguous.
 */
export async function locateSession(
  { id, place }: { id: string; place: Place | null },
  run: Run,
): Promise<{ id: string; workspace: string | null }> {
  const where = place === null || place.kind === "all"
    ? readPlace({}, run)
    : place;
  const found = await findSession({ id, place: where, isEager: true }, run);
  await found.answer[Symbol.asyncDispose]();
  return { id: found.id, workspace: found.workspace };
}

/**
 * Requests a session.
 *
 * @returns The unread answer, or null if there is no such session.
 */
export async function openDetail(
  { id, workspace, isEager, asStored = false }: {
    id: string;
    workspace: string | null;
    isEager: boolean;
    /** Whether its usage does not matter, so that the daemon need not read its transcript first. */
    asStored?: boolean;
  },
  run: Run,
): Promise<FoundSession | null> {
  const client = clientOptions(run, READ_TIMEOUT_MS);
  const request = {
    type: "get_session_detail",
    id,
    workspace,
    ...asStored ? { as_stored: true } : {},
  } as const;
  const answer = await askOrStart(
    run,
    () => openChecked({ request, isEager }, client),
  );
  if (!answer.isEmpty) return { id, workspace, answer };
  await answer[Symbol.asyncDispose]();
  return null;
}

/**
 * Finds the session of the workspace that was active last. Git's own sessions count only where
 * there is no other.
 */
async function findNewest(workspace: string | null, run: Run): Promise<string> {
  const sessions = workspace === null
    ? []
    : await listSessions(workspace, { limit: MAX_CANDIDATES }, run);
  const newest = sessions.find(({ id }) => !id.startsWith(GIT_PREFIX)) ??
    sessions[0];
  if (newest !== undefined) return newest.id;
  throw await notFound(
    `There is no session in ${workspace ?? "any workspace"} yet`,
    "sessions --all-workspaces",
    run,
  );
}

/** A prefix of an id, and where to look for it. */
interface PrefixOptions {
  prefix: string;
  workspace: string;
  /** True: look in all workspaces if this one has no such session. */
  isOpen: boolean;
}

/**
 * Finds the only session whose id starts with a prefix. Our daemon looks it up in an index and
 * sends a few candidates at most.
 *
 * @returns Null if there is none.
 * @throws {NotFoundError} If there are several.
 */
async function completeId(
  { prefix, workspace, isOpen }: PrefixOptions,
  run: Run,
): Promise<SessionRecord | null> {
  const client = clientOptions(run, READ_TIMEOUT_MS);
  for (
    const any_workspace of isOpen && prefix !== "" ? [false, true] : [false]
  ) {
    const request = {
      type: "list_sessions",
      workspace,
      offset: 0,
      limit: MAX_CANDIDATES,
      filter: { id_prefix: prefix, any_workspace },
    } as const;
    const { rows, total, id_prefix } = await askOrStart(
      run,
      () => ask(request, client),
    );
    if (id_prefix !== prefix) {
      // This daemon ignores the filter: the rows are the newest sessions with any ids.
      const all = await listSessions(workspace, { limit: 0 }, run);
      const matching = all.filter(({ id }) => id.startsWith(prefix));
      return await pickOnly(matching, { prefix, total: matching.length }, run);
    }
    const only = await pickOnly(rows, { prefix, total: Number(total) }, run);
    if (only !== null) return only;
  }
  return null;
}

/** Takes the newest of `total` matching sessions; returns the session if there is only one. */
async function pickOnly(
  matching: readonly SessionRecord[],
  { prefix, total }: { prefix: string; total: number },
  run: Run,
): Promise<SessionRecord | null> {
  // Two workspaces can have the same id.
  const ids = new Set(matching.map(({ id }) => id));
  if (ids.size <= 1 && total <= matching.length) return matching[0] ?? null;
  const { formatAgo } = await import("../../output/mod.ts");
  const now = run.context.now();
  const candidates = matching.slice(0, MAX_CANDIDATES).map((session) => ({
    word: session.id,
    about: [
      session.agent,
      session.status,
      formatAgo(session.started_at_ms, now),
    ].join(", "),
  }));
  throw new NotFoundError(
    `${total} sessions start with "${prefix}"`,
    "sessions",
    candidates,
    total - candidates.length,
  );
}

async function listSessions(
  workspace: string,
  { limit }: { limit: number },
  run: Run,
): Promise<SessionRecord[]> {
  const { collectSessions } = await import("./session_rows.ts");
  const wanted = { filter: {}, limit, offset: 0 };
  const { rows } = await collectSessions([workspace], wanted, run);
  return rows.map(({ record }) => record);
}
