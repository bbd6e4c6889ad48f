// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Answers requests for tokens and costs.
 * @module
 */
import type {
  RequestOf,
  UsageGroup,
  UsageRow,
  UsageSumsRecord,
} from "../proto/mod.ts";
import type { Store, UsagePart } from "../store/mod.ts";
import type { Pace } from "./pace.ts";
import type { Pricing } from "./pricing.ts";
import { type Reply, replyWith } from "./reply.ts";
import type { TranscriptReading } from "./transcript_reading.ts";

/** The parts of {@linkcode UsageReport}. */
export interface UsageReportOptions {
  store: Pick<Store, "read" | "workspace">;
  pace: Pace;
  reading: TranscriptReading;
  pricing: Pricing;
  /** Returns the canonical form of a workspace's path. */
  canonical: (path: string) => string;
}

/** Adds up usage. */
export class UsageReport {
  readonly #options: UsageReportOptions;

  constructor(options: UsageReportOptions) {
    this.#options = options;
  }

  /**
   * Answers with the sums of each group.
   *
   * @throws {RangeError} If the time zone is unknown.
   */
  async get(request: RequestOf<"get_usage">): Promise<Reply<"usage">> {
    const { store, pace, reading, pricing, canonical } = this.#options;
    const { by } = request;
    const path = request.workspace ?? null;
    const workspace = path === null ? null : store.workspace(canonical(path));
    const dayOf = makeDayOf(request.zone ?? "UTC");
    await reading.readNow();
    await reading.priceNow();
    const groups = new Map<string, UsageRow>();
    const total = newSums();
    const add = (part: UsagePart) => {
      const name = groupName(by, part, dayOf);
      const group = groups.get(name) ?? newRow(by, part, dayOf);
      groups.set(name, group);
      addPart(group, part);
      addPart(total, part);
    };
    if (workspace !== undefined) {
      const reader = store.read();
      try {
        await pace.run(reader.usage.parts({
          workspace: workspace?.key ?? null,
          session: request.session ?? null,
          sinceMs: Number(request.since_ms ?? 0) || null,
          byTime: by === "day",
        }, add));
      } finally {
        reader.close();
      }
    }
    const rows = [...groups.values()];
    rows.sort(by === "day" ? compareKeys : compareCosts);
    const { source, date, own, fault } = await pricing.current();
    return replyWith({
      type: "usage",
      by,
      rows,
      total,
      prices: { source, date, own, fault },
      transcripts: reading.status(),
    });
  }
}

type DayOf = (ms: number) => string;

/** @throws {RangeError} If the zone is unknown. */
function makeDayOf(zone: string): DayOf {
  const days = new Map<number, string>();
  const format = makeFormat(zone);
  return (ms) => {
    const day = days.get(ms) ?? format.format(ms);
    days.set(ms, day);
    return day;
  };
}

/** Prints days as YYYY-MM-DD. */
function makeFormat(zone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat("en-CA", {
      timeZone: zone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
    });
  } catch (error) {
    throw new RangeError(`Cannot get usage: unknown time zone "${zone}"`, {
      cause: error,
    });
  }
}

function keyOf(by: UsageGroup, part: UsagePart, dayOf: DayOf): string {
  switch (by) {
    case "day":
      return dayOf(part.quarterMs ?? 0);
    case "session":
      return part.sessionId;
    default:
      return part[by];
  }
}

/** Two sessions may have the same id in different workspaces. */
function groupName(by: UsageGroup, part: UsagePart, dayOf: DayOf): string {
  const key = keyOf(by, part, dayOf);
  return by === "session" ? `${part.workspace}\0${key}` : key;
}

function newRow(by: UsageGroup, part: UsagePart, dayOf: DayOf): UsageRow {
  const { workspace, agent } = part;
  return {
    key: keyOf(by, part, dayOf),
    ...by === "session" ? { workspace, agent } : {},
    ...newSums(),
  };
}

function newSums(): UsageSumsRecord {
  return {
    messages: 0,
    tokens_in: 0,
    tokens_out: 0,
    cache_read_tokens: 0,
    cache_creation_tokens: 0,
    cache_creation_1h_tokens: 0,
    reasoning_tokens: null,
    cost_usd_e6: null,
    cost_complete: true,
    unpriced_models: [],
  };
}

function addPart(sums: UsageSumsRecord, part: UsagePart): void {
  const { messages, unpriced, model, reasoning } = part;
  sums.messages = Number(sums.messages) + messages;
  sums.tokens_in = Number(sums.tokens_in) + part.input;
  sums.tokens_out = Number(sums.tokens_out) + part.output;
  sums.cache_read_tokens = Number(sums.cache_read_tokens) + part.cache_read;
  sums.cache_creation_tokens = Number(sums.cache_creation_tokens) +
    part.cache_write_5m + part.cache_write_1h;
  sums.cache_creation_1h_tokens = Number(sums.cache_creation_1h_tokens) +
    part.cache_write_1h;
  if (reasoning !== null) {
    sums.reasoning_tokens = Number(sums.reasoning_tokens ?? 0) + reasoning;
  }
  if (unpriced < messages) {
    sums.cost_usd_e6 = Number(sums.cost_usd_e6 ?? 0) + part.cost;
  }
  if (unpriced === 0) return;
  sums.cost_complete = false;
  if (!sums.unpriced_models.includes(model)) sums.unpriced_models.push(model);
}

function compareKeys(a: UsageRow, b: UsageRow): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

/** Those that cost most come first, then those with the most tokens. */
function compareCosts(a: UsageRow, b: UsageRow): number {
  return Number(b.cost_usd_e6 ?? 0) - Number(a.cost_usd_e6 ?? 0) ||
    tokensOf(b) - tokensOf(a) || compareKeys(a, b);
}

function tokensOf(row: UsageRow): number {
  return Number(row.tokens_in) + Number(row.tokens_out) +
    Number(row.cache_read_tokens) + Number(row.cache_creation_tokens);
}
