// What Wharf's own API answers (/api/wharf/v1/openapi.json), as far as the console shows it.
export interface Rates {
  records_in: number;
  bytes_in: number;
  records_out: number;
  bytes_out: number;
}

export interface Topic {
  name: string;
  id: string;
  internal: boolean;
  partitions: number;
  replicas: number;
  messages: number;
  size_bytes: number;
  segments: number | null;
  cleanup_policy: string;
  retention_ms: number;
  retention_bytes: number;
  rates: Rates | null;
}

export interface Partition {
  partition: number;
  leader: number;
  start_offset: number;
  high_watermark: number;
  end_offset: number;
  messages: number;
  size_bytes: number;
  segments: number | null;
  oldest_ms: number | null;
  newest_ms: number | null;
  compaction_failure: string | null;
}

export interface TopicSetting {
  name: string;
  value: string | null;
  source: "topic" | "server" | "default";
  default: string;
  type: string;
  documentation: string;
}

export interface Content {
  bytes: number;
  encoding: "text" | "base64";
  data: string;
}

export interface LogMessage {
  partition: number;
  offset: number;
  timestamp_ms: number | null;
  key: Content | null;
  value: Content | null;
  headers: { name: string; value: Content | null }[];
}

export interface LogMessages {
  messages: LogMessage[];
  next: string | null;
  scanned_messages: number;
  scanned_bytes: number;
}

export interface Group {
  name: string;
  state: string;
  protocol_type: string;
  members: number;
  silent_members: number;
  topics: number;
  lag: number;
  lag_seconds: number | null;
}

export interface GroupDetail {
  name: string;
  state: string;
  protocol_type: string;
  protocol: string;
  generation: number;
  members: number;
  partitions: number;
  lag: number;
  lag_seconds: number | null;
}

export interface Member {
  name: string;
  instance_id: string | null;
  client_id: string;
  client_host: string;
  partitions: number;
  assignments: { topic: string; partitions: number[] }[];
}

export interface GroupOffset {
  topic: string;
  partition: number;
  offset: number | null;
  start_offset: number | null;
  high_watermark: number | null;
  lag: number | null;
  lag_seconds: number | null;
  member: string | null;
}

export interface Rebalance {
  at_ms: number;
  generation: number;
  step: string;
  member: string;
  reason: string;
  times: number;
}

export interface Place {
  topic: string;
  partition: number;
  offset: number | null;
}

export interface OffsetChange {
  topic: string;
  partition: number;
  before: number | null;
  after: number | null;
}

export interface ResetOutcome {
  applied: boolean;
  changes: OffsetChange[];
  undo: Place[];
}

export interface ServerSetting {
  name: string;
  section: string;
  value: string | null;
  default: string;
  source: "default" | "file" | "environment" | "flag";
  place: string;
  documentation: string;
}

export interface Token {
  id: string;
  user: string;
  name: string;
  created_ms: number;
  expires_ms: number;
  expired: boolean;
}

/// As it is told once.
export type MadeToken = Omit<Token, "expired"> & { token: string };

export interface FlowNode {
  kind: "producers" | "exchange" | "queue" | "topic" | "group" | "consumers";
  name: string;
  vhost: string;
  things: number;
  others: boolean;
  in: number | null;
  out: number | null;
  bytes_in: number | null;
  bytes_out: number | null;
  waiting: number;
  lag_seconds: number | null;
  members: number;
}

export interface FlowEdge {
  from: number;
  to: number;
  rate: number | null;
}

export interface Flow {
  nodes: FlowNode[];
  edges: FlowEdge[];
}
