// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Random conversations: agents do what they can do, in any order, and their hooks arrive in any
 * order.
 * @module
 */
import fc from "fast-check";
import { Actor, type Dialect, type Want } from "./actor.ts";
import { CLAUDE } from "./claude.ts";
import { CODEX } from "./codex.ts";
import { COPILOT } from "./copilot.ts";
import { cursorDialect } from "./cursor.ts";
import { commit } from "./day.ts";
import { GEMINI } from "./gemini.ts";
import { type Fields, type Hook, Stage } from "./played.ts";
import { VIBE } from "./vibe.ts";

/** A conversation, and how its events arrive. */
export interface Conversation {
  /** In order of arrival; some come twice. */
  arrivals: Hook[];
  /** How many events arrive before each restart of the daemon. */
  restarts: number[];
}

/** The place and time of conversations. */
export interface ConversationOptions {
  folder: string;
  nowMs: number;
  /** Goes before the ids of sessions. */
  prefix: string;
}

const DIALECTS: readonly Dialect[] = [
  CLAUDE,
  CLAUDE,
  CLAUDE,
  CODEX,
  cursorDialect({ tools: true, families: false, claudes: true }),
  cursorDialect({ tools: true, families: true, claudes: true }),
  cursorDialect({ tools: false, families: true, claudes: false }),
  VIBE,
  GEMINI,
  COPILOT,
];

const ACTS = {
  start: 1,
  prompt: 3,
  call: 10,
  done: 9,
  fail: 3,
  interruptCall: 1,
  deny: 1,
  ask: 3,
  notice: 3,
  question: 1,
  elicit: 1,
  beginAgent: 6,
  agentCall: 10,
  stopAgent: 3,
  reportAgent: 3,
  finishAgent: 3,
  stop: 3,
  stopFailure: 1,
  interrupt: 1,
  compact: 1,
  end: 1,
  commit: 1,
} as const;
type ActName = keyof typeof ACTS;

/** One thing that happens, and how long after the one before it. */
interface Step {
  act: ActName;
  actor: number;
  pick: number;
  passMs: number;
  /** The usage that the events of this step report. */
  figures: Fields;
}

const ABOUT: Readonly<
  Record<Exclude<Want, "ask" | "agent">, readonly string[]>
> = {
  shell: ["ls", "deno test", "git push"],
  read: ["/w/app/a.ts", "/w/app/b.ts"],
  edit: ["/w/app/a.ts"],
  search: ["needle"],
};
const WANTS = ["shell", "shell", "read", "edit", "search"] as const;
const NOTICES = [
  "permission_prompt",
  "idle_prompt",
  "elicitation_dialog",
  "elicitation_complete",
  "agent_needs_input",
  "auth_success",
];
const SAID_STARTS = ["startup", "resume", "clear", "compact"];
/** The ways in which a turn or more ends. */
const ENDS: ReadonlySet<ActName> = new Set([
  "prompt",
  "notice",
  "stop",
  "stopFailure",
  "stopAgent",
  "finishAgent",
  "interrupt",
  "end",
]);
/** Events that tell what something has used: the end of a call, of a turn, of a session. */
const TELLS_FIGURES = /^(?:post|after|stop|session)/i;
const MAX_STEPS = 60;

