// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Readers of an agent's lines.
 * @module
 */
import type { LineObject } from "./_values.ts";
import type { CallFact, ImportedEvent, UsageFact } from "./transcript_line.ts";

/** Receives the facts of lines. */
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
  /**
   * Adds the facts of a line.
   *
   * @returns False if the line has a figure that cannot be one, which is then left out.
   */
  read(line: LineObject, facts: FactLists): boolean;
  /** Adds what only the end of the transcript tells, as far as it is written. */
  finish(facts: FactLists): void;
  /** The memory between two reads: short, and safe to print as JSON. */
  save(): LineObject;
}

/** Options of a reader. */
export interface LineReaderOptions {
  /** Path of the transcript. */
  path: string;
  /** The result of the last reader's `save`; null at the beginning of the file. */
  saved: LineObject | null;
}
