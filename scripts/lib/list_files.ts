// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * What lies in a folder.
 * @module
 */

/**
 * Lists the files in a folder and below.
 *
 * @param ending What their names end with, such as `.ts`.
 * @param below Where to begin, relative to the folder, with a slash behind it.
 * @returns Paths relative to the folder.
 */
export async function listFiles(
  folder: string,
  ending: string,
  below = "",
): Promise<string[]> {
  const paths: string[] = [];
  for await (const entry of Deno.readDir(`${folder}/${below}`)) {
    const path = `${below}${entry.name}`;
    if (entry.isDirectory) {
      paths.push(...await listFiles(folder, ending, `${path}/`));
    } else if (path.endsWith(ending)) paths.push(path);
  }
  return paths;
}