/** Any conversation. */
export function anyConversation(
  options: () => ConversationOptions,
): fc.Arbitrary<Conversation> {
  return fc.record({
    dialects: fc.array(fc.constantFrom(...DIALECTS), {
      minLength: 1,
      maxLength: 2,
    }),
    agoMs: fc.constantFrom(60_000, 60_000, 60_000, 3_600_000, 13 * 3_600_000),
    steps: fc.array(anyStep(), {
      minLength: 1,
      maxLength: MAX_STEPS,
      size: "max",
    }),
    order: fc.constantFrom("sent", "near", "any"),
    keys: fc.array(fc.nat(999), { minLength: 8, maxLength: 200, size: "max" }),
    again: fc.array(fc.nat(200), { maxLength: 3 }),
    isTwice: fc.boolean(),
    movesAt: fc.option(fc.nat(60)),
    restarts: fc.array(fc.nat(60), { maxLength: 2 }),
  }).map(({ order, keys, again, isTwice, movesAt, restarts, ...scene }) => {
    const where = options();
    const isMoving = movesAt !== null;
    const played = play({ ...scene, isMoving }, where);
    // Which of two directories is the first is told by their times.
    const moved = played[movesAt ?? -1]?.tsMs ?? Infinity;
    for (const hook of played) {
      if (
        hook.tsMs > moved && !String(hook.fields.session_id).startsWith("git:")
      ) {
        hook.folder = `${where.folder}/inner`;
      }
    }
    const hooks = isTwice ? addTwins(played) : played;
    const reach = { sent: 0, near: 0.004, any: 1 }[order] ?? 0;
    // An event and its copy are delivered by two hooks that run at the same time: not far from one
    // another.
    let place = 0;
    const arrivals = hooks
      .map((hook, i) => {
        if (!hook.isCopy) place = i + reach * (keys[i % keys.length] ?? 0);
        return { hook, at: place };
      })
      .sort((a, b) => a.at - b.at)
      .map(({ hook }) => hook);
    for (const n of again) {
      const hook = arrivals[n % arrivals.length];
      // A retry without an answer follows soon.
      if (hook !== undefined) {
        arrivals.splice(n % arrivals.length + 1 + n % 5, 0, hook);
      }
    }
    return { arrivals, restarts };
  });
}

/** Adds the events of a second hook of the same agents. */
function addTwins(hooks: readonly Hook[]): Hook[] {
  return hooks.flatMap((hook) => {
    // Nothing tells the two events of a call without an id from those of two calls.
    const isCall = /^(?:before|after)(?!SubmitPrompt)[A-Z]/.test(
      String(hook.fields.hook_event_name),
    );
    return isCall ? [hook] : [hook, { ...hook, id: `${hook.id}t` }];
  });
}

function anyStep(): fc.Arbitrary<Step> {
  return fc.record({
    act: fc.oneof(
      ...Object.entries(ACTS).map(([act, weight]) => ({
        weight,
        arbitrary: fc.constant(act).filter(isAct),
      })),
    ),
    actor: fc.nat(1),
    pick: fc.nat(11),
    figures: fc.oneof(
      { weight: 5, arbitrary: fc.constant({}) },
      {
        weight: 1,
        arbitrary: fc.record({
          input_tokens: fc.nat(1000),
          output_tokens: fc.nat(100),
          reasoning_tokens: fc.nat(10),
          total_cost_usd: fc.constantFrom(0, 0.25, 1.5),
        }, { requiredKeys: [] }),
      },
    ),
    passMs: fc.oneof(
      { weight: 1, arbitrary: fc.constant(0) },
      { weight: 8, arbitrary: fc.integer({ min: 1, max: 2000 }) },
      { weight: 1, arbitrary: fc.constantFrom(120_000, 1_860_000) },
    ),
  });
}

function isAct(name: string): name is ActName {
  return Object.hasOwn(ACTS, name);
}

function play(
  { dialects, agoMs, steps, isMoving }: {
    dialects: readonly Dialect[];
    agoMs: number;
    steps: readonly Step[];
    isMoving: boolean;
  },
  { folder, nowMs, prefix }: ConversationOptions,
): Hook[] {
  const stage = new Stage(nowMs - agoMs);
  const actors = dialects.map((dialect, i) =>
    new Actor(stage, dialect, {
      id: isMoving ? uuidOf(`${prefix}${i}`) : `${prefix}s${i}`,
      folder,
      model: "some-model",
    })
  );
  let isOver = false;
  for (const { act, actor: n, pick, passMs, figures } of steps) {
    // An event that ends something has a millisecond of its own.
    stage.pass(Math.max(passMs, isOver || ENDS.has(act) ? 1 : 0));
    isOver = ENDS.has(act);
    const actor = actors[n % actors.length];
    const from = stage.hooks.length;
    if (actor !== undefined) perform(actor, act, pick);
    for (const { fields } of stage.hooks.slice(from)) {
      if (TELLS_FIGURES.test(String(fields.hook_event_name))) {
        Object.assign(fields, figures);
      }
    }
  }
  // A conversation without an event is none.
  if (stage.hooks.length === 0) actors[0]?.stop();
  return stage.hooks;
}

