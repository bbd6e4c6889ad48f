// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The findings of `kaizen doctor`.
 * @module
 */

/** The parts of an installation, in the order of the report. */
export const CHECKS = [
  "home",
  "disk",
  "daemon",
  "version",
  "spool",
  "store",
  "config",
  "hooks",
  "transcripts",
] as const;
/** A part of an installation. */
export type CheckName = typeof CHECKS[number];

/** One thing that was found. */
export interface Finding {
  check: CheckName;
  /** `ok`: as it should be; `note`: worth knowing; `fault`: needs repair. */
  level: "ok" | "note" | "fault";
  message: string;
  /** The command or the step that repairs it; null if there is nothing to do. */
  repair: string | null;
}

/** Makes the findings of one check. */
export class Report {
  readonly findings: Finding[] = [];
  /** Whether nothing in the home can be looked at. */
  isClosed = false;
  readonly #check: CheckName;

  constructor(check: CheckName) {
    this.#check = check;
  }

  /** Adds what is as it should be. */
  ok(message: string): void {
    this.add("ok", message, null);
  }

  /** Adds what is worth knowing. */
  note(message: string, repair: string | null = null): void {
    this.add("note", message, repair);
  }

  /** Adds what needs repair. */
  fault(message: string, repair: string): void {
    this.add("fault", message, repair);
  }

  /** Adds what needs repair before anything in the home can be looked at. */
  close(message: string, repair: string): void {
    this.isClosed = true;
    this.fault(message, repair);
  }

  /** Adds a finding of any level. */
  add(
    level: Finding["level"],
    message: string,
    repair: string | null,
  ): void {
    this.findings.push({ check: this.#check, level, message, repair });
  }
}

/** Lists up to `most` names, and how many more there are. */
export function nameSome(names: readonly string[], most: number): string {
  const named = names.slice(0, most).join(", ");
  return names.length > most
    ? `${named} and ${names.length - most} more`
    : named;
}
