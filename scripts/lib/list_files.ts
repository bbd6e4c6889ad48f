// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The files of a folder.
 * @module
 */

/**
 * Lists the files in a folder and its subfolders.
 *
 * @param ending The suffix of their names, such as `.ts`.
 * @param below The subfolder to list, relative to the folder, with a trailing slash.
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