/** Only sessions with such ids are one in several directories. */
function uuidOf(name: string): string {
  const digits = name.replaceAll(/\D/g, "").padStart(12, "0");
  return `0123abcd-0000-4000-8000-${digits}`;
}

function perform(actor: Actor, act: ActName, pick: number): void {
  const { stage, played } = actor;
  const from = <T>(list: readonly T[]): T | undefined =>
    list[pick % list.length];
  const own = actor.open.filter(({ by, tool }) =>
    by === null && tool !== actor.dialect.tools.agent
  );
  const open = from(
    actor.open.filter(({ tool }) => tool !== actor.dialect.tools.agent),
  );
  const agent = from(actor.running);
  const errand = () => {
    const want = from(WANTS) ?? "shell";
    const about = from(ABOUT[want]) ?? "";
    // Nothing tells which of two that are alike an event without an id is about, if another with an
    // id says the same.
    const isTold = actor.dialect.agent === "cursor" && actor.dialect.hasIds;
    return { want, about: isTold ? `${about}#${stage.nextNumber()}` : about };
  };
  switch (act) {
    case "start":
      actor.start(from(SAID_STARTS));
      break;
    case "prompt":
      actor.prompt(
        from(["fix it", "first line\nsecond", "  \n indented", "é😀"]) ?? "",
      );
      break;
    case "call":
      actor.call(errand());
      break;
    case "agentCall":
      actor.call({ ...errand(), by: agent ?? null });
      break;
    case "done":
      if (open !== undefined) actor.done(open);
      break;
    case "fail":
      if (open !== undefined) actor.fail(open, 1 + pick);
      break;
    case "interruptCall":
      if (open !== undefined) actor.interruptCall(open);
      break;
    case "deny":
      if (open !== undefined) actor.deny(open);
      break;
    case "ask":
      if (open !== undefined) actor.ask(open);
      break;
    case "notice":
      actor.notice(from(NOTICES) ?? "", "Claude needs you");
      break;
    case "question":
      actor.call({ want: "ask", about: "Which one?" });
      break;
    case "elicit":
      if (own.length > 0) actor.elicit(pick % 2 === 0);
      break;
    case "beginAgent": {
      const inBackground = pick % 3 === 0;
      const type = from(["Explore", "Plan"]) ?? "";
      const by = pick % 5 === 0 ? agent ?? null : null;
      const call = pick === 11 ? null : actor.call({
        want: "agent",
        about: `task ${pick}`,
        type,
        by,
        inBackground,
      });
      stage.pass(pick);
      const started = actor.beginAgent(call, type, inBackground);
      if (inBackground && call !== null) {
        stage.pass(1);
        actor.done(call, { agent: started });
      }
      break;
    }
    case "stopAgent":
      if (agent !== undefined) actor.stopAgent(agent);
      break;
    case "reportAgent": {
      const over = played.agents.find(({ call, stoppedMs }) =>
        stoppedMs !== null && call?.outcome === "open"
      );
      if (over?.call) actor.done(over.call, { agent: over });
      break;
    }
    case "finishAgent":
      if (agent?.call?.outcome === "open") {
        for (const call of actor.open.filter(({ by }) => by === agent)) {
          if (call.tool !== actor.dialect.tools.agent) actor.done(call);
        }
        actor.stopAgent(agent);
        stage.pass(pick);
        actor.done(agent.call, { agent });
      }
      break;
    case "stop":
      // A turn does not end before the subagents that it waits for.
      for (const one of actor.running.filter((one) => !one.isBackground)) {
        actor.stopAgent(one);
        stage.pass(1);
      }
      actor.stop();
      break;
    case "stopFailure":
      actor.stopFailure("rate_limit");
      break;
    case "interrupt":
      actor.interrupt();
      break;
    case "compact":
      actor.compact();
      break;
    case "end":
      actor.end();
      break;
    case "commit":
      commit(
        stage,
        played.folder,
        `${stage.nextNumber()}`.padStart(40, "c"),
        "A change",
      );
      break;
  }
}
