// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Calls without an id: an end belongs to the oldest running call of the same tool and arguments.
 * Cursor tells some calls twice, with an id and without; the two are one call.
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

/** Maximum number of ended calls that are kept for further events. */
const MAX_RECENT = 8;
/** Maximum time between two events of one call that are not start and end, in milliseconds. */
const SLACK_MS = 2000;

/** Assembles calls without an id from events in their order. */
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

  /** Calls that have just ended. */
  get recent(): readonly CallState[] {
    return this.#recent;
  }

  /** Starts a call without an id. Returns its key. */
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

  /** Ends a call without an id. Returns its key. */
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

  /**
   * Finds the oldest call that the event may end. A call that another event has ended must have
   * ended just now.
   */
  #findBegun(half: CallHalf): CallState | undefined {
    const begun = this.#draft.open.filter((call) =>
      isUnnamedKey(call.key) && goesWith(call, half)
    );
    const endOfWhole = ({ whole }: CallState) =>
      whole === null ? null : this.#draft.find(whole)?.end ?? null;
    return begun.find((call) => endOfWhole(call) === null) ??
      begun.find((call) => isNear(endOfWhole(call), half.at));
  }

  /** Joins a started call with an id to the call without an id that may be the same. */
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

  /** Joins an ended call with an id to the call without an id that may be the same. */
  endNamed(key: string): void {
    const call = this.#joins ? this.#draft.find(key) : null;
    if (call === null || call.callId === null || call.part !== null) return;
    // Its start may have been joined before the end of a turn, and its end have come later.
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

  /** Finds the last ended call that fits, in its current form. */
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
 * Assembles all calls again from the beginning after a late event.
 *
 * @param all All calls, threads and marks, without the late event itself.
 * @param half The late event, if it is one of a call without an id.
 * @returns The calls that have just ended, as {@linkcode UnnamedCalls.recent}.
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
  const replay = new Draft(newSessionState(""), NO_ROWS, {
    maxOpen: Infinity,
  });
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

/** Replaces the old calls by the new ones. */
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

/** Whether a call has an id, and no call without an id was joined to it. */
function isWhole(call: CallState): boolean {
  return call.callId !== null && call.partKey === null;
}

/** Whether a call has no id, and was not joined to a call with an id. */
function isPart(call: CallState): boolean {
  return call.callId === null && call.whole === null;
}

function goesWith(call: CallState, end: CallHalf): boolean {
  return threadOf(call) === end.thread && toolOf(call) === end.tool &&
    isSameInput(inputOf(call), end.inputKey) && isBefore(seenAt(call), end.at);
}

/** Whether a call without an id may be the same as one with an id. */
function isSame(part: CallState, whole: CallState): boolean {
  const input = inputOf(part);
  return input !== null && threadOf(part) === threadOf(whole) &&
    inputOf(whole) !== null && isSameInput(input, inputOf(whole)) &&
    isSameTool(toolOf(part) ?? "", toolOf(whole) ?? "");
}

/** Names of tools in Cursor's events with an id, by the tool of the events without an id. */
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
