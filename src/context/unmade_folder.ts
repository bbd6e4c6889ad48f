// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Why a folder could not be made.
 * @module
 */
import { HomeError } from "./errors.ts";
import { lookAt } from "./own_file.ts";
import { parentOf } from "./parent_of.ts";
import { systemReason } from "./system_error.ts";

/**
 * Explains why a folder could not be made: if its user lacks a permission, names the folder that
 * has to give it.
 *
 * @param path Absolute.
 * @param error What the system said.
 */
export function whyUnmade(path: string, error: unknown): string {
  const reason = systemReason(error);
  return error instanceof Deno.errors.PermissionDenied
    ? `${reason}: you may not write to "${findAbove(path)}"`
    : reason;
}

/** Returns the nearest folder above a path that can be seen. */
function findAbove(path: string): string {
  const above = parentOf(path);
  return above === "/" || isSeen(above) ? above : findAbove(above);
}

function isSeen(path: string): boolean {
  try {
    return lookAt(path) !== null;
  } catch (error) {
    if (error instanceof HomeError) return false;
    throw error;
  }
}
