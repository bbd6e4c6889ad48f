// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Lists the commits that git's hooks reported, each with the session that made it.
 * @module
 */
import {
  type CommitLink,
  linkCommit,
  printCalls,
  type ShellCall,
} from "../events/mod.ts";
import {
  type CommitRecord,
  joinBytes,
  type RequestOf,
  type SpanNode,
} from "../proto/mod.ts";
import type {
  AgentSession,
  ReadableSession,
  Reader,
  Store,
} from "../store/mod.ts";
import type { Outlines } from "./outlines.ts";
import type { Pace } from "./pace.ts";
import type { Rebuilds } from "./rebuilds.ts";
import { type Reply, replyWith } from "./reply.ts";

/** Maximum number of commits in one answer. */
const MAX_ROWS = 1000;
/** A session counts for this long after its last event, in milliseconds: a command may run long. */
const OPEN_MS = 3_600_000;
/** Hooks that run after a commit is made. `post-rewrite` also names the commits it replaces. */
const MAKING_HOOKS: ReadonlySet<unknown> = new Set([
  "post-commit",
  "post-merge",
  "post-rewrite",
]);
const SHELL_TOOL = /bash|shell|exec|terminal|command/i;
const COMMA = 0x2c;
const DECODER = new TextDecoder();

/** The parts of {@linkcode Commits}. */
export interface CommitsParts {
  store: Store;
  pace: Pace;
  rebuilds: Rebuilds;
  outlines: Outlines;
  now: () => number;
  canonical: (path: string) => string;
}

/** A commit as its hook reported it. */
interface ToldCommit {
  commit: string;
  subject: string | null;
  branch: string | null;
  agent: string | null;
  tsMs: number;
  workspace: string;
  /** The agent's session that the hook was given, null if none. */
  session: ReadableSession | null;
  /** The session's agent. */
  sessionAgent: string;
}

/** How a commit was made of another. */
interface Rewrite {
  from: string;
  /** False: an amend. */
  isRebase: boolean;
}

/** An event of a hook of git. */
interface GitHookEvent {
  tsMs: number;
  hook: unknown;
  git: Record<string, unknown>;
}

/** Answers `list_commits`. */
export class Commits {
  readonly #options: CommitsParts;

  constructor(options: CommitsParts) {
    this.#options = options;
  }

  /** Answers a page of commits, the newest first. */
  async list(request: RequestOf<"list_commits">): Promise<Reply<"commits">> {
    const { store, rebuilds } = this.#options;
    while (true) {
      const reader = store.read();
      const stale = new Set<number>();
      try {
        const listing = new CommitListing(reader, stale, this.#options);
        const answer = await listing.answer(request);
        if (stale.size === 0) return replyWith(answer);
      } finally {
        reader.close();
      }
      await rebuilds.some([...stale]);
    }
  }
}

/** One answer, read from one snapshot. */
class CommitListing {
  readonly #reader: Reader;
  readonly #stale: Set<number>;
  readonly #options: CommitsParts;
  readonly #calls = new Map<string, ShellCall[]>();
  readonly #sessions = new Map<string, ReadableSession>();
  readonly #sessionOf = new Map<ShellCall, ReadableSession>();
  #agents: AgentSession[] | null = null;

  constructor(reader: Reader, stale: Set<number>, options: CommitsParts) {
    this.#reader = reader;
    this.#stale = stale;
    this.#options = options;
  }

