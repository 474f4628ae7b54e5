// What the management API answers, as far as the console shows it. Fields of a later server may be missing from an earlier one.
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
  queue_totals: { messages: number; messages_ready: number; messages_unacknowledged: number };
  exchange_types: { name: string; enabled: boolean }[];
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
}
