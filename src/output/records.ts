// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The records of an answer, found in its bytes as they arrive.
 * @module
 */
import {
  AnswerError,
  decodeInt,
  decodeString,
  growBytes,
  type Int,
  isSpace,
  JsonScanner,
  type JsonToken,
  MAX_ANSWER_DEPTH,
  U64_MAX,
} from "../proto/mod.ts";

/** Kinds of records: `row` of a `sessions` answer, the others of a `detail`. */
export type RecordKind = "row" | "session" | "event" | "span" | "coverage";

/** A record's own bytes, which stay valid. */
export interface AnswerRecord {
  kind: RecordKind;
  bytes: Uint8Array;
}

/** Which spans are records. */
export interface SplitOptions {
  /**
   * `each`: every span by itself, parents first. `roots`: the roots, with all below them inside.
   */
  spans: "each" | "roots";
  /** True: the coverage of a detail is a record, too, also if it is null. */
  coverage?: boolean;
  /** Most bytes of a record (default: as many characters as the longest text has in V8). */
  maxBytes?: number;
  /** Told of the whole numbers beside the lists, such as `total`. */
  onNumber?: (key: string, value: Int) => void;
}

const LISTS = new Map<string, RecordKind>([
  ["rows", "row"],
  ["events", "event"],
  ["spans", "span"],
]);

const MAX_RECORD_BYTES = 2 ** 29 - 24;
/** Most bytes of a part outside of the records: none that a daemon sends is of any length. */
const MAX_OTHER_BYTES = 64 * 1024 * 1024;

/** The keys that hold the records of an answer, by the answer's type. All of them are required. */
const PLACES = new Map([
  ["sessions", ["rows"]],
  ["detail", ["session", "events", "spans"]],
]);

/**
 * Cuts an answer into records without holding more of it than the one record that is coming in.
 * Strict about where the records are: what is no object there is no record, and leaving it out
 * would make a broken answer look like a short one.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { RecordSplitter } from "./mod.ts";
 *
 * const splitter = new RecordSplitter({ spans: "each" });
 * const answer = new TextEncoder().encode('{"type":"sessions","rows":[{"id":"a"}]}');
 * const [record] = splitter.push(answer);
 * splitter.end();
 * assertEquals(new TextDecoder().decode(record?.bytes), '{"id":"a"}');
 * ```
 */
export class RecordSplitter {
  readonly #spans: SplitOptions["spans"];
  readonly #onNumber: SplitOptions["onNumber"];
  readonly #wantsCoverage: boolean;
  readonly #maxBytes: number;
  readonly #scanner: JsonScanner;
  /**
   * Bytes received that may still be needed; `#from` is the offset of its first byte in the answer.
   */
  #buffer = new Uint8Array(0);
  #length = 0;
  #from = 0;
  #found: AnswerRecord[] = [];
  #key = "";
  #type = "";
  /** The places that have come. */
  readonly #seen = new Set<string>();
  /** The list of the answer's top level that is being read. */
  #list: RecordKind | null = null;
  /** The record that is being read: where it begins, and the depth of its brackets. */
  #record: { kind: RecordKind; start: number; depth: number } | null = null;
  /** Depth of a part that holds no records, while it lasts. */
  #skipped: number | null = null;
  /** End of the last token: what lies before is not needed any more. */
  #done = 0;

