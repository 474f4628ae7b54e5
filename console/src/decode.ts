// A body's bytes, read as JSON, as text, or shown as they are.
import { bytes_of_base64 } from "./base64.ts";

export type View = "json" | "text" | "hex";
export const kViews: readonly View[] = ["json", "text", "hex"];

export interface Payload {
  payload: string;
  payload_encoding: "string" | "base64";
  payload_bytes: number;
}

export interface Body {
  bytes: Uint8Array;
  whole: boolean; // false: the server cut it
  text: string | null; // null: not UTF-8
  json: string | null; // indented; null: not JSON
}

const kLargestIndented = 256 * 1024;
const kDeepestIndented = 100;

export function body_of(message: Payload): Body {
  const is_text = message.payload_encoding === "string";
  const bytes = is_text ? new TextEncoder().encode(message.payload) : bytes_of_base64(message.payload);
  const whole = bytes.length >= message.payload_bytes;
  const text = is_text ? message.payload : text_of(bytes, whole);
  return { bytes, whole, text, json: text !== null && whole ? json_of(text) : null };
}

/// A body that was cut may end in the middle of a character.
function text_of(bytes: Uint8Array, whole: boolean): string | null {
  for (let missing = 0; missing <= (whole ? 0 : Math.min(3, bytes.length)); missing++) {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(0, bytes.length - missing));
    } catch {
      // one byte less, perhaps
    }
  }
  return null;
}

/// Indented without reading the numbers: 12345678901234567890 and 1.0 stay what they are.
export function json_of(text: string): string | null {
  if (text.length > kLargestIndented || !/^\s*[[{"]/.test(text)) return null;
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  return indented(text);
}

/// Null: nested deeper than anybody reads, whose indentation alone would take gigabytes.
function indented(text: string): string | null {
  let out = "";
  let depth = 0;
  const line = () => "\n" + "  ".repeat(depth);
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
  for (const [at, token] of tokens.entries()) {
    const opens = token === "{" || token === "[";
    const closes = token === "}" || token === "]";
    const before = tokens[at - 1];
    if (closes) {
      depth--;
      if (before !== "{" && before !== "[") out += line();
      out += token;
    } else if (opens) {
      if (++depth > kDeepestIndented) return null;
      const after = tokens[at + 1];
      out += token + (after === "}" || after === "]" ? "" : line());
    } else if (token === ",") {
      out += "," + line();
    } else {
      out += token === ":" ? ": " : token;
    }
  }
  return out;
}

/// The first of the views that says something.
export function best_view(body: Body): View {
  if (body.json !== null) return "json";
  return body.text !== null && !looks_binary(body.text) ? "text" : "hex";
}

function looks_binary(text: string): boolean {
  return /[\u0000-\u0008\u000e-\u001f]/.test(text.slice(0, 4096));
}

/// 00000000  68 65 6c 6c 6f                                    |hello|
export function hex_dump(bytes: Uint8Array, most = 16 * 1024): string {
  const lines: string[] = [];
  for (let at = 0; at < Math.min(bytes.length, most); at += 16) {
    const row = [...bytes.subarray(at, Math.min(at + 16, most))];
    const hex = row.map((byte) => byte.toString(16).padStart(2, "0"));
    const columns = hex.slice(0, 8).join(" ").padEnd(23) + "  " + hex.slice(8).join(" ").padEnd(23);
    const shown = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".")).join("");
    lines.push(at.toString(16).padStart(8, "0") + "  " + columns + "  |" + shown + "|");
  }
  if (bytes.length > most) lines.push(`... ${bytes.length - most} bytes more`);
  return lines.join("\n");
}

export function preview_of(body: Body, most = 120): string {
  if (body.text === null || looks_binary(body.text)) {
    return [...body.bytes.subarray(0, 24)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  }
  return body.text.slice(0, most).replace(/\s+/g, " ");
}
