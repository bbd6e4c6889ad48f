// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen daemon run|start|stop|restart|status|install|uninstall`.
 * @module
 */
import { Command } from "@cliffy/command";
import type { Cli } from "../shell/cli.ts";
import { declareGroup } from "../shell/choose_help.ts";
import type { GlobalFlags } from "../shell/settings.ts";
import { makeStatus } from "../status/command.ts";
import { makeStop } from "../stop/command.ts";

function declareRun(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(
      "Run the daemon in the foreground, with its log on stderr.\n" +
        "Stops on SIGTERM, SIGINT or kaizen stop. Exits 73 if another daemon owns this home.",
    )
    .example("Run the daemon in the foreground", "kaizen daemon run")
    .option("--detached", "Used by daemon start --background", {
      hidden: true,
    })
    .action(({ detached, ...flags }) => {
      cli.choose(flags, async (run) => {
        const { runDaemonForeground, runDaemonDetached } = await import(
          "./run.ts"
        );
        if (detached) return await runDaemonDetached(run);
        await runDaemonForeground(run);
        // KAIZEN_OUTPUT in the environment of the starting process is not meant for its daemon.
      }, { textByDefault: detached ?? false, starts: true });
    });
}

function declareStart(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(
      "Start the daemon, in the foreground or in the background.\n" +
        "With --background, the command detaches the daemon and waits until it answers. It does nothing if a daemon is already running.",
    )
    .example(
      "Start the daemon in the background",
      "kaizen daemon start --background",
    )
    .option(
      "--background",
      "Start it in the background and return once it answers (default: run in the foreground)",
    )
    .action(({ background, ...flags }) => {
      cli.choose(flags, async (run) => {
        if (background) {
          const { runDaemonStart } = await import("./run_start.ts");
          return await runDaemonStart(run);
        }
        const { runDaemonForeground } = await import("./run.ts");
        await runDaemonForeground(run);
      }, { starts: true });
    });
}

function declareRestart(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(
      "Restart the daemon in the background.\n" +
        "Starts it even if it was not running.",
    )
    .example("Restart the daemon after an update", "kaizen daemon restart")
    .action((flags) => {
      cli.choose(flags, async (run) => {
        const { runDaemonRestart } = await import("./run_start.ts");
        await runDaemonRestart(run);
      }, { starts: true });
    });
}

function declareInstall(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(
      "Let the system start the daemon when you log in.\n" +
        "Writes a user unit of systemd, or an agent of launchd, and starts it. Hooks start a daemon anyway; a service starts it earlier.",
    )
    .example("Start the daemon at each login", "kaizen daemon install")
    .action((flags) => {
      cli.choose(flags, async (run) => {
        const { runServiceInstall } = await import("./run_service.ts");
        return await runServiceInstall(run);
      }, { starts: true });
    });
}

function declareUninstall(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(
      "Remove what kaizen daemon install has set up.\n" +
        "Stops the daemon that the system has started.",
    )
    .example("Leave the daemon to the hooks", "kaizen daemon uninstall")
    .action((flags) => {
      cli.choose(flags, async (run) => {
        const { runServiceUninstall } = await import("./run_service.ts");
        await runServiceUninstall(run);
      }, { starts: true });
    });
}

/** Makes the command `kaizen daemon` with its subcommands. */
export function makeDaemon(cli: Cli): Command<GlobalFlags> {
  const daemon = declareGroup(
    cli,
    "Run, start and stop the kaizen daemon.",
  )
    .example(
      "Start the daemon in the background",
      "kaizen daemon start --background",
    )
    .example("Run the daemon and watch its log", "kaizen daemon run")
    .example("Restart the daemon after an update", "kaizen daemon restart");
  daemon.command("run", declareRun(cli));
  daemon.command("start", declareStart(cli));
  daemon.command("stop", makeStop(cli));
  daemon.command("restart", declareRestart(cli));
  daemon.command("status", makeStatus(cli));
  daemon.command("install", declareInstall(cli));
  daemon.command("uninstall", declareUninstall(cli));
  return daemon;
}