  constructor(options: SplitOptions) {
    this.#spans = options.spans;
    this.#onNumber = options.onNumber;
    this.#wantsCoverage = options.coverage === true;
    this.#maxBytes = options.maxBytes ?? MAX_RECORD_BYTES;
    this.#scanner = new JsonScanner(
      (token, start, end, depth) => this.#visit(token, start, end, depth),
      { maxDepth: MAX_ANSWER_DEPTH },
    );
  }

  /**
   * Takes the next bytes.
   *
   * @returns The records that are complete now.
   * @throws {JsonError} If the answer is not JSON.
   * @throws {AnswerError} If something else is where a record should be, if a part is too long to
   * be held, or if more follows the answer.
   */
  push(chunk: Uint8Array): AnswerRecord[] {
    this.#append(chunk);
    this.#found = [];
    const used = this.#scanner.complete ? 0 : this.#scanner.write(chunk);
    if (this.#scanner.complete && !chunk.subarray(used).every(isSpace)) {
      throw new AnswerError("Cannot read answer: it goes on after its end");
    }
    this.#forget(this.#record?.start ?? this.#done);
    const most = this.#record === null ? MAX_OTHER_BYTES : this.#maxBytes;
    if (this.#length > most) {
      throw new AnswerError(
        `Cannot read answer: a part of it is longer than ${most} bytes`,
      );
    }
    return this.#found;
  }

  /**
   * Says that the answer ends here.
   *
   * @throws {JsonError} If it is not complete.
   * @throws {AnswerError} If it is of a type that has no records, or a place of records is missing.
   */
  end(): void {
    this.#scanner.end();
    const places = PLACES.get(this.#type);
    if (places === undefined) {
      throw new AnswerError(
        `Cannot read answer: its type is ${JSON.stringify(this.#type)}`,
      );
    }
    for (const name of places) {
      if (!this.#seen.has(name)) throw notOfForm(name);
    }
  }

  #visit(token: JsonToken, start: number, end: number, depth: number): void {
    this.#done = end;
    if (this.#record !== null) {
      if (depth === this.#record.depth && (token === "}" || token === "]")) {
        const { kind, start } = this.#record;
        this.#found.push({ kind, bytes: this.#slice(start, end) });
        this.#record = null;
      }
      return;
    }
    if (this.#skipped !== null) {
      if (depth === this.#skipped && (token === "}" || token === "]")) {
        this.#skipped = null;
      }
      return;
    }
    if (token === "key") this.#key = decodeString(this.#slice(start, end));
    else if (depth === 1) this.#visitTop(token, start, end);
    else if (depth > 1 && token !== "}" && token !== "]") {
      this.#visitInner(token, start, depth);
    }
  }

  #visitTop(token: JsonToken, start: number, end: number): void {
    if (token === "]") this.#list = null;
    else if (this.#key === "session") {
      if (token !== "{") throw notOfForm("session");
      this.#seen.add("session");
      this.#record = { kind: "session", start, depth: 1 };
    } else if (this.#key === "coverage" && this.#wantsCoverage) {
      const kind = "coverage";
      if (token === "{") this.#record = { kind, start, depth: 1 };
      else this.#found.push({ kind, bytes: this.#slice(start, end) });
    } else if (LISTS.has(this.#key)) {
      if (token !== "[") throw notOfForm(this.#key);
      this.#seen.add(this.#key);
      this.#list = LISTS.get(this.#key) ?? null;
    } else if (token === "{" || token === "[") this.#skipped = 1;
    else if (token === "string" && this.#key === "type") {
      this.#type = decodeString(this.#slice(start, end));
    } else if (token === "number") {
      const value = decodeInt(this.#slice(start, end), 0n, U64_MAX);
      if (value !== null) this.#onNumber?.(this.#key, value);
    }
  }

  /**
   * Inside of a list: its elements; inside of the nodes of spans: their spans and their children.
   */
  #visitInner(token: JsonToken, start: number, depth: number): void {
    const kind = this.#list;
    // Nodes have even depths: list, node, its children, node and so on.
    const isElement = depth % 2 === 0;
    if (kind !== null && isElement) {
      if (token !== "{") throw notOfForm(`${kind}s`);
      const isNode = kind === "span" && this.#spans === "each";
      if (!isNode) this.#record = { kind, start, depth };
    } else if (this.#key === "span") {
      if (token !== "{") throw notOfForm("span");
      this.#record = { kind: "span", start, depth };
    } else if (this.#key === "children") {
      if (token !== "[") throw notOfForm("children");
    } else if (token === "{" || token === "[") this.#skipped = depth;
  }

  #append(chunk: Uint8Array): void {
    const needed = this.#length + chunk.length;
    this.#buffer = growBytes(this.#buffer, this.#length, needed);
    this.#buffer.set(chunk, this.#length);
    this.#length = needed;
  }

  #forget(offset: number): void {
    const at = offset - this.#from;
    if (at <= 0) return;
    this.#buffer.copyWithin(0, at, this.#length);
    this.#length -= at;
    this.#from = offset;
  }

  #slice(start: number, end: number): Uint8Array {
    return this.#buffer.slice(start - this.#from, end - this.#from);
  }
}

/**
 * In the words of {@linkcode decodeAnswer}, which says the same of an answer that is read whole.
 */
function notOfForm(name: string): AnswerError {
  return new AnswerError(
    `Cannot read answer: its "${name}" is not of the form expected`,
  );
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;

const BRACE = 0x7b;

/**
 * A record as one line of NDJSON: those of a `detail` say what they are.
 *
 * Line breaks between its tokens (payloads are kept as agents wrote them) become spaces; in its
 * texts there are none.
 */
export function toLine({ kind, bytes }: AnswerRecord): Uint8Array {
  const mark = kind === "row" ? new Uint8Array(0) : new TextEncoder().encode(
    `{"record":"${kind}"${isEmpty(bytes) ? "" : ","}`,
  );
  // The mark brings the opening brace.
  const body = mark.length === 0
    ? bytes
    : bytes.subarray(bytes.indexOf(BRACE) + 1);
  const line = new Uint8Array(mark.length + body.length + 1);
  line.set(mark);
  line.set(body, mark.length);
  for (let i = mark.length; i < line.length; i++) {
    if (line[i] === LINE_FEED || line[i] === CARRIAGE_RETURN) line[i] = SPACE;
  }
  line[line.length - 1] = LINE_FEED;
  return line;
}

function isEmpty(bytes: Uint8Array): boolean {
  return /^\{\s*\}$/.test(new TextDecoder().decode(bytes.subarray(0, 64)));
}
