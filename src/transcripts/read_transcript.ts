// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Reading what is new in a transcript, in short steps.
 * @module
 */
import type { AgentName } from "../agents/mod.ts";
import { asObject, type LineObject, parseJson } from "./_values.ts";
import { claudeLines } from "./claude_lines.ts";
import { codexLines } from "./codex_lines.ts";
import type {
  FactLists,
  LineReader,
  LineReaderOptions,
} from "./line_reader.ts";
import { openTranscript, TranscriptError } from "./open_transcript.ts";
import type { CallFact, ImportedEvent, UsageFact } from "./transcript_line.ts";

/** How far a transcript has been read. It is data: it can be stored as JSON. */
export interface TranscriptMark {
  /** The file's inode; one that changed is read anew. */
  ino: number;
  /** How much of the file was looked at, in bytes; one that is shorter now is read anew. */
  size: number;
  /** The first byte that is not read yet. */
  offset: number;
  /** Lines that could not be read: not JSON, or too long. */
  skipped: number;
  /** The memory of the agent's reader, as JSON of at most 128 KiB. */
  state: string;
}

/** The result of one step. */
export interface TranscriptBatch {
  usage: UsageFact[];
  calls: CallFact[];
  /** Empty unless asked for. */
  events: ImportedEvent[];
  /** The position after this batch. */
  mark: TranscriptMark;
  /** Whether the file was read from its beginning although an earlier mark was given. */
  is_anew: boolean;
}

/** How to read a transcript. */
export interface ReadTranscriptOptions {
  /** The position to continue from; null for the beginning. */
  mark?: TranscriptMark | null;
  /** Whether to make events. A mark is good for reading with the same answer only. */
  events?: boolean;
  /** A longer line is passed over. */
  maxLineBytes?: number;
  /** Bytes of a step: the time between two batches is that of reading and parsing them. */
  stepBytes?: number;
}

const MAX_LINE_BYTES = 64 * 1024 ** 2;
const STEP_BYTES = 128 * 1024;
/** A file that has none of the agent's lines in its first bytes is not read further. */
const FORM_BYTES = 1024 ** 2;
const NEWLINE = 10;
const NOTHING = new Uint8Array(0);

const READERS: Readonly<
  Partial<Record<AgentName, (options: LineReaderOptions) => LineReader>>
> = { claude: claudeLines, codex: codexLines };

/**
 * Reads what is new in a transcript. Each step reads a hundred kilobytes; the caller may do other
 * work between the steps, and may stop after any of them. The file is open in the meantime.
 *
 * A line counts when it is whole, be it without a line feed: the beginning of one at the end of the
 * file is read again when the rest has come. A line that is no JSON, or too long, is passed over
 * and counted.
 *
 * @returns Batches, each with the mark to go on from; none if nothing is new.
 * @throws {TranscriptError} If the file cannot be read, or is not a transcript of the agent.
 */
export function* readTranscript(
  agent: AgentName,
  path: string,
  options: ReadTranscriptOptions = {},
): Generator<TranscriptBatch> {
  const makeReader = READERS[agent];
  if (makeReader === undefined) {
    throw new TranscriptError("not a transcript", path);
  }
  using file = openTranscript(agent, path);
  const { ino: inode, size } = file.statSync();
  const ino = inode ?? 0;
  const mark = options.mark ?? null;
  const goesOn = mark !== null && mark.ino === ino && mark.size <= size &&
    mark.offset <= size;
  const state = goesOn ? asObject(parseJson(mark.state)) : null;
  const lines = new Lines(
    makeReader({ path, saved: asObject(state?.reader) }),
    {
      maxBytes: options.maxLineBytes ?? MAX_LINE_BYTES,
      wantsEvents: options.events ?? false,
      skipped: goesOn ? mark.skipped : 0,
      offset: goesOn ? mark.offset : 0,
      isInLong: state?.long === true,
    },
  );
  const chunk = new Uint8Array(options.stepBytes ?? STEP_BYTES);
  let position = lines.offset;
  file.seekSync(position, Deno.SeekMode.Start);
  // A file that grows is read to where it ended: the rest is new the next time.
  while (position < size) {
    const want = chunk.subarray(0, Math.min(chunk.length, size - position));
    const count = readChunk(file, want, path);
    if (count === null) break;
    position += count;
    const facts = lines.take(chunk.subarray(0, count));
    if (position >= size) lines.end(facts);
    if (position >= size || lines.offset > FORM_BYTES) lines.checkForm(path);
    yield {
      usage: facts.usage,
      calls: facts.calls,
      events: facts.events ?? [],
      mark: { ino, size: position, ...lines.save() },
      is_anew: mark !== null && !goesOn,
    };
  }
}

