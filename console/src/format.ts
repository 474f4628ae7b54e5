// Numbers, sizes and times as people read them. Units are spelled as in the rest of Wharf: KiB, ms.
const kThin = "\u2009";

/// 1234567 -> "1 234 567", with thin spaces; what is missing is a dash.
export function count_text(value: number | null | undefined): string {
  if (value === undefined || value === null || !Number.isFinite(value)) return "\u2013";
  const digits = Math.trunc(Math.abs(value)).toString();
  return (value < 0 ? "\u2212" : "") + digits.replace(/\B(?=(\d{3})+$)/g, kThin);
}

export function bytes_text(bytes: number | null | undefined): string {
  if (bytes === undefined || bytes === null || !Number.isFinite(bytes)) return "\u2013";
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let at = 0;
  while (bytes >= 1024 && at < units.length - 1) {
    bytes /= 1024;
    at++;
  }
  const shown = at === 0 || bytes >= 100 ? Math.round(bytes).toString() : bytes.toFixed(bytes >= 10 ? 1 : 2);
  return shown + " " + units[at];
}

/// 93_784_000 -> "1 d 2 h"; two units at most.
export function duration_text(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return "\u2013";
  if (milliseconds < 1000) return Math.max(0, Math.round(milliseconds)) + " ms";
  let seconds = Math.floor(milliseconds / 1000);
  const parts: string[] = [];
  for (const [unit, length] of [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]] as const) {
    const whole = Math.floor(seconds / length);
    seconds -= whole * length;
    if (whole > 0) parts.push(whole + " " + unit);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join(" ");
}

/// Local time, to the second: "2026-11-26 20:15:07".
export function time_text(milliseconds: number): string {
  const time = new Date(milliseconds);
  if (Number.isNaN(time.getTime())) return "\u2013";
  const two = (value: number) => value.toString().padStart(2, "0");
  return (
    `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ` +
    `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`
  );
}

export function plural(count: number, one: string, many = one + "s"): string {
  return count_text(count) + " " + (count === 1 ? one : many);
}

/// What a table of arguments or a definition says, on one line: "x-max-length = 10, x-overflow = reject-publish".
export function table_text(table: Record<string, unknown> | [] | null | undefined): string {
  if (!table || Array.isArray(table)) return "";
  return Object.entries(table)
    .map(([name, value]) => name + " = " + (typeof value === "string" ? value : JSON.stringify(value)))
    .join(", ");
}

/// Characters that would hide, reorder or break a line, made visible: a name is shown as it is, and nothing in it acts.
export function visible(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : "\\u" + code.toString(16).padStart(4, "0");
  });
}

/// An exchange's name; the default one has none.
export function exchange_text(name: string): string {
  return name === "" ? "(default)" : visible(name);
}

/// 12.34 -> "12.3 /s"; with bytes_text "1.2 KiB/s". Not known yet: a dash.
export function rate_text(rate: number | null | undefined, text?: (value: number) => string): string {
  if (rate === undefined || rate === null || !Number.isFinite(rate)) return "\u2013";
  if (rate === 0) return "0";
  if (text) return text(rate) + "/s";
  return (rate < 10 ? rate.toFixed(1) : count_text(rate)) + " /s";
}

/// 0, 1, 2, 5 -> "0\u20132, 5"
export function ranges(numbers: number[]): string {
  const parts: string[] = [];
  const sorted = [...numbers].sort((a, b) => a - b);
  for (let at = 0; at < sorted.length; ) {
    let end = at;
    while (end + 1 < sorted.length && sorted[end + 1] === (sorted[end] ?? 0) + 1) end++;
    parts.push(end === at ? String(sorted[at]) : `${sorted[at]}\u2013${sorted[end]}`);
    at = end + 1;
  }
  return parts.join(", ");
}

/// What may stand in a header: others are replaced, for a browser refuses the whole request.
export function header_text(text: string): string {
  return text.replace(/[^\u0020-\u007e]/g, "?").trim();
}
