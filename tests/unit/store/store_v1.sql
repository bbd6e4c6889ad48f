-- What version 1 left behind: a session with a span and an open tool call, and one in another workspace. Never to be changed.
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA journal_mode = WAL;
CREATE TABLE workspaces (
  key INTEGER PRIMARY KEY,
  path BLOB NOT NULL UNIQUE
) STRICT;
CREATE TABLE sessions (
  key INTEGER PRIMARY KEY,
  workspace INTEGER NOT NULL,
  id BLOB NOT NULL,
  newest INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  last_ms INTEGER NOT NULL,
  event_bytes INTEGER NOT NULL,
  agent TEXT NOT NULL,
  status TEXT NOT NULL,
  events_filed INTEGER NOT NULL,
  events_tail BLOB NOT NULL,
  spans_filed INTEGER NOT NULL,
  spans_tail BLOB NOT NULL,
  record BLOB NOT NULL,
  UNIQUE (workspace, id)
) STRICT;
CREATE INDEX sessions_newest ON sessions (workspace, newest, id);
CREATE TABLE events (
  key INTEGER PRIMARY KEY,
  kaizen_id BLOB,
  head BLOB NOT NULL,
  payload BLOB NOT NULL
) STRICT;
CREATE TABLE spans (
  key INTEGER PRIMARY KEY,
  span_id BLOB NOT NULL,
  parent BLOB,
  depth INTEGER NOT NULL,
  start_ms INTEGER,
  cost INTEGER,
  tokens INTEGER,
  view BLOB NOT NULL
) STRICT;
CREATE TABLE blocks (
  session INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  first INTEGER NOT NULL,
  members BLOB NOT NULL,
  PRIMARY KEY (session, kind, first)
) STRICT, WITHOUT ROWID;
CREATE TABLE event_ids (
  session INTEGER NOT NULL,
  kaizen_id BLOB NOT NULL,
  PRIMARY KEY (session, kaizen_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE trash (
  session INTEGER PRIMARY KEY
) STRICT;
INSERT INTO workspaces VALUES (1, CAST('/w/app' AS BLOB));
INSERT INTO workspaces VALUES (2, CAST('/w/other' AS BLOB));
INSERT INTO sessions VALUES (1, 1, CAST('old' AS BLOB), -1714000000001, 3, 1714000000030, 2247, 'cursor', 'Running', 0, x'01010101', 0, x'01', CAST('{"id":"old","agent":"cursor","model":"gpt-5","workspace":"/w/app","started_at_ms":1714000000000,"ended_at_ms":null,"status":"Running","trace_path":"","start_commit":null,"end_commit":null,"branch":null,"dirty_start":null,"dirty_end":null,"repo_binding_source":null,"prompt_fingerprint":null,"parent_session_id":null,"agent_version":null,"os":null,"arch":null,"repo_file_count":null,"repo_total_loc":null,"totals":{"events":4,"tool_calls":2,"errors":0,"tokens_in":7,"tokens_out":0,"cost_usd_e6":500000,"last_event_ms":1714000000030}}' AS BLOB));
INSERT INTO sessions VALUES (2, 2, CAST('other' AS BLOB), -6, 0, 5, 502, 'cursor', 'Running', 0, x'05', 0, x'', CAST('{"id":"other","agent":"cursor","model":null,"workspace":"/w/other","started_at_ms":5,"ended_at_ms":null,"status":"Running","trace_path":"","start_commit":null,"end_commit":null,"branch":null,"dirty_start":null,"dirty_end":null,"repo_binding_source":null,"prompt_fingerprint":null,"parent_session_id":null,"agent_version":null,"os":null,"arch":null,"repo_file_count":null,"repo_total_loc":null,"totals":{"events":1,"tool_calls":0,"errors":0,"tokens_in":0,"tokens_out":0,"cost_usd_e6":0,"last_event_ms":5}}' AS BLOB));
INSERT INTO events VALUES (1, CAST('k-start' AS BLOB), CAST('{"session_id":"old","seq":0,"ts_ms":1714000000000,"ts_exact":true,"kind":"Lifecycle","source":"Hook","tool":null,"tool_call_id":null,"tokens_in":null,"tokens_out":null,"reasoning_tokens":null,"cost_usd_e6":null,"stop_reason":null,"latency_ms":null,"ttft_ms":null,"retry_count":null,"context_used_tokens":null,"context_max_tokens":null,"cache_creation_tokens":null,"cache_read_tokens":null,"system_prompt_tokens":null,"payload":' AS BLOB), CAST('{"type":"session_start","event":"SessionStart","session_id":"old","timestamp_ms":1714000000000,"model":"gpt-5","kaizen_id":"k-start"}' AS BLOB));
INSERT INTO events VALUES (2, CAST('k-pre' AS BLOB), CAST('{"session_id":"old","seq":1,"ts_ms":1714000000010,"ts_exact":true,"kind":"ToolCall","source":"Hook","tool":"Task","tool_call_id":"a","tokens_in":null,"tokens_out":null,"reasoning_tokens":null,"cost_usd_e6":null,"stop_reason":null,"latency_ms":null,"ttft_ms":null,"retry_count":null,"context_used_tokens":null,"context_max_tokens":null,"cache_creation_tokens":null,"cache_read_tokens":null,"system_prompt_tokens":null,"payload":' AS BLOB), CAST('{"event":"PreToolUse","session_id":"old","timestamp_ms":1714000000010,"tool_name":"Task","tool_call_id":"a","kaizen_id":"k-pre"}' AS BLOB));
INSERT INTO events VALUES (3, NULL, CAST('{"session_id":"old","seq":2,"ts_ms":1714000000020,"ts_exact":true,"kind":"ToolCall","source":"Hook","tool":"Read","tool_call_id":"b","tokens_in":null,"tokens_out":null,"reasoning_tokens":null,"cost_usd_e6":null,"stop_reason":null,"latency_ms":null,"ttft_ms":null,"retry_count":null,"context_used_tokens":null,"context_max_tokens":null,"cache_creation_tokens":null,"cache_read_tokens":null,"system_prompt_tokens":null,"payload":' AS BLOB), CAST('{"event":"PreToolUse","session_id":"old","timestamp_ms":1714000000020,"tool_name":"Read","tool_call_id":"b","path":"/w/app/x"}' AS BLOB));
INSERT INTO events VALUES (4, NULL, CAST('{"session_id":"old","seq":3,"ts_ms":1714000000030,"ts_exact":true,"kind":"ToolResult","source":"Hook","tool":"Read","tool_call_id":"b","tokens_in":7,"tokens_out":null,"reasoning_tokens":null,"cost_usd_e6":500000,"stop_reason":null,"latency_ms":null,"ttft_ms":null,"retry_count":null,"context_used_tokens":null,"context_max_tokens":null,"cache_creation_tokens":null,"cache_read_tokens":null,"system_prompt_tokens":null,"payload":' AS BLOB), CAST('{"event":"PostToolUse","session_id":"old","timestamp_ms":1714000000030,"tool_name":"Read","tool_call_id":"b","input_tokens":7,"total_cost_usd":0.5}' AS BLOB));
INSERT INTO events VALUES (5, NULL, CAST('{"session_id":"other","seq":0,"ts_ms":5,"ts_exact":true,"kind":"Lifecycle","source":"Hook","tool":null,"tool_call_id":null,"tokens_in":null,"tokens_out":null,"reasoning_tokens":null,"cost_usd_e6":null,"stop_reason":null,"latency_ms":null,"ttft_ms":null,"retry_count":null,"context_used_tokens":null,"context_max_tokens":null,"cache_creation_tokens":null,"cache_read_tokens":null,"system_prompt_tokens":null,"payload":' AS BLOB), CAST('{"type":"notification","event":"Notification","session_id":"other","timestamp_ms":5}' AS BLOB));
INSERT INTO spans VALUES (1, CAST('v1:3:old:b' AS BLOB), CAST('v1:3:old:a' AS BLOB), 1, 1714000000020, 500000, 7, CAST('{"span_id":"v1:3:old:b","tool":"Read","status":"done","lead_time_ms":10,"tokens_in":7,"tokens_out":null,"reasoning_tokens":null,"cost_usd_e6":500000,"paths":["/w/app/x"],"parent_span_id":"v1:3:old:a","depth":1,"subtree_cost_usd_e6":500000,"subtree_token_count":7}' AS BLOB));
PRAGMA application_id = 1803183470;
PRAGMA user_version = 1;
