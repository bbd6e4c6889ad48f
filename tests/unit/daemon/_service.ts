// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A service on a store of its own, asked in JSON.
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import {
  type DaemonRequest,
  decodeJson,
  type HookSource,
  type JsonObject,
  type JsonValue,
  type RequestOf,
  type SessionFilter,
} from "../../../src/proto/mod.ts";
import type { Reply } from "../../../src/daemon/reply.ts";
import { Service, type ServiceOptions } from "../../../src/daemon/service.ts";
import { tempFolder } from "./_folder.ts";

/** The clock of all tests. */
export const NOW = 1_800_000_000_000;

/**
 * Reads a reply to its end and closes it.
 *
 * @throws {RangeError} If its length is not the one it announced.
 */
export function readReply(reply: Reply): JsonObject {
  const bytes = new Uint8Array(reply.length);
  let at = 0;
  for (const chunk of reply.chunks()) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  reply.close?.();
  if (at !== reply.length) {
    throw new RangeError(`${at} bytes, said ${reply.length}`);
  }
  return asObject(decodeJson(bytes));
}

/** Narrows a JSON value to an object. */
export function asObject(value: JsonValue | undefined): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError("no object");
  }
  return value;
}

/** Narrows a JSON value to a list. */
export function asList(value: JsonValue | undefined): JsonValue[] {
  if (Array.isArray(value)) return value;
  throw new TypeError("no list");
}

/** A service that can be stopped and started again over the same file. */
export class TestService implements AsyncDisposable {
  readonly folder = tempFolder();
  readonly path = `${this.folder.path}/store.db`;
  readonly logged: string[] = [];
  readonly #options: Partial<ServiceOptions>;
  service: Service;

  /** @param files Content of the store to begin with, and of its WAL. */
  constructor(
    options: Partial<ServiceOptions> = {},
    ...files: (Uint8Array | undefined)[]
  ) {
    this.#options = options;
    for (const [i, bytes] of files.entries()) {
      const end = i === 0 ? "" : "-wal";
      if (bytes !== undefined) Deno.writeFileSync(this.path + end, bytes);
    }
    this.service = this.#open();
  }

  async restart(options: Partial<ServiceOptions> = {}): Promise<void> {
    await this.service[Symbol.asyncDispose]();
    Object.assign(this.#options, options);
    this.service = this.#open();
  }

  /** Goes on with the files as they are at this moment, as after SIGKILL. */
  async crash(): Promise<void> {
    const ends = ["", "-wal"].map((end) => this.path + end);
    const files = ends.map((path) => Deno.readFileSync(path));
    await this.service[Symbol.asyncDispose]();
    for (const [i, bytes] of files.entries()) {
      Deno.writeFileSync(ends[i] ?? "", bytes);
    }
    this.service = this.#open();
  }

  async ask(request: DaemonRequest): Promise<JsonObject> {
    return readReply(await this.service.handle(request));
  }

  async ingest(
    source: HookSource,
    payload: string | JsonObject,
    workspace: string | null = "/w/app",
  ): Promise<JsonObject> {
    return await this.ask({
      type: "ingest_hook",
      source,
      payload: typeof payload === "string" ? payload : JSON.stringify(payload),
      workspace,
    });
  }

  async detail(
    id: string,
    workspace: string | null = "/w/app",
  ): Promise<JsonObject> {
    return await this.ask({ type: "get_session_detail", id, workspace });
  }

  /** Prunes until all is done, and adds up the numbers of removed sessions and events. */
  async prune(
    request: Omit<RequestOf<"store_prune">, "type">,
  ): Promise<{ sessions: number; events: number }> {
    const removed = { sessions: 0, events: 0 };
    for (let done: JsonValue | undefined = false; done !== true;) {
      const answer = await this.ask({ type: "store_prune", ...request });
      done = answer.done;
      removed.sessions += Number(answer.removed_sessions);
      removed.events += Number(answer.removed_events);
    }
    return removed;
  }

  /** Resolves when the work in the background is done. */
  async settled(): Promise<void> {
    await this.service.settled();
  }

  /** Changes the file as another program would. */
  tamper(sql: string): void {
    using db = new DatabaseSync(this.path);
    db.exec(sql);
  }

  /** Reads one number from the file. */
  number(sql: string): number {
    using db = new DatabaseSync(this.path);
    return Number(Object.values(db.prepare(sql).get() ?? {})[0]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.service[Symbol.asyncDispose]();
    this.folder[Symbol.dispose]();
  }

  #open(): Service {
    return Service.open({
      storePath: this.path,
      now: () => NOW,
      uptimeMs: () => 1234,
      daemonVersion: "9.9.9",
      pid: 4242,
      machine: () => "6d".repeat(16),
      canonical: realPath,
      cwd: this.folder.path,
      readingWaitMs: 10_000,
      log: (_level, message, fields) =>
        this.logged.push(`${message}: ${fields?.reason}`),
      ...this.#options,
    });
  }
}

function realPath(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch {
    return path;
  }
}

/** JSON text of a small event. */
export function event(
  id: string,
  fields: Record<string, unknown> = {},
): string {
  return JSON.stringify({
    event: "Notification",
    session_id: id,
    timestamp_ms: 5,
    ...fields,
  });
}

/** A request for sessions of `/w/app`. */
export function list(
  fields: {
    workspace?: string;
    offset?: number | bigint;
    limit?: number | bigint;
    filter?: SessionFilter;
  },
): DaemonRequest {
  return {
    type: "list_sessions",
    workspace: "/w/app",
    offset: 0,
    limit: 100,
    filter: {},
    ...fields,
  };
}
