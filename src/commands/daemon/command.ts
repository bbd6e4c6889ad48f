// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * `kaizen daemon run|start|stop|restart|status`.
 * @module
 */
import { Command } from "@cliffy/command";
import type { Cli } from "../shell/cli.ts";
import { chooseHelp } from "../shell/choose_help.ts";
import type { GlobalFlags } from "../shell/settings.ts";
import { makeStatus } from "../status/command.ts";
import { makeStop } from "../stop/command.ts";

function declareGroup(cli: Cli) {
  return new Command<GlobalFlags>()
    .description("Run, start and stop kaizen's own daemon.")
    .example("start it, and get on with it", "kaizen daemon start --background")
    .example("watch what it does", "kaizen daemon run")
    .example("after an update", "kaizen daemon restart")
    .action(function () {
      chooseHelp(cli, this.getHelp());
    });
}

function declareRun(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(
      "Run the daemon in the foreground, with its log on stderr.\n" +
        "It ends at SIGTERM, SIGINT or kaizen stop. Exits 73 if another one owns this home.",
    )
    .example("run it here", "kaizen daemon run")
    .option("--detached", "As daemon start --background runs it", {
      hidden: true,
    })
    .action(({ detached, ...flags }) => {
      cli.choose(flags, async (run) => {
        const { runDaemonForeground, runDaemonDetached } = await import(
          "./run.ts"
        );
        if (detached) return await runDaemonDetached(run);
        await runDaemonForeground(run);
        // What a starter's environment says about output is not meant for the daemon behind it.
      }, { textByDefault: detached ?? false, starts: true });
    });
}

function declareStart(cli: Cli) {
  return new Command<GlobalFlags>()
    .description(
      "Start the daemon, in the background if told so.\n" +
        "With --background it is detached, and the command waits until it answers. One that runs already is left alone.",
    )
    .example("start it", "kaizen daemon start --background")
    .option(
      "--background",
      "Return once it answers (default: run in the foreground, as daemon run)",
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
      "Stop the daemon, if one runs, and start it in the background.",
    )
    .example("after an update", "kaizen daemon restart")
    .action((flags) => {
      cli.choose(flags, async (run) => {
        const { runDaemonRestart } = await import("./run_start.ts");
        await runDaemonRestart(run);
      }, { starts: true });
    });
}

/** The command `kaizen daemon` with all below it. */
export function makeDaemon(cli: Cli): ReturnType<typeof declareGroup> {
  const daemon = declareGroup(cli);
  daemon.command("run", declareRun(cli));
  daemon.command("start", declareStart(cli));
  daemon.command("stop", makeStop(cli));
  daemon.command("restart", declareRestart(cli));
  daemon.command("status", makeStatus(cli));
  return daemon;
}
