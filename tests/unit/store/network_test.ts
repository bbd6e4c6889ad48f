// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import {
  findFileSystem,
  hasDevice,
  isNetwork,
} from "../../../src/store/network.ts";

const TABLE = `22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
40 27 0:50 / /home rw,relatime shared:7 master:2 - nfs4 server:/home rw
41 40 0:51 / /home/me/local rw - xfs /dev/vdb rw
42 27 0:52 / /mnt/with\\040space rw - cifs //nas/x rw
43 27 0:53 / /srv rw - ext4 /dev/vdc rw
44 43 0:54 / /srv rw - fuse.sshfs host:/ rw

`;

const cases: [folder: string, type: string][] = [
  ["/", "ext4"],
  ["/tmp", "ext4"],
  ["/home", "nfs4"],
  ["/home/me/.kaizen", "nfs4"],
  ["/home/me/local/.kaizen", "xfs"],
  ["/homes/me", "ext4"],
  ["/mnt/with space/k", "cifs"],
  ["/srv/k", "fuse.sshfs"],
];
for (const [folder, type] of cases) {
  Deno.test(`findFileSystem() finds ${type} for ${folder}`, () => {
    assertEquals(findFileSystem(TABLE, folder), type);
  });
}

Deno.test("findFileSystem() knows nothing without a table", () => {
  assertEquals(findFileSystem("", "/home"), null);
});

Deno.test("isNetwork() knows what is reached over a network", () => {
  for (const type of ["nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "ceph"]) {
    assertEquals(isNetwork(type), true, type);
  }
  for (const type of ["ext4", "xfs", "btrfs", "overlay", "tmpfs", "zfs"]) {
    assertEquals(isNetwork(type), false, type);
  }
});

Deno.test("hasDevice() tells disks from what has no device", () => {
  assertEquals([65024, 0x803, 0x10302].map(hasDevice), [true, true, true]);
  assertEquals([0, 25, 0x8f, 0x100003].map(hasDevice), [
    false,
    false,
    false,
    false,
  ]);
});

Deno.test({
  name: "readMounts() may do so with the permissions of the program",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const root = new URL("../../../", import.meta.url);
    const flags =
      (await Deno.readTextFile(new URL("scripts/permissions", root)))
        .split("\n").filter((line) => line.startsWith("--"));
    const code = `import { findFileSystem, readMounts } from "${new URL(
      "src/store/network.ts",
      root,
    )}";
      console.log(findFileSystem(readMounts() ?? "", "/") !== null);`;
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-config",
        "--no-lock",
        "--no-prompt",
        ...flags,
        `data:text/typescript,${encodeURIComponent(code)}`,
      ],
    }).output();
    assertEquals(new TextDecoder().decode(stdout), "true\n");
  },
});
