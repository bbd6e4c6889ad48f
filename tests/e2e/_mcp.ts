// SPDX-License-Identifier: AGPL-3.0-or-later
/** The line with which a client of the Model Context Protocol begins. */
export const MCP_GREETING = `${
  JSON.stringify({
    jsonrpc: "2.0",
    id: 1,
    method: "initialize",
    params: {
      protocolVersion: "2025-06-18",
      capabilities: {},
      clientInfo: { name: "test", version: "1" },
    },
  })
}\n`;
