// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Decodes requests and reads their events. Long ones take turns, because one that consists of small
 * values needs many times its size while it is decoded.
 * @module
 */
import { type HookEvent, readEventInPieces } from "../events/mod.ts";
import {
  type DaemonRequest,
  decodeInPieces,
  MAX_BATCH_LINES,
  type RequestOf,
  runSteps,
} from "../proto/mod.ts";
import { Budget } from "./budget.ts";
import { nextTurn, type Pace } from "./pace.ts";

/** A shorter text is decoded at once: it takes less than a millisecond and a few megabytes. */
const SHORT_LENGTH = 16 * 1024;

const NEWLINE = 0x0a;
const NEVER = new AbortController().signal;

/** An event that was read, or the reason why it is none. */
export type Arrival =
  & Pick<RequestOf<"ingest_hook">, "source" | "workspace">
  & {
    /** Length of the payload in characters, or in bytes if it came among others. */
    readonly chars: number;
    readonly read: { readonly event: HookEvent } | {
      readonly failure: unknown;
    };
  };

/** Decodes one long request at a time, in slices. */
export class Intake {
  readonly #pace: Pace;
  readonly #now: () => number;
  readonly #turn = new Budget(1);

  /** @param now Wall clock in epoch milliseconds, for events without a time of their own. */
  constructor(pace: Pace, now: () => number) {
    this.#pace = pace;
    this.#now = now;
  }

  /**
   * Decodes a request.
   *
   * @throws {JsonError | RequestError | BudgetError} As `decodeRequest` does.
   */
  async decode(body: Uint8Array): Promise<DaemonRequest> {
    const steps = decodeInPieces(body);
    return body.length <= SHORT_LENGTH
      ? runSteps(steps)
      : await this.#takeTurn(steps);
  }

  /** Reads an event; a short one at once, so that short events keep their order. */
  read(request: RequestOf<"ingest_hook">): Arrival | Promise<Arrival> {
    const { source, workspace, payload } = request;
    const chars = payload.length;
    const steps = readArrival(
      { source, workspace: workspace ?? null, chars },
      readEventInPieces(source, payload, this.#now()),
    );
    return chars <= SHORT_LENGTH ? runSteps(steps) : this.#takeTurn(steps);
  }

  /**
   * Reads the events of a request that carries many, in slices.
   *
   * @throws {RangeError} If there are more than `MAX_BATCH_LINES`.
   */
  async readAll(request: RequestOf<"ingest_events">): Promise<Arrival[]> {
    const lines = splitLines(request.payloads, MAX_BATCH_LINES + 1);
    if (lines.length > MAX_BATCH_LINES) {
      throw new RangeError(
        `Cannot ingest events as a request must carry <= ${MAX_BATCH_LINES}: it carries more`,
      );
    }
    return await this.#takeTurn(readArrivals(request, lines, this.#now()));
  }

  /** Resolves when all that was passed in before has been read, and its readers know. */
  async idle(): Promise<void> {
    await this.#turn.draw(() => 0, NEVER);
    await nextTurn();
  }

  async #takeTurn<T>(steps: Generator<void, T, void>): Promise<T> {
    await this.#turn.draw(() => 1, NEVER);
    try {
      return await this.#pace.run(steps);
    } finally {
      this.#turn.give(1);
    }
  }
}

/** Returns the lines of a text, at most `max` of them. The last one may lack its line feed. */
function splitLines(text: Uint8Array, max: number): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let start = 0; start < text.length && lines.length < max;) {
    const found = text.indexOf(NEWLINE, start);
    const end = found < 0 ? text.length : found;
    lines.push(text.subarray(start, end));
    start = end + 1;
  }
  return lines;
}

function* readArrivals(
  { source, workspace = null }: RequestOf<"ingest_events">,
  payloads: readonly Uint8Array[],
  nowMs: number,
): Generator<void, Arrival[], void> {
  const arrivals: Arrival[] = [];
  for (const payload of payloads) {
    const event = readEventInPieces(source, payload, nowMs);
    const request = { source, workspace, chars: payload.length };
    arrivals.push(yield* readArrival(request, event));
    yield;
  }
  return arrivals;
}

function* readArrival(
  request: Omit<Arrival, "read">,
  steps: Generator<void, HookEvent, void>,
): Generator<void, Arrival, void> {
  try {
    return { ...request, read: { event: yield* steps } };
  } catch (failure) {
    return { ...request, read: { failure } };
  }
}
