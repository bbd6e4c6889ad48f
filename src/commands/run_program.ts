// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Runs a command line and returns its exit code.
 * @module
 */
import { ValidationError } from "@cliffy/command";
import type { Context } from "../context/mod.ts";
import { Cli } from "./shell/cli.ts";
import type { CommandNode } from "./shell/command_node.ts";
import { CommandLineError } from "./shell/errors.ts";
import { givenFormat, hasWord } from "./shell/given_words.ts";
import { rewriteWords } from "./shell/words.ts";
import { MessageOutput, ResultOutput } from "./shell/outputs.ts";
import { chooseHelp } from "./shell/choose_help.ts";
import { chooseVersion } from "./version/command.ts";
import { makeStatusBranch, type Tree } from "./globals.ts";
import { findFormat, type Format } from "./shell/settings.ts";

/**
 * Commands whose default output format is always text; a hook runner may read the stdout of
 * `ingest`.
 */
const SPEAK_TEXT = /^kaizen (ingest|help|completions)\b/;

/**
 * Runs the command that the arguments name, and prints its results or its error.
 *
 * @returns The exit code, see `exit_codes.ts`; never 2.
 */
export async function runProgram(context: Context): Promise<number> {
  let format: Format = "text";
  const stdout = new ResultOutput(
    context.stdout,
    () => (cli.format ?? format) === "text",
  );
  const stderr = new MessageOutput(context.stderr);
  const cli: Cli = new Cli({ ...context, stdout, stderr });
  let command = "kaizen";
  try {
    command = await parse(cli);
    return await cli.run(command);
  } catch (error) {
    const { reportError } = await import("./shell/report_error.ts");
    format = cli.format ?? wantedFormat(context, error, command);
    return await reportError(error, {
      context: cli.context,
      command,
      format,
      hasOutput: stdout.hasOutput,
      isVerbose: hasWord(context.args, "-v", "--verbose"),
      pathFlags: pathFlags(context.args),
    });
  }
}

/**
 * Parses the command line.
 *
 * @returns The command as typed, such as `kaizen sessions`.
 */
async function parse(cli: Cli): Promise<string> {
  const branch = await makeBranch(cli, cli.context.args[0]);
  if (branch !== null) {
    try {
      return await parseWith(branch, cli);
    } catch (error) {
      // The error message needs the whole tree, for its suggestions.
      if (!(error instanceof ValidationError)) throw error;
    }
  }
  const { makeRoot } = await import("./root.ts");
  const root = makeRoot(cli);
  try {
    return await parseWith(root, cli);
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    return await chooseInstead(error, error.cmd ?? root, root, cli);
  }
}

async function parseWith(root: Tree, cli: Cli): Promise<string> {
  const { cmd } = await root.parse(rewriteWords(cli.context.args));
  return cmd.getPath();
}

/** Makes a tree with only the command that the first word names; null if it names none. */
async function makeBranch(
  cli: Cli,
  word: string | undefined,
): Promise<Tree | null> {
  if (word === "status") return makeStatusBranch(cli);
  const { makeBranch } = await import("./root.ts");
  return makeBranch(cli, word);
}

/**
 * Chooses help or version although the command line has errors: the library rejects them beside
 * other options, but they take precedence if the command is known.
 *
 * @throws {CommandLineError} If neither is given.
 */
async function chooseInstead(
  error: ValidationError,
  command: CommandNode & { getHelp(): string },
  root: CommandNode,
  cli: Cli,
): Promise<string> {
  const { explainUsage, findUnknown } = await import("./shell/usage.ts");
  const { args } = cli.context;
  const isLost = findUnknown(command, args)?.kind === "command";
  if (!isLost && hasWord(args, "-h", "--help")) {
    chooseHelp(cli, command.getHelp());
  } else if (!isLost && hasWord(args, "-V", "--version")) {
    chooseVersion(cli);
  } else throw explainUsage(error.message, command, args, root);
  return command.getPath();
}

/** Guesses the output format for an error before the command line was parsed. */
function wantedFormat(
  context: Context,
  error: unknown,
  command: string,
): Format {
  const given = givenFormat(context.args);
  if (given !== null) return given;
  const named = error instanceof CommandLineError ? error.command : command;
  if (SPEAK_TEXT.test(named)) return "text";
  return findFormat(context.env("KAIZEN_OUTPUT")) ??
    (context.stdout.isTerminal() ? "text" : "json");
}

function pathFlags(args: readonly string[]): string[] {
  return args.flatMap((arg, i) => {
    if (arg === "--home" || arg === "--socket") return [arg, args[i + 1] ?? ""];
    return /^--(home|socket)=/.test(arg) ? [arg] : [];
  });
}
