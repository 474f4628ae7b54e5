// What the management API answers, as far as the console shows it. Fields of a later server may be missing from an earlier one.
import type { Sampled } from "./history.ts";

export type Table = Record<string, unknown>;

export interface Page<T> {
  items: T[];
  page: number;
  page_count: number;
  page_size: number;
  filtered_count: number;
  total_count: number;
}

export interface Overview {
  product_version: string;
  rabbitmq_version: string;
  cluster_name: string;
  node: string;
  object_totals: { exchanges: number; queues: number; consumers: number; connections?: number; channels?: number };
  queue_totals: { messages: number; messages_ready: number; messages_unacknowledged: number; messages_ready_details?: Sampled; messages_unacknowledged_details?: Sampled };
  message_stats?: MessageStats;
  exchange_types: { name: string; enabled: boolean }[];
}

/// Totals, and rates beside them.
export interface MessageStats {
  publish?: number;
  deliver_get?: number;
  publish_details?: Sampled;
  deliver_get_details?: Sampled;
}

export interface NodeFacts {
  name: string;
  uptime?: number;
  mem_used?: number;
  disk_free?: number;
}

export interface WhoAmI {
  name: string;
  tags: string[];
}

export interface Queue {
  name: string;
  vhost: string;
  type: string;
  durable: boolean;
  auto_delete: boolean;
  exclusive: boolean;
  arguments: Table;
  state: string;
  policy: string | null;
  operator_policy: string | null;
  effective_policy_definition: Table | null;
  messages?: number;
  messages_ready?: number;
  messages_unacknowledged?: number;
  consumers?: number;
  messages_ready_details?: Sampled;
  messages_unacknowledged_details?: Sampled;
  message_stats?: MessageStats;
}

export interface QueueStorage {
  disk_bytes: number;
  live_bytes: number;
  oldest: null | {
    position: string;
    state: string;
    arrived_ms: number;
    age_ms: number;
    held_by: null | { consumer_tag: string; connection: string; held_for_ms: number };
  };
}

export interface Message {
  position: string;
  state: "ready" | "unacknowledged" | "waiting_for_retry" | "dead_lettering";
  delivery_count: number;
  arrived_ms: number;
  payload_bytes: number;
  redelivered: boolean;
  exchange: string;
  routing_key: string;
  properties: Table | [];
  payload: string;
  payload_encoding: "string" | "base64";
}

export interface MessagePage {
  messages: Message[];
  next: string | null;
}

export interface DelayedMessage {
  id: string;
  due_ms: number;
  exchange: string;
  routing_key: string;
  payload_bytes: number;
}

export interface DelayedPage {
  messages: DelayedMessage[];
  next: string | null;
}

export interface Exchange {
  name: string;
  vhost: string;
  type: string;
  durable: boolean;
  auto_delete: boolean;
  internal: boolean;
  arguments: Table;
  policy?: string | null;
}

export interface Binding {
  source: string;
  vhost: string;
  destination: string;
  destination_type: "queue" | "exchange";
  routing_key: string;
  arguments: Table;
  properties_key: string;
}

export interface User {
  name: string;
  tags: string[];
  hashing_algorithm: string;
  password_hash: string;
}

export interface Permission {
  user: string;
  vhost: string;
  configure: string;
  write: string;
  read: string;
}

export interface TopicPermission {
  user: string;
  vhost: string;
  exchange: string;
  write: string;
  read: string;
}

export interface Policy {
  vhost: string;
  name: string;
  pattern: string;
  "apply-to": string;
  definition: Table;
  priority: number;
}

export interface VirtualHost {
  name: string;
  default_queue_type?: string; // where it was asked for
}

export interface Rate {
  rate: number;
}

export interface Connection {
  name: string;
  protocol: string;
  user: string;
  vhost: string;
  state: string;
  host: string;
  port: number;
  peer_host: string;
  peer_port: number;
  connected_at: number;
  channels: number;
  auth_mechanism: string;
  user_provided_name?: string;
  channel_max: number;
  frame_max: number;
  timeout: number;
  client_properties: Table | [];
  recv_oct: number;
  send_oct: number;
  recv_oct_details: Rate;
  send_oct_details: Rate;
  requests: number;
  requests_details: Rate;
}

export interface Channel {
  name: string;
  number: number;
  vhost: string;
  user: string;
  state: string;
  confirm: boolean;
  transactional: boolean;
  prefetch_count: number;
  global_prefetch_count: number;
  consumer_count: number;
  messages_unacknowledged: number;
  messages_unconfirmed: number;
  messages_uncommitted: number;
  acks_uncommitted: number;
  idle_since?: string;
  message_stats?: Record<string, number | Rate>;
  connection_details: { name: string };
  consumer_details?: Consumer[];
}

export interface Consumer {
  consumer_tag: string;
  ack_required: boolean;
  exclusive: boolean;
  prefetch_count: number;
  active: boolean;
  activity_status: string;
  arguments: Table | [];
  queue: { name: string; vhost: string };
}
