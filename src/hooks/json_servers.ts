// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The server `kaizen` in the JSON file in which an agent lists its servers.
 * @module
 */
import {
  cutNode,
  findMember,
  insertValue,
  isBareNode,
  type Node,
  parseDocument,
} from "./_json_edit.ts";

/** A server that an agent starts. */
export interface AgentServer {
  command: string;
  args: string[];
}

const LIST = "mcpServers";
const NAME = "kaizen";

/**
 * Reads the server.
 *
 * @returns Null if there is none.
 * @throws {AgentFileError} If the text is no JSON object.
 */
export function readJsonServer(text: string): AgentServer | null {
  const node = findServer(text);
  if (node === null) return null;
  const [command, args] = ["command", "args"].map((name) =>
    node.type === "object" ? findMember(node, name) : null
  );
  return {
    command: String(command?.value),
    args: (args?.children ?? []).map(({ value }) => String(value)),
  };
}

/**
 * Adds the server, or puts it in the place of the one that is there.
 *
 * @throws {AgentFileError} As {@linkcode readJsonServer}.
 */
export function putJsonServer(text: string, server: AgentServer): string {
  if (text.trim() === "") {
    const document = { [LIST]: { [NAME]: server } };
    return `${JSON.stringify(document, null, 2)}\n`;
  }
  const found = findServer(text);
  const rest = found === null ? text : cutNode(text, found.parent ?? found);
  const root = parseDocument(rest);
  const list = findMember(root, LIST);
  return list === null
    ? insertValue(rest, root, { [NAME]: server }, LIST)
    : insertValue(rest, list, server, NAME);
}

/**
 * Removes the server that was written, and the list that this empties.
 *
 * @param after The text that was written. A server that has changed since stays.
 * @param before The text before. A list that it had stays, even if it is empty now.
 * @throws {AgentFileError} As {@linkcode readJsonServer}.
 */
export function removeJsonServer(
  text: string,
  after: string,
  before: string | null,
): string {
  const found = findServer(text);
  if (found === null || !isSame(text, after)) return text;
  const rest = cutNode(text, found.parent ?? found);
  const list = findMember(parseDocument(rest), LIST);
  const hadList = before !== null && before.trim() !== "" &&
    findMember(parseDocument(before), LIST) !== null;
  return list === null || hadList || !isBareNode(rest, list)
    ? rest
    : cutNode(rest, list.parent ?? list);
}

/** Whether two texts have the same server. */
function isSame(a: string, b: string): boolean {
  const [one, other] = [a, b].map(readJsonServer);
  return JSON.stringify(one) === JSON.stringify(other);
}

function findServer(text: string): Node | null {
  if (text.trim() === "") return null;
  const list = findMember(parseDocument(text), LIST);
  return list?.type === "object" ? findMember(list, NAME) : null;
}
