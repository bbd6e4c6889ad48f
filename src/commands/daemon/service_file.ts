// SPDX-License-Identifier: AGPL-3.0-or-later
/**
 * The files by which systemd and launchd run the daemon of one user. `packaging/` has them for the
 * place where packages put the program.
 * @module
 */

/** The command line that a service runs. */
export interface ServiceCommand {
  /** Absolute path of the program. */
  program: string;
  /** Home of the daemon; null for the default. */
  home: string | null;
}

/** Name of the unit of systemd. */
export const UNIT_NAME = "kaizen.service";
/** Name of the agent of launchd. */
export const AGENT_NAME = "kaizen.daemon";

/** Makes the unit of systemd. */
export function makeUnit(command: ServiceCommand): string {
  const line = wordsOf(command).map(quoteUnitWord).join(" ");
  return `# SPDX-License-Identifier: AGPL-3.0-or-later
# Runs the daemon of kaizen for one user. A hook starts a daemon when there is none, so this only
# starts it earlier. \`kaizen daemon install\` writes this file, and \`kaizen daemon uninstall\`
# removes it.
[Unit]
Description=kaizen daemon, which keeps what coding agents do
Documentation=man:kaizen(1)

[Service]
Type=exec
ExecStart=${line}
Restart=on-failure
RestartSec=2
# Another daemon owns the home, or the home cannot be used: a new start would not help.
RestartPreventExitStatus=64 73 74
UMask=0077
# These need no namespaces, which some systems keep from a user's services. The runtime compiles
# code in memory, so MemoryDenyWriteExecute cannot be set.
NoNewPrivileges=yes
LockPersonality=yes
RestrictAddressFamilies=AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service @pkey
SystemCallErrorNumber=EPERM

[Install]
WantedBy=default.target
`;
}

/** Makes the agent of launchd. */
export function makeLaunchAgent(command: ServiceCommand): string {
  const words = wordsOf(command)
    .map((word) => `    <string>${escapeXml(word)}</string>`).join("\n");
  return `<?xml version="1.0" encoding="UTF-8"?>
<!-- SPDX-License-Identifier: AGPL-3.0-or-later -->
<!-- Runs the daemon of kaizen for one user; kaizen daemon install writes this file. -->
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${AGENT_NAME}</string>
  <key>ProgramArguments</key>
  <array>
${words}
  </array>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ThrottleInterval</key>
  <integer>30</integer>
  <key>ProcessType</key>
  <string>Background</string>
  <key>Umask</key>
  <integer>63</integer>
</dict>
</plist>
`;
}

function wordsOf({ program, home }: ServiceCommand): string[] {
  return [
    ...[program, "daemon", "run"],
    ...home === null ? [] : ["--home", home],
  ];
}

/** systemd reads escapes, specifiers and variables in a word. */
function quoteUnitWord(word: string): string {
  const text = word.replaceAll(/[\\"]/g, "\\$&").replaceAll("\n", "\\n")
    .replaceAll("%", "%%").replaceAll("$", "$$$$");
  return `"${text}"`;
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}
