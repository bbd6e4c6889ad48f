// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Generated conversations: sessions, workspaces, sources and event names in any order, with
 * restarts in between.
 * @module
 */
import fc from "fast-check";
import { HOOK_SOURCES, type HookSource } from "../../src/proto/mod.ts";
import {
  type Case,
  detail,
  ingest,
  list,
  request,
  type Step,
} from "./_case.ts";
import {
  anyMember,
  anyText,
  type MemberText,
  NAMES,
  SESSIONS,
  WORKSPACES,
} from "./_session_values.ts";

/** Largest number of generated steps of one conversation. */
export const MAX_STEPS = 40;
/** The time that events with a time are near. */
const BASE_MS = 1_714_000_000_000n;
/** Numbers of events in a row: some about as many as open calls are read back from. */
const ROWS = [3, 20, 509, 511, 512, 513];

/** How events of a conversation get their time. */
export type TimeMode = "near" | "far" | "clock";

/** The folders and the sessions of one conversation. */
interface Scene {
  workspaces: readonly string[];
  sessions: readonly string[];
}

/** The random values of one step. Folders and sessions come from the scene. */
type Draft = (scene: Scene) => Step[];

/**
 * A conversation, and how many steps were drawn for it: looks at sessions and events in a row are
 * none of their own.
 */
export interface Drawn {
  case: Case;
  drawn: number;
}

/** One event to be. */
interface EventPlan {
  source: HookSource;
  workspace: number;
  session: number;
  name: string;
  time: MemberText | null;
  members: MemberText[];
  /** Names the session once more, as another one. */
  again: number | null;
  /** Stands before and after the payload. */
  around: string;
}

/** Any conversation, in words of the cases. */
export function anyCase(): fc.Arbitrary<Drawn> {
  return fc.constantFrom<TimeMode>("near", "near", "far", "far", "clock").chain(
    (mode) =>
      fc.record({
        workspaces: fc.uniqueArray(fc.constantFrom(...WORKSPACES), {
          maxLength: 2,
        }),
        sessions: fc.uniqueArray(fc.constantFrom(...SESSIONS), {
          minLength: 1,
          maxLength: 3,
        }),
        drafts: fc.array(anyDraft(mode), {
          minLength: 1,
          maxLength: MAX_STEPS,
          size: "max",
        }),
      }).map(({ workspaces, sessions, drafts }) => ({
        case: {
          name: "generated",
          clock: mode === "clock",
          steps: drafts.flatMap((draft) =>
            draft({ workspaces: ["$W/app", ...workspaces], sessions })
          ),
        },
        drawn: drafts.length,
      })),
  );
}

function anyDraft(mode: TimeMode): fc.Arbitrary<Draft> {
  const page = fc.constantFrom<number | bigint>(
    ...[0, 1, 2, 100],
    ...[2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n],
  );
  return fc.oneof<fc.WeightedArbitrary<Draft>[]>(
    {
      weight: 120,
      arbitrary: anyEvent(mode).map((plan) => (scene) => toSteps(plan, scene)),
    },
    { weight: 8, arbitrary: anyRefusal() },
    {
      weight: 8,
      arbitrary: fc.record({
        workspace: fc.nat(),
        offset: mode === "clock" ? fc.constant(0) : page,
        limit: mode === "clock" ? fc.constant(100) : page,
        filter: anyFilter(mode),
      }).map(({ workspace, ...more }) => ({ workspaces }) => [
        list({ workspace: pick(workspaces, workspace), ...more }),
      ]),
    },
    {
      weight: 2,
      arbitrary: fc.tuple(fc.option(fc.nat()), fc.nat()).map(
        ([workspace, session]) => (scene) => [
          detail(
            idOf(pick(scene.sessions, session)),
            workspace === null ? null : pick(scene.workspaces, workspace),
          ),
        ],
      ),
    },
    {
      weight: 2,
      arbitrary: fc.constant<Draft>(() => [request({ type: "status" })]),
    },
    {
      weight: 2,
      arbitrary: fc.boolean().map((kill) => () => [{ do: "restart", kill }]),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom("app", "other").map((to) => () => [
        { do: "link", file: "link", to },
      ]),
    },
    { weight: 1, arbitrary: anyRow(mode) },
  );
}

/** Events in a row without a read in between, then a restart. */
function anyRow(mode: TimeMode): fc.Arbitrary<Draft> {
  const time = mode === "clock" ? "" : `,"timestamp_ms":${BASE_MS}`;
  return fc.constantFrom(...ROWS).map((count) => ({ sessions }) => [
    ...Array.from({ length: count }, () =>
      ingest(
        "cursor",
        `{"event":"Notification","session_id":"${pick(sessions, 0)}"${time}}`,
      )),
    { do: "restart" },
  ]);
}

/** The event, then a look at every session of its database: an event can end spans of others. */
function toSteps(plan: EventPlan, { workspaces, sessions }: Scene): Step[] {
  const workspace = pick(workspaces, plan.workspace);
  return [
    ingest(plan.source, printPayload(plan, sessions), workspace),
    ...sessions.map((session) => detail(idOf(session), workspace)),
  ];
}

