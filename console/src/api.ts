// The management API, asked as the user who signed in. What goes wrong is an ApiError whose message is a sentence for people.
import type { Session } from "./session.ts";

export class ApiError extends Error {
  constructor(
    readonly status: number, // 0: there was no answer
    readonly code: string, // RabbitMQ's "error"
    message: string,
  ) {
    super(message);
  }
  /// The name or the password is wrong, or the user is gone.
  get signed_out(): boolean {
    return this.status === 401 && this.code === "not_authorized";
  }
}

/// "queues", "/", "a b" -> "queues/%2F/a%20b"
export function path(...parts: string[]): string {
  return parts.map(encodeURIComponent).join("/");
}

export type Query = Record<string, string | number | boolean | undefined>;

export function query_text(query: Query): string {
  const pairs = Object.entries(query).filter((pair): pair is [string, string | number | boolean] => pair[1] !== undefined && pair[1] !== "");
  return pairs.length === 0 ? "" : "?" + pairs.map(([name, value]) => encodeURIComponent(name) + "=" + encodeURIComponent(value)).join("&");
}

function reason_of(body: unknown): { code: string; reason: string } {
  if (typeof body !== "object" || body === null) return { code: "", reason: "" };
  const { error, reason } = body as { error?: unknown; reason?: unknown };
  const text = (value: unknown) => (typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value));
  return { code: text(error), reason: text(reason) || text(error) };
}

/// What a status means where the server's own words do not say it.
export function error_sentence(status: number, code: string, reason: string): string {
  if (code === "not_authorized") return "The name or the password is wrong, or this user may not sign in from here.";
  if (status === 404) return reason && reason !== "Not Found" ? `It is not there: ${reason}.` : "It is not there (any more).";
  if (status === 413) return "That is too large: a request has at most 2 MiB.";
  if (status === 503) return reason ? `The server cannot do that now: ${reason}.` : "The server cannot do that now.";
  return reason ? reason.trim().replace(/\s*\n+\s*/g, ": ") : `The server answered ${status}.`;
}

export class Api {
  constructor(readonly session: Session) {}

  get<T>(target: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
    return this.ask<T>("GET", target + query_text(query), undefined, signal);
  }
  put(target: string, body: unknown): Promise<void> {
    return this.ask("PUT", target, body);
  }
  post<T>(target: string, body: unknown): Promise<T> {
    return this.ask<T>("POST", target, body);
  }
  patch<T>(target: string, body: unknown): Promise<T> {
    return this.ask<T>("PATCH", target, body);
  }
  delete(target: string, query: Query = {}, more: Record<string, string> = {}): Promise<void> {
    return this.ask("DELETE", target + query_text(query), undefined, undefined, more);
  }

  private async ask<T>(method: string, target: string, body?: unknown, signal?: AbortSignal, more: Record<string, string> = {}): Promise<T> {
    // A browser takes such a name for a step in the path, however it is escaped: another thing would be asked for.
    if (target.replace(/\?.*/, "").split("/").some((part) => part === "." || part === "..")) {
      throw new ApiError(0, "name", "A browser cannot ask for something whose name is only dots; the command line can.");
    }
    const headers: Record<string, string> = { ...more, Authorization: this.session.authorization };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    let response: Response;
    try {
      // `omit`: no credentials but those in the header, and no dialog of the browser's when they are refused.
      response = await fetch("/api/" + target, {
        method,
        headers,
        credentials: "omit",
        cache: "no-store",
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal ? { signal } : {}),
      });
    } catch (fault) {
      if (signal?.aborted) throw fault;
      throw new ApiError(0, "", "The server does not answer.");
    }
    const text = await response.text();
    let parsed: unknown;
    try {
      parsed = text === "" ? undefined : JSON.parse(text);
    } catch {
      parsed = undefined;
    }
    if (!response.ok) {
      const { code, reason } = reason_of(parsed);
      throw new ApiError(response.status, code, error_sentence(response.status, code, reason));
    }
    return parsed as T;
  }
}
