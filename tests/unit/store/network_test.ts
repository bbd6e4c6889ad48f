// SPDX-License-Identifier: AGPL-3.0-or-later
import { assertEquals } from "@std/assert";
import { findFileSystem, isNetwork } from "../../../src/store/network.ts";

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
