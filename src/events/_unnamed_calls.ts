// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Calls of agents that give them no id: an end goes with the oldest call of the same tool and arguments that runs. Cursor tells some
 * calls twice, with an id and without: the two are one.
 * @module
 */
import { subtractInts } from "./_int.ts";
import type { CallHalf } from "./_call_half.ts";
import { isSameInput } from "./call_input.ts";
import {
  type CallState,
  endOf,
  inputOf,
  isUnnamedKey,
  newCall,
  seenAt,
  threadOf,
  toolOf,
  unnamedKey,
} from "./call_state.ts";
import { printCallBody } from "./packed_call.ts";
import { Draft, type Everything } from "./_draft.ts";
import { compareMoments, isBefore, laterOf, type Moment } from "./moment.ts";
import { newSessionState } from "./session_state.ts";

/** Ended calls that are remembered for what else is told of them. */
const MAX_RECENT = 8;
/** Two events of one call are no further apart, where one has no counterpart. */
const SLACK_MS = 2000;

/** Puts calls without an id together, from events in their order. */
export class UnnamedCalls {
  readonly #draft: Draft;
  /** Whether the agent may tell a call twice. */
  readonly #joins: boolean;
  #recent: readonly CallState[];

  constructor(
    draft: Draft,
    options: { recent: readonly CallState[]; joins: boolean },
  ) {
    this.#draft = draft;
    this.#recent = options.recent;
    this.#joins = options.joins;
  }

  /** Calls that ended a moment ago. */
  get recent(): readonly CallState[] {
    return this.#recent;
  }

  /** A call without an id begins; returns its key. */
  start(half: CallHalf): string {
    const call = { ...newCall(unnamedKey(half.at), null), start: half };
    const same = this.#joins
      ? this.#draft.open.find((one) => isWhole(one) && isSame(call, one))
      : undefined;
    this.#draft.put({ ...call, whole: same?.key ?? null });
    if (same !== undefined) {
      this.#draft.put({ ...same, partKey: call.key });
    }
    return call.key;
  }

  /** A call without an id ends; returns its key. */
  end(half: CallHalf): string {
    const begun = this.#findBegun(half);
    if (begun !== undefined) {
      this.#draft.put({ ...begun, end: half });
      const whole = begun.whole === null ? null : this.#draft.find(begun.whole);
      if (whole !== null) this.#draft.put({ ...whole, part: half });
      return begun.key;
    }
    const call = { ...newCall(unnamedKey(half.at), null), end: half };
    const same = this.#joins ? this.#findWhole(call, half) : undefined;
    this.#draft.put({ ...call, whole: same?.key ?? null });
    if (same === undefined) this.#remember(call);
    else {
      this.#draft.put({ ...same, partKey: call.key, part: half });
      this.#forget(same.key);
    }
    return call.key;
  }

  /** The oldest call that it can be the end of. What has ended by another event is that only if that was a moment ago. */
  #findBegun(half: CallHalf): CallState | undefined {
    const begun = this.#draft.open.filter((call) =>
      isUnnamedKey(call.key) && goesWith(call, half)
    );
    const endOfWhole = ({ whole }: CallState) =>
      whole === null ? null : this.#draft.find(whole)?.end ?? null;
    return begun.find((call) => endOfWhole(call) === null) ??
      begun.find((call) => isNear(endOfWhole(call), half.at));
  }

  /** A call with an id has begun: it may have been told without it a moment ago. */
  startNamed(key: string): void {
    const call = this.#draft.find(key);
    if (!this.#joins || call === null || !isWhole(call)) return;
    const part =
      this.#draft.open.find((one) =>
        isPart(one) && isSame(one, call) && isNear(one.start, seenAt(call))
      ) ??
        this.#recent.findLast((one) =>
          isPart(one) && isSame(one, call) && isNear(endOf(one), seenAt(call))
        );
    if (part === undefined) return;
    this.#draft.put({ ...part, whole: key });
    this.#draft.put({ ...call, partKey: part.key, part: part.end });
    this.#forget(part.key);
  }

  /** A call with an id has ended. */
  endNamed(key: string): void {
    const call = this.#joins ? this.#draft.find(key) : null;
    if (call === null || call.callId === null || call.part !== null) return;
    // Its beginning may have been put to it before a turn ended, and its end come after.
    const part = this.#recent.findLast((one) =>
      isPart(one) && isSame(one, call) && call.end !== null &&
      isNear(endOf(one), call.end.at)
    );
    if (part === undefined) return this.#remember(call);
    this.#draft.put({ ...part, whole: key });
    this.#draft.put({ ...call, partKey: part.key, part: part.end });
    this.#forget(part.key);
  }

  #findWhole(part: CallState, half: CallHalf): CallState | undefined {
    return this.#draft.open.find((one) => isWhole(one) && isSame(part, one)) ??
      this.#findRecent((one) =>
        one.callId !== null && one.part === null && isSame(part, one) &&
        isNear(endOf(one), half.at)
      );
  }

  /** The call that ended last of those that ended a moment ago and fit, as it is now. */
  #findRecent(fits: (call: CallState) => boolean): CallState | undefined {
    const now = this.#recent.map(({ key }) => this.#draft.find(key));
    return now.filter((call) => call !== null).findLast(fits);
  }

  #remember(call: CallState): void {
    if (!this.#joins) return;
    const others = this.#recent.filter(({ key }) => key !== call.key);
    this.#recent = [...others, call].slice(-MAX_RECENT);
  }

  #forget(key: string): void {
    this.#recent = this.#recent.filter((call) => call.key !== key);
  }
}