function printPayload(
  { source, session, name, time, members, again, around }: EventPlan,
  sessions: readonly string[],
): string {
  const key = source === "claude" ? "hook_event_name" : "event";
  const all: MemberText[] = [
    [key, JSON.stringify(name)],
    ["session_id", `"${pick(sessions, session)}"`],
    ...time === null ? [] : [time],
    ...members,
    ...again === null ? [] : [
      ["session_id", `"${pick(sessions, again)}"`] satisfies MemberText,
    ],
  ];
  const printed = all.map(([key, text]) => `${JSON.stringify(key)}:${text}`);
  return `${around}{${printed.join(",")}}${around}`;
}

function anyEvent(mode: TimeMode): fc.Arbitrary<EventPlan> {
  return fc.constantFrom(...HOOK_SOURCES).chain((source) =>
    fc.record({
      source: fc.constant(source),
      workspace: fc.oneof(
        { weight: 8, arbitrary: fc.constant(0) },
        { weight: 2, arbitrary: fc.nat() },
      ),
      session: fc.oneof(
        { weight: 3, arbitrary: fc.constant(0) },
        { weight: 2, arbitrary: fc.nat() },
      ),
      name: fc.constantFrom(...NAMES),
      time: anyTime(mode, source),
      members: fc.array(anyMember(), { maxLength: 8 }),
      again: fc.oneof(
        { weight: 19, arbitrary: fc.constant(null) },
        { weight: 1, arbitrary: fc.nat() },
      ),
      around: fc.oneof(
        { weight: 19, arbitrary: fc.constant("") },
        {
          weight: 1,
          arbitrary: fc.constantFrom(...[" ", "\n\t", "\u0085", "\u3000", "\f"]
            .concat(["\ufeff", "\u200b", "\0", "\u2028\u00a0"])),
        },
      ),
    })
  );
}

function anyTime(
  mode: TimeMode,
  source: HookSource,
): fc.Arbitrary<MemberText | null> {
  if (mode === "clock") {
    // Nothing here is a time, so the clock's is taken.
    return fc.oneof(
      fc.constant(null),
      fc.constantFrom("0", "-1", "1.5", '"1714000000000"', "null", "1e12")
        .map((text): MemberText => ["timestamp_ms", text]),
    );
  }
  const near = fc.integer({ min: 0, max: 10_000 });
  const hoursAway = [3_600_000, 3_600_001, 7_200_002, -3_600_001];
  const limits = [
    1n,
    2n ** 53n + 1n,
    2n ** 63n - 1n,
    2n ** 63n,
    2n ** 64n - 1n,
  ];
  const inMs = fc.oneof(
    { weight: 32, arbitrary: near.map((ms) => BASE_MS + BigInt(ms)) },
    ...mode === "near" ? [] : [
      {
        weight: 7,
        arbitrary: fc.constantFrom(...hoursAway)
          .map((ms) => BASE_MS + BigInt(ms)),
      },
      { weight: 1, arbitrary: fc.constantFrom(...limits) },
    ],
  ).map((ms): MemberText => ["timestamp_ms", String(ms)]);
  if (source !== "vibe") return inMs;
  const seconds = ["1714000001", "1714000000500", "1714000003"];
  const farSeconds = ["999999999999", "1000000000000"]
    .concat(["9223372036854775807", "18446744073709551615"]);
  const inSeconds = fc.constantFrom(
    ...seconds,
    ...mode === "near" ? [] : farSeconds,
  ).map((text): MemberText => ["timestamp", text]);
  return fc.oneof(
    { weight: 3, arbitrary: inMs },
    { weight: 1, arbitrary: inSeconds },
  );
}

/** A payload that is none, and what the daemon says of it later. */
function anyRefusal(): fc.Arbitrary<Draft> {
  const text = fc.constantFrom(
    "",
    "{",
    "null",
    "[]",
    "{}",
    '{"event":"Stop","hook_event_name":"Stop"}',
    '{"event":"Stop","hook_event_name":"Stop","session_id":""}',
    '{"event":7,"hook_event_name":null,"session_id":"s"}',
    '{"event":"Stop","hook_event_name":"Stop","session_id":"s","a":1e999}',
    '{"event":"Stop","hook_event_name":"Stop","session_id":"s","a":"\\udead"}',
  );
  return fc.tuple(
    fc.constantFrom(...HOOK_SOURCES),
    text,
    fc.nat(),
  ).map(([source, payload, workspace]) => ({ workspaces }) => [
    ingest(source, payload, pick(workspaces, workspace)),
    request({ type: "status" }),
  ]);
}

function anyFilter(mode: TimeMode) {
  return fc.record({
    agent_prefix: fc.oneof(
      fc.constantFrom("", "c", "CO", "clau_", "vibe", "%", "cursor\0", "İ"),
      anyText(),
    ),
    status: fc.constantFrom("Running", "Waiting", "Idle", "Done", null),
    since_ms: mode === "clock" ? fc.constant(null) : fc.constantFrom(
      null,
      BASE_MS + 5000n,
      2n ** 63n - 1n,
      2n ** 63n,
      2n ** 64n - 1n,
      0,
    ),
  }, { requiredKeys: [] });
}

/** One of a list that is shorter than what was drawn. */
function pick(list: readonly string[], index: number): string {
  return list[index % list.length] ?? "";
}

function idOf(session: string): string {
  return String(JSON.parse(`"${session}"`));
}
