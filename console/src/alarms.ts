// Whether the server is low on something and holds publishers back: what /metrics says in wharf_alarm.
import { ApiError } from "./api.ts";

/// Resources with an alarm: "memory", "disk".
export function alarms_of(metrics: string): string[] {
  return [...metrics.matchAll(/^wharf_alarm\{resource="(\w+)"\} 1$/gm)].map(([, resource]) => resource ?? "");
}

/// Asked without credentials, as Prometheus does.
export async function alarms(signal: AbortSignal): Promise<string[]> {
  try {
    const response = await fetch("/metrics", { signal, cache: "no-store", credentials: "omit" });
    if (response.ok) return alarms_of(await response.text());
    throw new ApiError(response.status, "", "Alarms are not known.");
  } catch (fault) {
    if (signal.aborted || fault instanceof ApiError) throw fault;
    throw new ApiError(0, "", "The server does not answer.");
  }
}
