// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen hooks install|uninstall|status|plugin`.
 * @module
 */
import { Command } from "@cliffy/command";
import type { Cli } from "../shell/cli.ts";
import { declareGroup } from "../shell/choose_help.ts";
import type { GlobalFlags } from "../shell/settings.ts";
import { wordType } from "../shell/value_types.ts";

const NAMES = "[agent...:word]";
const PROJECT = "Only the repository of the current directory";
const DRY_RUN = "Only show the changes";
const YES = "Do not ask for confirmation";

function declareInstall(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(
      "Add hooks to the settings of agents, or of git.\n" +
        "Without names, sets up all agents that are found; git only if it is named. Shows the changes and asks for confirmation, unless --yes is given. All other hooks and settings stay as they are.",
    )
    .type("word", wordType)
    .arguments(NAMES)
    .example("Set up all agents that are found", "kaizen hooks install")
    .example(
      "Show what would change for one agent",
      "kaizen hooks install codex --dry-run",
    )
    .example(
      "Record the commits of this repository",
      "kaizen hooks install git --project",
    )
    .example(
      "Let agents look at past sessions, too",
      "kaizen hooks install --mcp",
    )
    .option("--project", PROJECT)
    .option("--dry-run", DRY_RUN)
    .option("--yes", YES)
    .option(
      "--keep",
      "Keep hooks that run kaizen in another way, and do not add them again",
    )
    .option(
      "--mcp",
      "Also let Claude Code, Codex and Cursor use kaizen mcp",
    )
    .option(
      "--program <path:word>",
      "Absolute path of the program that hooks run (default: this one)",
    )
    .action(
      ({ project, dryRun, yes, keep, mcp, program, ...flags }, ...names) => {
        cli.choose(flags, async (run) => {
          const { runHooksInstall } = await import("./run_install.ts");
          return await runHooksInstall({
            names,
            isProject: project ?? false,
            isDry: dryRun ?? false,
            isSure: yes ?? false,
            keepsOthers: keep ?? false,
            addsMcp: mcp ?? false,
            program: program ?? null,
          }, run);
        }, { starts: true });
      },
    );
}

function declareUninstall(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(
      "Undo the changes of kaizen hooks install.\n" +
        "A file that nothing else has changed is then byte for byte what it was. Without names, all agents and git; also in the repositories in which they were installed. Shows the changes and asks for confirmation, unless --yes is given.",
    )
    .type("word", wordType)
    .arguments(NAMES)
    .example("Remove all hooks of kaizen", "kaizen hooks uninstall")
    .example(
      "Remove the hooks of one agent",
      "kaizen hooks uninstall cursor --yes",
    )
    .option("--project", PROJECT)
    .option("--dry-run", DRY_RUN)
    .option("--yes", YES)
    .action(({ project, dryRun, yes, ...flags }, ...names) => {
      cli.choose(flags, async (run) => {
        const { runHooksUninstall } = await import("./run_uninstall.ts");
        return await runHooksUninstall({
          names,
          isProject: project ?? false,
          isDry: dryRun ?? false,
          isSure: yes ?? false,
        }, run);
      }, { starts: true });
    });
}

function declareStatus(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(
      "Show which hooks are set up, and when they last ran.\n" +
        "The column MCP shows which agents may ask kaizen (kaizen help mcp). With -v, lists the events of each agent.",
    )
    .type("word", wordType)
    .arguments(NAMES)
    .example("See which hooks are set up", "kaizen hooks status")
    .example(
      "List the events without a hook",
      "kaizen hooks status --json | jq '.hooks[] | {agent, missing}'",
    )
    .option("--project", PROJECT)
    .action(({ project, ...flags }, ...names) => {
      cli.choose(flags, async (run) => {
        const { runHooksStatus } = await import("./run_status.ts");
        await runHooksStatus({ names, isProject: project ?? false }, run);
      }, { starts: true });
    });
}

function declarePlugin(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(
      "Write a plugin for Claude Code with these hooks.\n" +
        "For teams that install through a marketplace. Its hooks find kaizen on PATH. Never overwrites another file.",
    )
    .type("word", wordType)
    .arguments("<dir:word>")
    .example(
      "Write the plugin into a marketplace",
      "kaizen hooks plugin plugins/kaizen",
    )
    .action((flags, dir) => {
      cli.choose(flags, async (run) => {
        const { runHooksPlugin } = await import("./run_plugin.ts");
        await runHooksPlugin(dir, run);
      });
    });
}

/** Makes the command `kaizen hooks` with its subcommands. */
export function makeHooksCommand(cli: Cli): Command<GlobalFlags> {
  const hooks = declareGroup(
    cli,
    "Set up the hooks of coding agents and of git.\n" +
      "Agents are claude, codex, copilot, cursor, gemini, openclaw and vibe.",
  )
    .example("Set up all agents that are found", "kaizen hooks install")
    .example("See which hooks are set up", "kaizen hooks status")
    .example("Remove all hooks of kaizen", "kaizen hooks uninstall");
  hooks.command("install", declareInstall(cli));
  hooks.command("uninstall", declareUninstall(cli));
  hooks.command("status", declareStatus(cli));
  hooks.command("plugin", declarePlugin(cli));
  return hooks;
}