/**
 * Does it again from the beginning, since an event came late.
 *
 * @param all Everything that is known, without the event's own half.
 * @param half The event's, if it is one of a call without an id.
 * @returns The calls that ended last, as {@linkcode UnnamedCalls.recent}.
 */
export function rebuildUnnamed(
  draft: Draft,
  all: Everything,
  { half, ends, joins }: {
    half: CallHalf | null;
    ends: boolean;
    joins: boolean;
  },
): readonly CallState[] {
  const steps: [at: Moment, run: () => void][] = [];
  const replay = new Draft(newSessionState(""), NO_ROWS, Infinity);
  const unnamed = new UnnamedCalls(replay, { recent: [], joins });
  const add = (one: CallHalf | null, run: (half: CallHalf) => void) => {
    if (one !== null) steps.push([one.at, () => run(one)]);
  };
  const addUnnamed = (start: CallHalf | null, end: CallHalf | null) => {
    add(start, (one) => unnamed.start(one));
    add(end, (one) => unnamed.end(one));
  };
  for (const call of all.calls.values()) {
    if (isUnnamedKey(call.key)) addUnnamed(call.start, call.end);
    else if (joins) {
      const { key, callId } = call;
      const find = () => replay.find(key) ?? newCall(key, callId);
      add(call.start ?? call.ask, (start) => {
        replay.put({ ...find(), start });
        unnamed.startNamed(key);
      });
      add(call.end, (end) => {
        replay.put({ ...find(), end });
        unnamed.endNamed(key);
      });
    }
  }
  addUnnamed(ends ? null : half, ends ? half : null);
  for (const [kind, at, thread] of all.marks) {
    if (kind === "halt" || kind === "interrupt") {
      steps.push([at, () => halt(replay, thread, at)]);
    } else if (kind === "end") {
      steps.push([at, () => {
        replay.end = at;
        replay.fileOpen();
      }]);
    }
  }
  steps.sort((a, b) => compareMoments(a[0], b[0]));
  for (const [, run] of steps) run();
  exchange(draft, all.calls, replay.readAll([]).calls);
  return unnamed.recent.map(({ key }) => draft.find(key))
    .filter((call) => call !== null);
}

/** Puts the calls as they are now in the place of those that were. */
function exchange(
  draft: Draft,
  before: ReadonlyMap<string, CallState>,
  after: ReadonlyMap<string, CallState>,
): void {
  for (const call of before.values()) {
    if (isUnnamedKey(call.key) && !after.has(call.key)) draft.remove(call);
  }
  for (const call of after.values()) {
    const old = before.get(call.key) ?? null;
    const { partKey, part } = call;
    const now = old === null || isUnnamedKey(call.key)
      ? call
      : { ...old, partKey, part };
    if (old !== null && printCallBody(old) === printCallBody(now)) continue;
    draft.put(now, old);
  }
}

function halt(draft: Draft, id: string, at: Moment): void {
  const thread = draft.thread(id);
  draft.putThread({ ...thread, halt: laterOf(thread.halt, at) });
  draft.fileOpen();
}

const NO_ROWS = { get: () => null, all: () => [] };

/** Whether it has an id, and no events without it have been put to it. */
function isWhole(call: CallState): boolean {
  return call.callId !== null && call.partKey === null;
}

/** Whether it has no id, and has not been put to a call that has. */
function isPart(call: CallState): boolean {
  return call.callId === null && call.whole === null;
}

function goesWith(call: CallState, end: CallHalf): boolean {
  return threadOf(call) === end.thread && toolOf(call) === end.tool &&
    isSameInput(inputOf(call), end.inputKey) && isBefore(seenAt(call), end.at);
}

/** Whether a call without an id may be the same as one with it. */
function isSame(part: CallState, whole: CallState): boolean {
  const input = inputOf(part);
  return input !== null && threadOf(part) === threadOf(whole) &&
    inputOf(whole) !== null && isSameInput(input, inputOf(whole)) &&
    isSameTool(toolOf(part) ?? "", toolOf(whole) ?? "");
}

/** Tools that Cursor's events without an id stand for, by how those that have one may be called. */
const FAMILIES: Readonly<Record<string, RegExp>> = {
  Shell: /shell|bash|terminal|command/i,
  Edit: /edit|write|replace|create|patch/i,
  Read: /read/i,
};

function isSameTool(part: string, whole: string): boolean {
  return part === whole || FAMILIES[part]?.test(whole) === true ||
    part !== "" && whole.endsWith(part) &&
      /[:_./ -]/.test(whole.at(-part.length - 1) ?? "");
}

function isNear(end: CallHalf | null, at: Moment): boolean {
  if (end === null) return false;
  const apart = subtractInts(end.at[0], at[0]);
  return apart <= SLACK_MS && apart >= -SLACK_MS;
}
