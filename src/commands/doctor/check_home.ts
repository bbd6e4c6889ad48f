// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Looks at the home: its kind, owner and permissions, and files that are not kaizen's.
 * @module
 */
import { foreignOwner, lookAt } from "../../context/mod.ts";
import type { Run } from "../shell/cli.ts";
import { quoteWord } from "../shell/quote_word.ts";
import type { Report } from "./finding.ts";

/** What kaizen makes in a home. */
const OURS =
  /^(?:config\.(?:toml|rules)|prices\.json|machine-id|spool|hooks|daemon\.(?:sock|pid|log|log\.1|err|start)|flush\.start|store\.db(?:-(?:wal|shm|journal|damaged|restored|before-.+))?)$/;
/** What the `kaizen-cli` crate makes in a home that both use. */
const THEIRS = /^(?:projects|workspaces|web\.token|machine\.key|.*\.json)$/;
const PRIVATE_MODE = 0o700;

/** Checks the home. */
export function checkHome(report: Report, { settings }: Run): void {
  const { home } = settings.paths();
  const word = quoteWord(home);
  const found = lookAt(home);
  if (found === null) {
    return report.note(
      `There is no ${home} yet: the first event makes it`,
      "kaizen hooks install",
    );
  }
  if (found.isSymlink) {
    return report.fault(
      `${home} is a symbolic link`,
      "set KAIZEN_HOME to the folder that it points to",
    );
  }
  if (!found.isDirectory) {
    return report.fault(`${home} is no folder`, `mv ${word} ${word}.old`);
  }
  const owner = foreignOwner(home);
  if (owner !== null) {
    return report.fault(
      `${home} belongs to user ${owner}, and this is user ${Deno.uid()}`,
      Deno.uid() === 0
        ? "run kaizen as that user"
        : `sudo chown -R ${Deno.uid()} ${word}`,
    );
  }
  const mode = (found.mode ?? PRIVATE_MODE) & 0o777;
  if ((mode & PRIVATE_MODE) !== PRIVATE_MODE) {
    report.fault(
      `${home} cannot be read and written by its owner: its mode is ${
        octal(mode)
      }`,
      `chmod 700 ${word}`,
    );
    return;
  }
  if (mode !== PRIVATE_MODE) {
    report.fault(
      `${home} is open to other users: its mode is ${octal(mode)}`,
      `chmod 700 ${word}`,
    );
  } else report.ok(home);
  listOdd(home, report);
}

function listOdd(home: string, report: Report): void {
  for (const { name } of Deno.readDirSync(home)) {
    const path = quoteWord(`${home}/${name}`);
    if (/^doctor-/.test(name)) {
      report.fault(
        `${name} is left from a kaizen doctor that was killed`,
        `rm -r ${path}`,
      );
    } else if (/\.odd\b/.test(name)) {
      report.note(
        `${name} was in the place of one of kaizen's files`,
        `rm -r ${path}`,
      );
    } else if (!OURS.test(name) && !THEIRS.test(name)) {
      report.note(`${name} is no file of kaizen's`);
    }
  }
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}
