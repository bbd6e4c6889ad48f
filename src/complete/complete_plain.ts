// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The same completion without looking for anything in the text, for most of what agents send.
 * @module
 */
import type { Fields } from "../agents/mod.ts";
import type { PlainObject } from "../proto/mod.ts";
import type { Completed } from "./complete.ts";
import { type CompleteOptions, planEdits } from "./plan.ts";

/**
 * Completes a hook event as {@linkcode completeEvent} does, if all that it lacks can be put behind its opening brace.
 *
 * @returns Null if that must do it, or say why it is no event.
 */
export function completePlain(
  event: PlainObject,
  options: CompleteOptions,
): Completed | null {
  if (options.raw) return null;
  const fields = new PlainFields(event);
  const { edits, copies, event: name, sessionId, ...plan } = planEdits(
    fields,
    options,
  );
  if (name === null || sessionId === null || copies.length > 0) return null;
  if (edits.some(({ key }) => fields.has(key))) return null;
  const added = edits.map(({ key, value }) => `"${key}":${value},`).join("");
  const payload = `{${added}${event.text.slice(1)}`;
  const { agent, source, workspaceHint } = plan;
  return { agent, source, payload, sessionId, workspaceHint };
}

/** Members as the engine has read them. */
class PlainFields implements Fields {
  readonly #event: PlainObject;

  constructor(event: PlainObject) {
    this.#event = event;
  }

  has(key: string): boolean {
    return Object.hasOwn(this.#event.members, key);
  }

  text(key: string): string | null {
    const value = this.#own(key);
    return typeof value === "string" ? value : null;
  }

  number(key: string): Uint8Array | null {
    if (typeof this.#own(key) !== "number") return null;
    return new TextEncoder().encode(readToken(this.#event.text, key));
  }

  firstText(key: string): string | null {
    const list = this.#own(key);
    const first: unknown = Array.isArray(list) ? list[0] : null;
    return typeof first === "string" ? first : null;
  }

  #own(key: string): unknown {
    return this.has(key) ? this.#event.members[key] : undefined;
  }
}

/** What the engine shows of a value without parts: also how it is written, which its type library does not know yet. */
type Shown = readonly { source?: string }[];

/** How a top-level number is written. The engine shows a whole after its parts, so the outermost object last. */
function readToken(text: string, key: string): string | undefined {
  const tokens = new Map<unknown, string>();
  let root: unknown;
  JSON.parse(
    text,
    function (this: unknown, name: string, value: unknown, ...[shown]: Shown) {
      if (name === key && shown?.source !== undefined) {
        tokens.set(this, shown.source);
      }
      root = value;
      return value;
    },
  );
  return tokens.get(root);
}
