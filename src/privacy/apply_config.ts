// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Applies `config.toml` to a request on its way to the daemon or the spool. Loaded only if the home
 * has that file.
 *
 * Reading TOML takes a hook several milliseconds. The rules are therefore kept as JSON beside the
 * file, with the file's time and size, and read from there until it changes.
 * @module
 */
import { lookAt, openOwnFile, readOwnFile } from "../context/mod.ts";
import {
  checkConfig,
  CONFIG_FILE,
  ConfigError,
  readConfigTable,
  type Rules,
} from "./config.ts";
import { EventFilter, type RecordedEvent, withhold } from "./event_filter.ts";

/** Name of the copy in the home. */
const COPY_FILE = "config.rules";
/** A larger copy is not used, in bytes. */
const MAX_COPY_BYTES = 256 * 1024;

/**
 * Applies the rules to the body of an `ingest_hook` request.
 *
 * @param home Absolute path.
 * @param userHome Absolute path that `~` stands for.
 * @returns The body to send, null if the event is not to be recorded; and the mistake in the
 * configuration, null if there is none.
 */
export async function applyConfig(
  body: Uint8Array,
  home: string,
  userHome: string,
): Promise<AllowedBody> {
  const request = JSON.parse(new TextDecoder().decode(body));
  const { payload, fault } = await applyRules(request, home, userHome);
  if (payload === null) return { body: null, fault };
  if (payload === request.payload) return { body, fault };
  const text = JSON.stringify({ ...request, payload });
  return { body: new TextEncoder().encode(text), fault };
}

/**
 * Applies the rules to an event.
 *
 * @param home Absolute path.
 * @param userHome Absolute path that `~` stands for.
 * @returns The payload to record, null if the event is not to be recorded; and the mistake in the
 * configuration, null if there is none.
 */
export async function applyRules(
  event: RecordedEvent,
  home: string,
  userHome: string,
): Promise<{ payload: string | null; fault: string | null }> {
  const { rules, fault } = await findRules(home);
  const payload = rules === null
    ? withhold(event.payload, "config")
    : new EventFilter(rules, userHome).apply(event);
  return { payload, fault };
}

/**
 * Removes the copy of the rules if the user has deleted the file: a later file with a mistake must
 * not bring them back. Never throws.
 *
 * @param home Absolute path of a home of this user.
 */
export function forgetDeleted(home: string): void {
  try {
    if (lookAt(`${home}/${CONFIG_FILE}`) !== null) return;
    Deno.removeSync(`${home}/${COPY_FILE}`);
  } catch {
    // There is none, or the next look removes it.
  }
}

/** The outcome for one event. */
export interface AllowedBody {
  body: Uint8Array | null;
  fault: string | null;
}

/** The content of the configuration, and the stamp of the file that it was read from. */
interface Copy {
  stamp: string;
  table: unknown;
}

/**
 * Finds the rules. With a mistake in the file the last good ones apply; without any, no content is
 * recorded: a mistake must not record what the user wants to keep out of the store.
 */
async function findRules(
  home: string,
): Promise<{ rules: Rules | null; fault: string | null }> {
  const stamp = stampOf(`${home}/${CONFIG_FILE}`);
  const copy = readCopy(home);
  if (copy?.stamp === stamp) {
    return { rules: checkConfig(copy.table).rules, fault: null };
  }
  try {
    const table = await readConfigTable(home);
    const { rules } = checkConfig(table);
    writeCopy(home, { stamp, table });
    return { rules, fault: null };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const rules = copy && checkConfig(copy.table).rules;
    return { rules, fault: error.message };
  }
}

function stampOf(path: string): string {
  try {
    const { mtime, size, ino } = Deno.statSync(path);
    return `${mtime?.getTime()} ${size} ${ino}`;
  } catch {
    return "none"; // a link that leads nowhere: reading it tells the reason
  }
}

function readCopy(home: string): Copy | null {
  try {
    const bytes = readOwnFile(`${home}/${COPY_FILE}`, MAX_COPY_BYTES);
    if (bytes === null) return null;
    const copy: Copy = JSON.parse(new TextDecoder().decode(bytes));
    checkConfig(copy.table);
    return copy;
  } catch {
    return null; // the file itself is read then
  }
}

function writeCopy(home: string, copy: Copy): void {
  try {
    using file = openOwnFile(`${home}/${COPY_FILE}`, { heal: true });
    file.truncateSync();
    file.writeSync(new TextEncoder().encode(JSON.stringify(copy)));
  } catch {
    // The next hook reads the file itself.
  }
}
