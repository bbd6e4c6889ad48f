// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What an agent's lines need to be read with.
 * @module
 */
import type { LineObject } from "./_values.ts";
import type { CallFact, ImportedEvent, UsageFact } from "./transcript_line.ts";

/** Where the facts of lines go. */
export interface FactLists {
  usage: UsageFact[];
  calls: CallFact[];
  /** Null if no events are wanted. */
  events: ImportedEvent[] | null;
}

/** Reads the lines of one transcript, in their order. */
export interface LineReader {
  /** Whether a line has been seen that only the agent's transcripts have. */
  readonly isKnown: boolean;
  /** Whether a line may tell a fact or have to be remembered. A line that may not is not parsed. */
  wants(line: string): boolean;
  /** Adds the facts of a line. */
  read(line: LineObject, facts: FactLists): void;
  /** Adds what only the end of the transcript tells, as far as it is written. */
  finish(facts: FactLists): void;
  /** What has to be remembered between two reads: short, and safe to print as JSON. */
  save(): LineObject;
}

/** What a reader is made with. */
export interface LineReaderOptions {
  /** Path of the transcript. */
  path: string;
  /** What the last reader's `save` gave; null at the beginning of the file. */
  saved: LineObject | null;
}
