// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Finds out from Linux's table of mounts whether a folder is on a network file system.
 * @module
 */
import { StoreError } from "./errors.ts";

/** File systems on which the WAL's shared memory or POSIX locks do not work between hosts. */
const NETWORK_TYPES: ReadonlySet<string> = new Set([
  "afs",
  "ceph",
  "cifs",
  "coda",
  "fuse.glusterfs",
  "fuse.s3fs",
  "fuse.sshfs",
  "lustre",
  "ncpfs",
  "nfs",
  "nfs4",
  "smb3",
  "smbfs",
]);

/**
 * Refuses a folder on a network file system. Only Linux names the file system cheaply; other
 * systems refuse nothing.
 *
 * @param folder Real path of the folder the store is in.
 * @throws {StoreError} If the file system is reached over a network.
 */
export function refuseNetwork(folder: string): void {
  if (Deno.build.os !== "linux" || hasDevice(Deno.statSync(folder).dev)) return;
  const table = readMounts();
  const type = table === null ? null : findFileSystem(table, folder);
  if (type === null || !isNetwork(type)) return;
  throw new StoreError(
    "network",
    `Cannot open store as it must be on a local disk: "${folder}" is on ${type}. Set KAIZEN_HOME (or --home) to a folder of a local disk`,
  );
}

/**
 * Tells whether a file system is on a block device. All others, and so all network file systems,
 * have the major number 0.
 */
export function hasDevice(dev: number): boolean {
  return ((dev >>> 8) & 0xfff) !== 0;
}

/**
 * Reads the table of mounts through a program, because the runtime allows a direct read only with
 * all permissions.
 *
 * @returns The table; null if the program fails.
 */
export function readMounts(): string | null {
  try {
    const { success, stdout } = new Deno.Command("/bin/cat", {
      args: ["/proc/self/mountinfo"],
      clearEnv: true,
      stdin: "null",
      stderr: "null",
    }).outputSync();
    return success ? new TextDecoder().decode(stdout) : null;
  } catch {
    return null;
  }
}

/** Tells whether a type of file system is reached over a network. */
export function isNetwork(type: string): boolean {
  return NETWORK_TYPES.has(type);
}

/**
 * Looks up the type of the file system that holds a folder.
 *
 * @param table Text in the form of `/proc/self/mountinfo`.
 * @returns Null if no mount holds it.
 */
export function findFileSystem(table: string, folder: string): string | null {
  let longest = -1;
  let found: string | null = null;
  for (const line of table.split("\n")) {
    const fields = line.split(" ");
    const mount = unescapeMount(fields[4] ?? "");
    const type = fields[fields.indexOf("-", 6) + 1];
    if (mount === "" || type === undefined) continue;
    const inside = folder === mount ||
      folder.startsWith(mount === "/" ? "/" : `${mount}/`);
    // A later line of the same mount point covers the earlier one.
    if (!inside || mount.length < longest) continue;
    longest = mount.length;
    found = type;
  }
  return found;
}

/** Space, tab, newline and backslash are written as three octal digits. */
function unescapeMount(text: string): string {
  return text.replace(
    /\\([0-7]{3})/g,
    (_, digits: string) => String.fromCharCode(parseInt(digits, 8)),
  );
}
