// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The result of `kaizen doctor --coverage`.
 * @module
 */
import type { SessionCoverage } from "../../proto/mod.ts";

/** How a session was recorded: hooks reported at least one of its events, or none did. */
export type SessionKind = "hooks" | "import";

/** The coverage of one session. */
export interface CoveredSession extends SessionCoverage {
  id: string;
  workspace: string;
  agent: string;
  kind: SessionKind;
}

/** The sums of the sessions of one agent and kind. */
export interface CoveredAgent extends SessionCoverage {
  agent: string;
  kind: SessionKind;
  sessions: number;
}

/** The result of `doctor --coverage`. */
export interface CoverageReport {
  type: "coverage";
  /** False: a hook of a session with hooks does not run. */
  ok: boolean;
  agents: CoveredAgent[];
  sessions: CoveredSession[];
  /** Sessions without calls in a transcript. */
  untold: number;
}