  async answer(request: RequestOf<"list_commits">) {
    const { store, canonical } = this.#options;
    const { workspace, since_ms, session, ref } = request;
    const known = store.listWorkspaces();
    const path = typeof workspace === "string" ? canonical(workspace) : null;
    const wanted = path === null
      ? known
      : known.filter((it) => it.path === path);
    const told = new Map<string, ToldCommit>();
    const replaced = new Map<string, string>();
    const made = new Map<string, Rewrite>();
    for (const { key, path } of wanted) {
      for (const { id, agent } of this.#reader.sessions.committing(key)) {
        const found = await this.#find(key, id);
        if (found === null) continue;
        const own = agent === "git" ? null : found;
        for await (const event of this.#hookEvents(found)) {
          note(event, { workspace: path, session: own, agent }, told);
          noteRewrites(event, replaced, made);
        }
      }
    }
    const wantedOnes = [...told.values()].filter(({ commit, tsMs }) =>
      tsMs >= Number(since_ms ?? 0) && commit.startsWith(ref ?? "")
    ).toSorted((a, b) => b.tsMs - a.tsMs);
    const begin = Number(request.offset);
    const end = begin + Math.min(Number(request.limit), MAX_ROWS);
    // Without a session only the commits of the page have to be linked.
    const isAny = typeof session !== "string";
    const found: [ToldCommit, CommitLink | null][] = [];
    for (const one of isAny ? wantedOnes.slice(begin, end) : wantedOnes) {
      const link = await this.#linkThrough(one, told, made);
      if (isAny || link?.call.sessionId === session) found.push([one, link]);
    }
    const rows: CommitRecord[] = [];
    for (const [one, link] of isAny ? found : found.slice(begin, end)) {
      rows.push(await this.#row(one, link, { replaced, made, ref }));
    }
    const total = isAny ? wantedOnes.length : found.length;
    return { type: "commits" as const, rows, total };
  }

  async #find(key: number, id: string): Promise<ReadableSession | null> {
    const name = `${key} ${id}`;
    const known = this.#sessions.get(name);
    if (known !== undefined) return known;
    const { pace, now } = this.#options;
    const found = await pace.run(this.#reader.sessions.find([key], id, now()));
    if (found?.isStale) this.#stale.add(found.key);
    if (found !== null) this.#sessions.set(name, found);
    return found;
  }

  /** Reads the events of a session one by one. */
  async *#events(
    session: ReadableSession,
  ): AsyncGenerator<Record<string, unknown>> {
    let parts: Uint8Array[] = [];
    const decode = (): Record<string, unknown>[] => {
      const text = DECODER.decode(joinBytes(parts));
      parts = [];
      return JSON.parse(`[${text}]`);
    };
    for (const part of this.#reader.sessions.events(session)) {
      if (part.length === 1 && part[0] === COMMA) {
        yield* decode();
        await this.#options.pace.turn();
      } else parts.push(part);
    }
    yield* decode();
  }

  async *#hookEvents(session: ReadableSession): AsyncGenerator<GitHookEvent> {
    for await (const { ts_ms, payload } of this.#events(session)) {
      const git = member(payload, "git");
      if (typeof git !== "object" || git === null) continue;
      const fields = Object.fromEntries(Object.entries(git));
      yield { tsMs: Number(ts_ms), hook: fields.hook, git: fields };
    }
  }

