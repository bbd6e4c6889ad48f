// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The files of a home, and what is in their place but is none of ours.
 * @module
 */
import {
  lookAt,
  realPath,
  whyKeptOut,
  whyNoOwnFolder,
  whyOdd,
} from "../context/mod.ts";

/** How a file of the home is used. */
interface HomeFile {
  name: RegExp;
  kind: "file" | "folder" | "socket";
  /** No daemon starts unless it can be read and written. Others are skipped, or made again. */
  isNeeded?: true;
  /** It may be a link, as a dotfile manager makes it. */
  mayLink?: true;
  /** A larger one cannot be used. */
  maxBytes?: number;
}

/** Everything that kaizen makes or reads in a home. */
const HOME_FILES: readonly HomeFile[] = [
  { name: /^daemon\.pid$/, kind: "file", isNeeded: true },
  { name: /^daemon\.log$/, kind: "file", isNeeded: true },
  { name: /^daemon\.sock$/, kind: "socket", isNeeded: true },
  { name: /^daemon\.sock\.lock$/, kind: "file", isNeeded: true },
  { name: /^machine-id$/, kind: "file", maxBytes: 33 },
  {
    name: /^store\.db(?:-(?:wal|shm|journal))?$/,
    kind: "file",
    isNeeded: true,
  },
  { name: /^store\.db-(?:damaged|probe|restored|before-.+)$/, kind: "file" },
  { name: /^daemon\.(?:log\.1|err|start)$/, kind: "file" },
  { name: /^flush\.start$/, kind: "file" },
  { name: /^turn\.sock$/, kind: "socket" },
  { name: /^config\.toml$/, kind: "file", mayLink: true, maxBytes: 64 * 1024 },
  { name: /^config\.rules$/, kind: "file" },
  { name: /^prices\.json$/, kind: "file", maxBytes: 1024 ** 2 },
  { name: /^(?:spool|hooks)$/, kind: "folder" },
];

/** Files that the `kaizen-cli` crate makes in its home, which may be ours as well. */
const THEIRS =
  /^(?:machine\.db.*|machine\.key|projects|web[._]token.*|workspaces)$/;
/** What was set aside as it was in the place of a file, and what systems make in any folder. */
const ASIDE = /\.odd$|^(?:\.DS_Store|lost\+found)$/;
/**
 * What only a home has, and no hook makes: a hook may have been given a wrong folder. Many a system
 * has `/etc/machine-id`, `/var/log/daemon.log` and `/workspaces`.
 */
const MARKS =
  /^(?:config\.toml|daemon\.pid|machine\.(?:db|key)|prices\.json|store\.db|web[._]token.*)$/;

/** An odd file in the place of a file of the home. */
export interface OddFile {
  path: string;
  /** A clause, such as "it is a symbolic link". */
  why: string;
  /** Whether nothing but its mode is wrong. */
  isClosed: boolean;
  /** Whether no daemon starts while it is there. */
  isNeeded: boolean;
}

/** Whether kaizen, or the `kaizen-cli` crate, makes or reads a file of this name in a home. */
export function isHomeFile(name: string): boolean {
  return THEIRS.test(name) || HOME_FILES.some((file) => file.name.test(name));
}

/** Whether a folder is that of other files, such as `/etc`, and was given as a home by mistake. */
export function isOtherFolder(path: string): boolean {
  const names = listNames(path);
  return names.some((name) => !isHomeFile(name) && !ASIDE.test(name)) &&
    !names.some((name) => MARKS.test(name));
}

/**
 * Lists what is in the place of a file of the home and cannot be used. Opens nothing.
 *
 * @param home Absolute.
 * @returns Nothing if the home cannot be listed.
 */
export function listOddFiles(home: string): OddFile[] {
  return listNames(home).flatMap((name): OddFile[] => {
    const file = HOME_FILES.find((one) => one.name.test(name));
    if (file === undefined) return [];
    const path = `${home}/${name}`;
    const fault = explain(path, file);
    return fault === null
      ? []
      : [{ path, ...fault, isNeeded: file.isNeeded ?? false }];
  });
}

function listNames(home: string): string[] {
  try {
    return [...Deno.readDirSync(home)].map(({ name }) => name).sort();
  } catch {
    return []; // there is none, or it cannot be read
  }
}

function explain(
  path: string,
  { kind, isNeeded, mayLink, maxBytes }: HomeFile,
): Pick<OddFile, "why" | "isClosed"> | null {
  const info = lookAt(mayLink ? realPath(path) ?? path : path);
  if (info === null) return null;
  const why = kind === "folder"
    ? whyNoOwnFolder(path)
    : kind === "socket"
    ? info.isSocket ? null : "it is not a socket"
    : whyOdd(info, maxBytes) ?? (isNeeded ? whyKeptOut(info, "write") : null);
  if (!why) return null;
  const isClosed = kind === "file" &&
    whyOdd({ ...info, mode: null }, maxBytes) === null;
  return { why, isClosed };
}
