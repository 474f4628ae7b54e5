// What x-death says: how a message came to the dead letters. A dead-lettering broker writes one entry per queue and reason, the latest
// first; clients may have written anything, so nothing is taken for granted.
import type { Table } from "./types.ts";

export interface Death {
  queue: string;
  reason: string; // rejected, expired, maxlen, delivery_limit
  count: number;
  exchange: string; // it was published to, before
  routing_keys: string[];
  first_ms: number | null;
  expiration: string | null; // its time to live, which it lost
}

const text = (value: unknown) => (typeof value === "string" ? value : "");

/// The first death first.
export function deaths_of(headers: Table): Death[] {
  const list = headers["x-death"];
  if (!Array.isArray(list)) return [];
  const deaths: Death[] = [];
  for (const entry of list as unknown[]) {
    if (typeof entry !== "object" || entry === null) continue;
    const { queue, reason, count, exchange, time, "routing-keys": keys, "original-expiration": expiration } = entry as Table;
    if (typeof queue !== "string") continue;
    deaths.push({
      queue,
      reason: text(reason),
      count: typeof count === "number" ? count : 1,
      exchange: text(exchange),
      routing_keys: Array.isArray(keys) ? keys.filter((key): key is string => typeof key === "string") : [],
      first_ms: typeof time === "number" ? time * 1000 : null,
      expiration: typeof expiration === "string" ? expiration : null,
    });
  }
  return deaths.reverse();
}

const kReasons: Record<string, string> = {
  rejected: "a consumer rejected it",
  expired: "its time to live ended",
  maxlen: "the queue was full",
  delivery_limit: "it was tried too often",
};

export function reason_text(reason: string): string {
  return kReasons[reason] ?? (reason || "no reason given");
}

/// Where it died last: "jobs" of the last entry, unless the header for it says something else.
export function last_queue(headers: Table, deaths: Death[]): string | undefined {
  return text(headers["x-last-death-queue"]) || deaths[deaths.length - 1]?.queue;
}

/// A selector (docs/selectors.md) for all messages that died last in this queue.
export function died_in(queue: string): string {
  return `"x-last-death-queue" = '${queue.replaceAll("'", "''")}'`;
}
