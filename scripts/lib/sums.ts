// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * Checksums of the files of a release.
 * @module
 */

/** Returns the SHA-256 of a file in hexadecimal digits. */
export async function sumFile(path: string): Promise<string> {
  const digest = await crypto.subtle.digest(
    "SHA-256",
    await Deno.readFile(path),
  );
  return new Uint8Array(digest).toHex();
}

/**
 * Writes `SHA256SUMS` in the format of `sha256sum -c`.
 *
 * @param folder Folder of the files and of `SHA256SUMS`.
 */
export async function writeSums(
  folder: string,
  names: readonly string[],
): Promise<void> {
  let text = "";
  for (const name of names) {
    text += `${await sumFile(`${folder}/${name}`)}  ${name}\n`;
  }
  await Deno.writeTextFile(`${folder}/SHA256SUMS`, text);
}
