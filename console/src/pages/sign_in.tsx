import { useState } from "preact/hooks";
import { Api, ApiError } from "../api.ts";
import { type Session, session_of } from "../session.ts";

export function SignIn({ ended, enter }: { ended: string; enter: (session: Session) => void }) {
  const [refusal, set_refusal] = useState(ended);
  const [busy, set_busy] = useState(false);
  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    const session = session_of(String(data.get("user")), String(data.get("password")));
    set_busy(true);
    set_refusal("");
    try {
      await new Api(session).get("whoami");
      enter(session);
    } catch (fault) {
      set_refusal(fault instanceof ApiError ? fault.message : String(fault));
      set_busy(false);
    }
  };
  return (
    <main class="sign-in">
      <h1>Wharf</h1>
      <form onSubmit={send}>
        <div class="field"><label for="user">User</label><input id="user" name="user" autocomplete="username" autofocus required spellcheck={false} /></div>
        <div class="field"><label for="password">Password</label><input id="password" name="password" type="password" autocomplete="current-password" /></div>
        {refusal && <p class="failure" role="alert">{refusal}</p>}
        <button type="submit" class="primary" disabled={busy}>{busy ? "Signing in ..." : "Sign in"}</button>
      </form>
      <p class="quiet">A user with one of the tags management, policymaker, monitoring, administrator. On the server's own machine a new
        server knows guest, password guest; <code>wharf user add</code> makes others.</p>
    </main>
  );
}
