// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * A plugin for Claude Code with the same hooks, for teams that install through a marketplace.
 * @module
 */
import { hookWords, setupOf } from "./agent_setups.ts";
import { writeCommand } from "./hook_command.ts";

/** A file of the plugin. */
export interface PluginFile {
  /** Relative to the folder of the plugin. */
  path: string;
  text: string;
}

/** Folders that the PATH of an agent often lacks. */
const MORE_PATH = "$HOME/.local/bin:/usr/local/bin:/opt/homebrew/bin";

/**
 * Makes the files of the plugin. The paths of kaizen on the machines of a team differ, so the hooks
 * find it on PATH.
 *
 * @param version The version of kaizen, which is that of the plugin.
 */
export function makePluginFiles(version: string): PluginFile[] {
  const { events, entry } = setupOf("claude");
  const hooks = Object.fromEntries(events.map((event) => {
    const command = writeCommand(
      { program: "kaizen", isBare: false },
      hookWords("claude", event.name),
    );
    return [
      event.name,
      [entry(event, `PATH="$PATH:${MORE_PATH}" ${command}`)],
    ];
  }));
  const plugin = {
    name: "kaizen",
    version,
    description: "Records sessions with kaizen, which has to be installed.",
    license: "AGPL-3.0-or-later",
  };
  return [
    { path: ".claude-plugin/plugin.json", text: render(plugin) },
    { path: "hooks/hooks.json", text: render({ hooks }) },
  ];
}

function render(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