  /**
   * Finds the call that made a commit, or the one that it was rewritten from: a rebase, by an agent
   * or a person, keeps the work of the first commit, an amend changes it.
   */
  async #linkThrough(
    one: ToldCommit,
    told: ReadonlyMap<string, ToldCommit>,
    made: ReadonlyMap<string, Rewrite>,
  ): Promise<CommitLink | null> {
    const seen = new Set<ToldCommit>();
    for (let at: ToldCommit | undefined = one; at && !seen.has(at);) {
      const rewrite = made.get(at.commit);
      const link = rewrite?.isRebase ? null : await this.#link(at);
      if (link !== null) return link;
      seen.add(at);
      at = told.get(rewrite?.from ?? "");
    }
    return null;
  }

  async #link(told: ToldCommit): Promise<CommitLink | null> {
    const { workspace, tsMs, session } = told;
    if (session !== null) {
      const call = {
        sessionId: readRecord(session).id,
        agent: told.sessionAgent,
        workspace,
        callId: null,
        command: "",
        startedAtMs: tsMs,
        endedAtMs: null,
      };
      this.#sessionOf.set(call, session);
      return { call, sureness: "sure" };
    }
    this.#agents ??= this.#reader.sessions.ofAgents();
    const calls: ShellCall[] = [];
    for (const { workspaceKey, id, agent, firstMs, lastMs } of this.#agents) {
      if (firstMs > tsMs || lastMs < tsMs - OPEN_MS) continue;
      calls.push(...await this.#shellCalls(workspaceKey, id, agent));
    }
    return linkCommit(told, calls);
  }

  async #shellCalls(
    key: number,
    id: string,
    agent: string,
  ): Promise<ShellCall[]> {
    const name = `${key} ${id}`;
    const known = this.#calls.get(name);
    if (known !== undefined) return known;
    const session = await this.#find(key, id);
    if (session === null || session.isStale) return [];
    const { store, outlines } = this.#options;
    const workspace = store.workspacePath(key);
    const outline = await outlines.outline(this.#reader, session);
    const bodies = this.#reader.sessions.bodies(session, outline.keys);
    const text = DECODER.decode(joinBytes([...printCalls(outline, bodies)]));
    const roots: SpanNode[] = JSON.parse(text);
    const calls: ShellCall[] = [];
    for (const { span } of flatten(roots)) {
      const { tool, summary, started_at_ms: start, ended_at_ms: end } = span;
      if (
        !SHELL_TOOL.test(tool ?? "") || start === null || start === undefined
      ) continue;
      calls.push({
        sessionId: id,
        agent,
        workspace,
        callId: span.tool_call_id ?? null,
        command: summary ?? "",
        startedAtMs: Number(start),
        endedAtMs: end === null || end === undefined ? null : Number(end),
      });
    }
    for (const call of calls) this.#sessionOf.set(call, session);
    this.#calls.set(name, calls);
    return calls;
  }

  async #row(
    { commit, subject, branch, tsMs, workspace }: ToldCommit,
    link: CommitLink | null,
    { replaced, made, ref }: {
      replaced: ReadonlyMap<string, string>;
      made: ReadonlyMap<string, Rewrite>;
      ref: string | null | undefined;
    },
  ): Promise<CommitRecord> {
    const session = (link && this.#sessionOf.get(link.call)) ?? null;
    const record = session && readRecord(session);
    return {
      commit,
      subject,
      branch,
      ts_ms: tsMs,
      workspace,
      session_id: link?.call.sessionId ?? null,
      agent: link?.call.agent ?? null,
      tool_call_id: link?.call.callId ?? null,
      sureness: link?.sureness ?? null,
      title: record?.title ?? null,
      // Reading all prompts of a long session takes long, so only one commit has its own.
      prompt: session && ref ? await this.#promptAt(session, tsMs) : null,
      cost_usd_e6: record?.totals?.cost_usd_e6 ?? null,
      replaces: made.get(commit)?.from ?? null,
      replaced_by: replaced.get(commit) ?? null,
    };
  }

  /** Returns the last prompt before a time, null if there is none. */
  async #promptAt(
    session: ReadableSession,
    tsMs: number,
  ): Promise<string | null> {
    let prompt: string | null = null;
    for await (const { ts_ms, payload } of this.#events(session)) {
      const text = member(payload, "prompt");
      if (typeof text === "string" && Number(ts_ms) <= tsMs) prompt = text;
    }
    return prompt;
  }
}

/** Remembers the commit of an event, unless it is known. */
function note(
  { tsMs, hook, git }: GitHookEvent,
  from: { workspace: string; session: ReadableSession | null; agent: string },
  told: Map<string, ToldCommit>,
): void {
  const { commit, args } = git;
  if (!MAKING_HOOKS.has(hook) || typeof commit !== "string") return;
  // A squash is committed later.
  if (hook === "post-merge" && Array.isArray(args) && args[0] === "1") return;
  if (told.has(commit)) return;
  told.set(commit, {
    commit,
    subject: textOf(git.subject),
    branch: textOf(git.branch),
    agent: textOf(git.agent),
    tsMs,
    workspace: from.workspace,
    session: from.session,
    sessionAgent: from.agent,
  });
}

/** Remembers the pairs of commits that an amend or a rebase names: old and new, a line each. */
function noteRewrites(
  { hook, git }: GitHookEvent,
  replaced: Map<string, string>,
  made: Map<string, Rewrite>,
): void {
  const isRebase = Array.isArray(git.args) && git.args[0] === "rebase";
  if (hook !== "post-rewrite" || typeof git.stdin !== "string") return;
  for (const line of git.stdin.split("\n")) {
    const [old, now] = line.split(" ");
    if (!old || !now || old === now) continue;
    replaced.set(old, now);
    // Of several commits that became one, the first gave it its message. On the way there a rebase
    // also amends.
    if (!made.get(now)?.isRebase) made.set(now, { from: old, isRebase });
  }
}

function readRecord(session: ReadableSession): {
  id: string;
  title?: string | null;
  totals?: { cost_usd_e6: number | null };
} {
  return JSON.parse(DECODER.decode(session.record));
}

function* flatten(roots: readonly SpanNode[]): Generator<SpanNode> {
  for (const node of roots) {
    yield node;
    yield* flatten(node.children);
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? Reflect.get(value, name)
    : undefined;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
