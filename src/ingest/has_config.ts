// SPDX-License-Identifier: AGPL-3.0-or-later
/** Tells whether a home has a `config.toml`. */
export function hasConfig(home: string): boolean {
  try {
    Deno.lstatSync(`${home}/config.toml`);
    return true;
  } catch {
    return false;
  }
}
