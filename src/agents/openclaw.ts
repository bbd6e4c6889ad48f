// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * OpenClaw. Its events have a `type` and an `action`, which the wire joins to one name.
 * @module
 */
import { makeAgent, makeHooks } from "./agent_record.ts";

/** The facts that a hook needs of OpenClaw. */
export const openclawHooks = /* @__PURE__ */ makeHooks({
  source: "openclaw",
  wire: "openclaw",
  // Not `type`, which the daemon sets in what it stores: an event read back has the same marks.
  marks: (fields) =>
    ["sessionKey", "action"].every((key) => fields.text(key) !== null),
  sessionKeys: ["session_id", "sessionKey"],
});

/** OpenClaw. */
export const openclaw = /* @__PURE__ */ makeAgent(openclawHooks, {
  events: {
    "command:new": "session_start",
    "command:reset": "session_start",
    "message:received": "prompt",
    // Its answer. No event says that a turn ended.
    "message:sent": "turn_end",
    "command:stop": "turn_end",
    // Hooks of plugins, which have other names.
    message_received: "prompt",
    message_sent: "turn_end",
    before_tool_call: "call_start",
    after_tool_call: "call_end",
    agent_end: "turn_end",
    session_end: "session_end",
  },
});
