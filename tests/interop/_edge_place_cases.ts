// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Folders under many names, and trees of calls across restarts.
 * @module
 */
import { type Case, detail, list, type Step, WORKSPACE } from "./_case.ts";
import { send } from "./_edge_steps.ts";

/**
 * Calls in calls that an answer cannot hold within the depth that requests have: each is two
 * levels.
 */
const DEEP = 70;

/** One case a corner. */
export function edgePlaceCases(): Case[] {
  return [
    ...workspaceCases(),
    ...treeCases(),
    ...memoryCases(),
  ];
}

/** One folder under many names, and names of none. */
function workspaceCases(): Case[] {
  const look = (workspace: string): Step[] => [
    detail("s", workspace),
    list({ workspace }),
  ];
  const spellings = ["$W/app/.", "$W/app/../app", "$W//app", "$W/./app"]
    .concat(["$W/link/", "$W/link/../app", "$W/gone/../app", "$W/gone/"])
    .concat([
      "$W/app\0",
      "$W/app ",
      "$W/APP",
      "$W/app\n",
      "$W/é",
      "$W/e\u0301",
      `$W${"/x".repeat(50)}`,
    ]);
  return [
    ...spellings.map((workspace) => ({
      name: `workspace ${JSON.stringify(workspace)}`,
      steps: [
        send("Stop", "s", `,"n":1`),
        send("Stop", "s", `,"n":2`, workspace),
        ...look(workspace),
        ...look(WORKSPACE),
      ],
    })),
    {
      name: "a link that comes to stand for another folder",
      steps: [
        send("PreToolUse", "s", `,"n":1`, "$W/link"),
        { do: "link", file: "link", to: "other" },
        send("PreToolUse", "s", `,"n":2`, "$W/link"),
        ...look("$W/link"),
        ...look("$W/app"),
        ...look("$W/other"),
        { do: "restart" },
        send("PostToolUse", "s", `,"n":3`, "$W/link"),
        ...look("$W/other"),
      ],
    },
    {
      name: "a folder that comes after its events, as a link",
      steps: [
        send("SessionStart", "s", `,"n":1`, "$W/late"),
        ...look("$W/late"),
        { do: "link", file: "late", to: "app" },
        send("Stop", "s", `,"n":2`, "$W/late"),
        ...look("$W/late"),
        ...look("$W/app"),
      ],
    },
    {
      name: "a session that two folders have",
      steps: [
        send("SessionStart", "s", `,"model":"a","id":"x"`, "$W/app"),
        send("PreToolUse", "s", `,"tool_name":"A","id":"x"`, "$W/app"),
        send("PreToolUse", "s", `,"tool_name":"B","id":"x"`, "$W/other"),
        send("PostToolUse", "s", `,"id":"x"`, "$W/app"),
        send("SessionStart", "s", `,"model":"b"`, "$W/other"),
        { do: "restart" },
        send("PostToolUse", "s", `,"id":"x"`, "$W/other"),
        ...look("$W/app"),
        ...look("$W/other"),
        ...look("$W/link"),
      ],
    },
    {
      name: "a file, and links that lead nowhere or round in circles",
      steps: [
        { do: "write", file: "file", text: "" },
        { do: "link", file: "dangling", to: "nowhere" },
        { do: "link", file: "round", to: "round" },
        ...["$W/file", "$W/file/x", "$W/dangling", "$W/dangling/x", "$W/round"]
          .flatMap((workspace) => [
            send("Stop", "s", "", workspace),
            ...look(workspace),
          ]),
        ...look("$W/nowhere"),
      ],
    },
  ];
}

/** Calls in calls, ended from within and not at all. */
function treeCases(): Case[] {
  const calls = (count: number) =>
    Array.from({ length: count }, (_, i) =>
      send(
        "PreToolUse",
        "s",
        `,"id":"c${i}","tool_name":"T","input_tokens":3,"total_cost_usd":0.5`,
      ));
  const ends = (count: number) =>
    Array.from(
      { length: count },
      (_, i) =>
        send("PostToolUse", "s", `,"id":"c${count - 1 - i}","output_tokens":2`),
    );
  return [
    {
      name: "calls in calls",
      steps: [...calls(12), ...ends(12), detail("s")],
    },
    {
      name: "calls deeper than JSON may nest in requests",
      live: true,
      steps: [...calls(DEEP), ...ends(DEEP), detail("s")],
    },
    {
      name: "as many calls that nothing ends but Stop",
      live: true,
      steps: [...calls(DEEP), send("Stop", "s"), detail("s")],
    },
    {
      name: "calls in calls after a restart, ended by others",
      steps: [
        ...calls(6),
        { do: "restart" },
        send("PostToolUse", "s", `,"tool_name":"X","id":"none"`),
        ...ends(3),
        { do: "restart" },
        send("PostToolUse", "s"),
        send("Stop", "s"),
        detail("s"),
      ],
    },
  ];
}

/** The last event that an open call is read back from after a restart, and the one before. */
function memoryCases(): Case[] {
  return [511, 512].map((notes) => ({
    name: `a call and ${notes} events`,
    live: true,
    steps: [
      send("PreToolUse", "s", `,"id":"a"`),
      ...Array.from({ length: notes }, () => send("Notification", "s")),
      { do: "restart" as const },
      send("PostToolUse", "s", `,"id":"a"`),
      detail("s"),
    ],
  }));
}
