// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A driver that plays agents: their hooks' payloads, and its own record of what happened.
 * @module
 */
export { Actor, type Dialect, type Want } from "./actor.ts";
export { CLAUDE } from "./claude.ts";
export { CODEX } from "./codex.ts";
export {
  anyConversation,
  type Conversation,
  type ConversationOptions,
} from "./conversation.ts";
export { COPILOT } from "./copilot.ts";
export { cursorDialect } from "./cursor.ts";
export { commit, type Day, playDay } from "./day.ts";
export { GEMINI } from "./gemini.ts";
export {
  type Hook,
  type PlayedAgent,
  type PlayedCall,
  type PlayedSession,
  Stage,
} from "./played.ts";
export { VIBE } from "./vibe.ts";
