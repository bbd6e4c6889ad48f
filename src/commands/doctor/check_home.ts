// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Looks at the home: its kind, owner and permissions, and files that are not kaizen's.
 * @module
 */
import {
  faultWords,
  FOLDER_MODE,
  HomeError,
  lookAt,
  whyForeign,
} from "../../context/mod.ts";
import {
  isHomeFile,
  isOtherFolder,
  listOddFiles,
  type OddFile,
} from "../../launch/mod.ts";
import { surveySpool } from "../../spool/mod.ts";
import type { Run } from "../shell/cli.ts";
import { quoteWord } from "../shell/quote_word.ts";
import { nearestSeen, repairDisk } from "./check_disk.ts";
import type { Report } from "./finding.ts";

const OTHER_HOME = "set KAIZEN_HOME to a folder of yours";

/** Checks the home. */
export function checkHome(report: Report, { settings, context }: Run): void {
  const { home, socket, spool } = settings.paths();
  const word = quoteWord(home);
  const found = lookFor(home);
  if (found === null || found === "unseen") {
    const { reason } = surveySpool(spool, context.env);
    if (reason !== null) {
      return report.close(
        `${home} cannot be ${found ? "looked at" : "made"}: ${reason}`,
        repairOf(home, reason),
      );
    }
    return report.note(
      `There is no ${home} yet: the first event makes it`,
      "kaizen hooks install",
    );
  }
  if (found.isSymlink) {
    return report.close(
      `${home} is a symbolic link`,
      "set KAIZEN_HOME to the folder that it points to",
    );
  }
  if (!found.isDirectory) {
    return report.close(
      `${home} is not a folder`,
      home.endsWith("/.kaizen") ? `mv ${word} ${word}.old` : OTHER_HOME,
    );
  }
  const why = whyForeign(home);
  if (why !== null) {
    return report.close(
      `${home} cannot be used as ${why}, and this is user ${Deno.uid()}`,
      Deno.uid() === 0
        ? "run kaizen as the user of that home, or give root one with --home"
        : `${OTHER_HOME}; if this one is: sudo chown -R ${Deno.uid()} ${word}`,
    );
  }
  const mode = (found.mode ?? FOLDER_MODE) & 0o777;
  if (mode !== FOLDER_MODE && isOtherFolder(home)) {
    return report.close(
      `${home} has files that are not kaizen's, and its mode is ${octal(mode)}`,
      OTHER_HOME,
    );
  }
  if ((mode & FOLDER_MODE) !== FOLDER_MODE) {
    return report.close(
      `${home} cannot be read and written by its owner: its mode is ${
        octal(mode)
      }`,
      `chmod 700 ${word}`,
    );
  }
  if (mode !== FOLDER_MODE) {
    report.fault(
      `${home} is open to other users: its mode is ${octal(mode)}`,
      `chmod 700 ${word}`,
    );
  } else report.ok(home);
  // Other checks are about these.
  tellOdd(
    listOddFiles(home).filter(({ path }) => path !== socket && path !== spool),
    report,
  );
  listOthers(home, report);
}

function lookFor(home: string): Deno.FileInfo | "unseen" | null {
  try {
    return lookAt(home);
  } catch (error) {
    if (error instanceof HomeError) return "unseen";
    throw error;
  }
}

/** Returns what makes it possible to use a home in which nothing can be written. */
function repairOf(home: string, reason: string): string {
  const ofDisk = repairDisk(home, reason);
  if (ofDisk !== null) return ofDisk;
  const nearest = nearestSeen(home);
  const isOwn = Deno.statSync(nearest).uid === Deno.uid();
  return isOwn && reason === faultWords("EACCES")
    ? `chmod u+rwx ${quoteWord(nearest)}`
    : OTHER_HOME;
}

function tellOdd(odd: readonly OddFile[], report: Report): void {
  for (const { path, why, isClosed } of odd) {
    const word = quoteWord(path);
    report.fault(
      `${path} cannot be used: ${why}`,
      isClosed ? `chmod u+rw ${word}` : `mv ${word} ${word}.old`,
    );
  }
}

function listOthers(home: string, report: Report): void {
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
    } else if (!isHomeFile(name)) {
      report.note(`${name} is not a file of kaizen`);
    }
  }
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}
