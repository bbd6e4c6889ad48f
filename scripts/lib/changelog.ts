// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The notes of a release.
 * @module
 */

/**
 * Returns the part of the changelog below the heading of a version, without the heading.
 *
 * @param version Such as `1.2.0`; its heading may go on, as in `## 1.2.0 (2026-11-28)`.
 * @returns Null if there is no such heading, or nothing below it.
 */
export function readNotes(changelog: string, version: string): string | null {
  const parts = changelog.split(/^## /m).slice(1);
  const part = parts.find((text) =>
    text.split("\n", 1)[0]?.split(/\s/, 1)[0] === version
  );
  const notes = part?.slice(part.indexOf("\n")).trim() ?? "";
  return notes === "" ? null : `${notes}\n`;
}
