// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What is remembered of a damaged file: in memory, so that nothing more is written to it, and beside it, so that the next start looks
 * at all of it, however large it is.
 * @module
 */
import { explainFailure, StoreError } from "./errors.ts";

/** Where it is noted that the store was seen to be damaged. */
export function damageNotePath(path: string): string {
  return `${path}-damaged`;
}

/** Whether the store was seen to be damaged when it was last in use. */
export function hasDamageNote(path: string): boolean {
  try {
    return Deno.statSync(damageNotePath(path)).isFile;
  } catch {
    return false; // there is none
  }
}

/** Forgets that, as the file has been replaced or is whole after all. */
export function removeDamageNote(path: string): void {
  try {
    Deno.removeSync(damageNotePath(path));
  } catch {
    // It stays, and the next start takes its time to look again.
  }
}

/** Watches the failures of an open store for a sign that its file is damaged. */
export class DamageWatch {
  readonly #path: string;
  #damage: StoreError | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  /** Whether the file was seen to be damaged. */
  get seen(): boolean {
    return this.#damage !== null;
  }

  /** @throws {StoreError} If the file was seen to be damaged: what is written to it could be lost, and could spoil the rest. */
  check(): void {
    if (this.#damage !== null) throw this.#damage;
  }

  /** Returns a failure in words for the user, and notes what it says about the file. */
  explain(error: unknown): unknown {
    const explained = explainFailure(error, this.#path);
    if (explained instanceof StoreError && explained.fault === "corrupt") {
      this.#note(explained);
    }
    return explained;
  }

  #note(damage: StoreError): void {
    if (this.#damage !== null) return;
    this.#damage = damage;
    try {
      Deno.writeTextFileSync(
        damageNotePath(this.#path),
        `${damage.message}\n`,
        { mode: 0o600 },
      );
    } catch {
      // Only a large file needs it; it is found to be damaged again when it is next read.
    }
  }
}
