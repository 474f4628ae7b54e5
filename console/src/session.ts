// Who is signed in. The credentials live in this tab's session storage: a reload keeps them, closing the tab forgets them, no other
// tab or site sees them, and the browser never sends them by itself (docs/decisions/039).
import { base64_of_text } from "./base64.ts";

const kKey = "wharf.session";

export interface Session {
  user: string;
  authorization: string; // the header's value
}

export function session_of(user: string, password: string): Session {
  return { user, authorization: "Basic " + base64_of_text(user + ":" + password) };
}

export function load_session(): Session | null {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(kKey) ?? "null");
    const known = stored as Partial<Session> | null;
    return known && typeof known.user === "string" && typeof known.authorization === "string" ? (known as Session) : null;
  } catch {
    return null;
  }
}

export function keep_session(session: Session | null): void {
  try {
    if (session) sessionStorage.setItem(kKey, JSON.stringify(session));
    else sessionStorage.removeItem(kKey);
  } catch {
    // Storage is switched off: the session lasts as long as the page.
  }
}
