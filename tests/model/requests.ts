// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The requests of the model's agents to the user: permissions and questions, with start and end.
 * @module
 */
import { endsTurnOf, type ModelCall } from "./calls.ts";
import { compareSeen, type Seen, text } from "./event.ts";
import { stateOf } from "./saying.ts";
import { callIdOf, inputKeyOf, toolOf } from "./result.ts";
import { firstStopOf, type ModelThread, stopOf } from "./threads.ts";

/** Something that the user is asked. */
export interface ModelRequest {
  state: "needs_permission" | "needs_answer";
  event: Seen;
  /** The thread that asked, and the thread of the call. */
  threads: string[];
  /** The call that waits for it, if one is open. */
  call: ModelCall | null;
  /** The event that ended it; null while the user is asked. */
  over: Seen | null;
}

/** Tools whose calls are questions to the user. */
export const QUESTION_TOOLS = new Set([
  "AskUserQuestion",
  "ExitPlanMode",
  "AskQuestion",
  "ask_user_question",
  "request_user_input",
  "ask_user",
]);

const ANSWER_TYPES = new Set([
  "agent_needs_input",
  "elicitation_dialog",
  "elicitation_url_dialog",
]);
const PERMISSION_TYPES = new Set(["permission_prompt", "ToolPermission"]);

/** Whether it asks for a permission; a question to the user does not. */
export function isForPermission({ event, state }: ModelRequest): boolean {
  return event.meaning === "permission" || state === "needs_permission";
}

/** Finds all requests of a session, oldest first. */
export function findRequests(
  calls: readonly ModelCall[],
  threads: readonly ModelThread[],
  events: readonly Seen[],
): ModelRequest[] {
  const sorted = [...events].sort(compareSeen);
  const requests: ModelRequest[] = [];
  for (const event of sorted) {
    const kind = kindOf(event);
    if (kind === null) continue;
    const isNews = event.meaning === "notification";
    const isPending = requests.some((request) =>
      isForPermission(request) && request.call !== null &&
      (request.over === null || compareSeen(request.over, event) > 0)
    );
    if (isNews && kind === "needs_permission" && isPending) continue;
    const open = calls.filter((call) => isOpenAt(call, event, threads, sorted))
      .sort((a, b) => compareSeen(b.start ?? event, a.start ?? event));
    const isAnyones = isNews && kind === "needs_permission";
    const call = (isAnyones ? open[0] : match(event, open)) ?? null;
    const request: ModelRequest = {
      state: kind,
      event,
      threads: [event.thread, call?.thread ?? event.thread],
      call,
      over: null,
    };
    request.over = sorted.find((later) =>
      compareSeen(later, event) > 0 && isOver(request, later, threads, sorted)
    ) ?? null;
    requests.push(request);
  }
  return requests;
}

function kindOf(event: Seen): ModelRequest["state"] | null {
  const { meaning, fields } = event;
  if (meaning === "question") return "needs_answer";
  if (meaning === "permission") {
    return QUESTION_TOOLS.has(toolOf(event) ?? "")
      ? "needs_answer"
      : "needs_permission";
  }
  if (meaning !== "notification") return null;
  const type = fields.notification_type ??
    (text(fields, "message")?.includes("needs your permission")
      ? "permission_prompt"
      : null);
  if (typeof type === "string" && ANSWER_TYPES.has(type)) return "needs_answer";
  return typeof type === "string" && PERMISSION_TYPES.has(type)
    ? "needs_permission"
    : null;
}

/**
 * The call that a request is about: the one it names, else of its thread the newest that is alike.
 */
function match(event: Seen, open: readonly ModelCall[]): ModelCall | undefined {
  const id = callIdOf(event);
  const own = open.filter(({ thread }) => thread === event.thread);
  const tool = toolOf(event);
  const alike = own.filter((call) => call.tool === tool);
  return (id === null ? undefined : open.find((call) => call.id === id)) ??
    alike.find(({ inputKey }) => inputKey === inputKeyOf(event)) ??
    alike[0] ?? own[0];
}

function isOpenAt(
  call: ModelCall,
  event: Seen,
  threads: readonly ModelThread[],
  events: readonly Seen[],
): boolean {
  const { start, end } = call;
  if (start === null || compareSeen(start, event) > 0) return false;
  const stop = firstStopOf(call, { threads, events });
  return [end, stop].every((over) =>
    over === null || compareSeen(over, event) > 0
  );
}

function isOver(
  request: ModelRequest,
  later: Seen,
  threads: readonly ModelThread[],
  events: readonly Seen[],
): boolean {
  const { call, event: { thread } } = request;
  const isEnd = request.threads.some((id) =>
    endsTurnOf(later, id) ||
    threads.find((one) => one.id === id)?.ends.includes(later)
  );
  if (isEnd) return true;
  if (!isForPermission(request) && later.meaning === "answer") {
    return later.thread === thread;
  }
  // No call tells that it went on, so any word of the thread does.
  if (call === null) return later.thread === thread && stateOf(later) !== null;
  return later === (call.end ?? stopOf(call, { threads, events }));
}