function readChunk(
  file: Deno.FsFile,
  into: Uint8Array,
  path: string,
): number | null {
  try {
    return file.readSync(into);
  } catch (error) {
    throw new TranscriptError("unreadable", path, { cause: error });
  }
}

interface LinesOptions {
  maxBytes: number;
  wantsEvents: boolean;
  skipped: number;
  offset: number;
  isInLong: boolean;
}

/** Cuts chunks into lines. */
class Lines {
  /** The first byte after the last whole line. */
  offset: number;
  readonly #reader: LineReader;
  readonly #options: LinesOptions;
  readonly #decoder = new TextDecoder();
  #skipped: number;
  /** The beginning of a line, from earlier chunks. */
  #parts: Uint8Array[] = [];
  #partBytes = 0;
  /** Whether the rest of a line that is too long is being passed over. */
  #isInLong: boolean;
  #hasLines = false;

  constructor(reader: LineReader, options: LinesOptions) {
    this.#reader = reader;
    this.#options = options;
    this.offset = options.offset;
    this.#skipped = options.skipped;
    this.#isInLong = options.isInLong;
  }

  save(): Pick<TranscriptMark, "offset" | "skipped" | "state"> {
    const state: LineObject = {
      reader: this.#reader.save(),
      long: this.#isInLong,
    };
    return {
      offset: this.offset,
      skipped: this.#skipped,
      state: JSON.stringify(state),
    };
  }

  /** @throws {TranscriptError} If there were lines, and none was the agent's. */
  checkForm(path: string): void {
    const hasAny = this.#hasLines || this.#isInLong;
    if (hasAny && !this.#reader.isKnown) {
      throw new TranscriptError("not a transcript", path);
    }
  }

  /** Reads the last line if only its line feed is missing, and what the end itself tells. */
  end(facts: FactLists): void {
    if (this.#partBytes > 0 && !this.#isInLong) {
      const text = this.#decoder.decode(this.#join(NOTHING)).trim();
      const value = text.endsWith("}") ? asObject(parseJson(text)) : null;
      if (value !== null) {
        this.#reader.read(value, facts);
        this.#hasLines = true;
        this.offset += this.#partBytes;
      }
    }
    this.#reader.finish(facts);
  }

  /** Reads the lines that end in a chunk. The chunk may be changed after that. */
  take(chunk: Uint8Array): FactLists {
    const facts: FactLists = {
      usage: [],
      calls: [],
      events: this.#options.wantsEvents ? [] : null,
    };
    let start = 0;
    for (
      let end = chunk.indexOf(NEWLINE);
      end >= 0;
      end = chunk.indexOf(NEWLINE, start)
    ) {
      this.#endLine(chunk.subarray(start, end), facts);
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    return facts;
  }

  #endLine(end: Uint8Array, facts: FactLists): void {
    const bytes = this.#partBytes + end.length;
    this.offset += bytes + 1;
    if (this.#isInLong) {
      this.#isInLong = false;
      this.#skipped++;
    } else if (bytes > this.#options.maxBytes) {
      this.#skipped++;
    } else {
      this.#read(this.#decoder.decode(this.#join(end)), facts);
    }
    this.#hasLines = true;
    this.#parts = [];
    this.#partBytes = 0;
  }

  #join(end: Uint8Array): Uint8Array {
    if (this.#parts.length === 0) return end;
    const whole = new Uint8Array(this.#partBytes + end.length);
    let at = 0;
    for (const part of [...this.#parts, end]) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  #keep(rest: Uint8Array): void {
    if (!this.#isInLong) {
      if (this.#partBytes + rest.length <= this.#options.maxBytes) {
        if (rest.length > 0) this.#parts.push(rest.slice());
        this.#partBytes += rest.length;
        return;
      }
      this.#isInLong = true;
      this.offset += this.#partBytes;
      this.#parts = [];
      this.#partBytes = 0;
    }
    this.offset += rest.length;
  }

  #read(text: string, facts: FactLists): void {
    const line = text.trim();
    if (line === "") return;
    if (facts.events === null && !this.#reader.wants(line)) {
      // Not parsed, but whether it is whole shows at its ends.
      if (!line.startsWith("{") || !line.endsWith("}")) this.#skipped++;
      return;
    }
    const value = asObject(parseJson(line));
    if (value === null || !this.#reader.read(value, facts)) this.#skipped++;
  }
}
