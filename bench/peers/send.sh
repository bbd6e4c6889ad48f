#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Sends one request to a daemon, with socat and jq: send.sh SOCKET hook|status. Prints the
# answer's JSON.
case $2 in
status) body='{"type":"status"}' ;;
*) body=$(jq -Rsc --arg cwd "$PWD" '{type: "ingest_hook", source: "claude", payload: ., workspace: $cwd}') ;;
esac
length=$(printf %s "$body" | wc -c)
header=$(printf '\\%03o\\%03o\\%03o\\%03o' $((length >> 24)) $((length >> 16 & 255)) $((length >> 8 & 255)) $((length & 255)))
{ printf "$header"; printf %s "$body"; } | socat -t 5 - "UNIX-CONNECT:$1" | tail -c +5 | jq -c .
