// Tokens: what programs sign in with to this port's APIs. One's own; of all users for administrators.
import { useMemo, useState } from "preact/hooks";
import { path } from "../api.ts";
import { has_tag, useApp } from "../app_context.ts";
import { duration_text, time_text, visible } from "../format.ts";
import type { MadeToken, Token } from "../own_types.ts";
import { look_of, request_of } from "../paging.ts";
import { Dialog, FormDialog } from "../parts/dialog.tsx";
import { type Column, PagedTable } from "../parts/paged_table.tsx";
import { useResource } from "../resource.ts";
import type { Route } from "../route.ts";
import type { Page } from "../types.ts";

const kSortable = ["name", "user", "created_ms", "expires_ms"];
const kDaySeconds = 86_400;

export function TokensPage({ route }: { route: Route }) {
  const app = useApp();
  const [adding, set_adding] = useState(false);
  const [made, set_made] = useState<MadeToken | null>(null);
  const [revoking, set_revoking] = useState<Token | null>(null);
  const look = useMemo(() => look_of(route.query, kSortable, "name"), [route]);
  const tokens = useResource(JSON.stringify(look), (signal) => app.api.get<Page<Token>>("wharf/v1/tokens", request_of(look, "name"), signal), 15_000);
  const columns: Column<Token>[] = [
    { title: "Name", sort: "name", cell: ({ name }) => name ? <span class="name">{visible(name)}</span> : <span class="quiet">none</span> },
    { title: "User", sort: "user", cell: ({ user }) => <span class="name">{visible(user)}</span> },
    { title: "Made", sort: "created_ms", numeric: true, secondary: true, cell: ({ created_ms }) => time_text(created_ms) },
    { title: "Signs in until", sort: "expires_ms", numeric: true, cell: (token) => <>{time_text(token.expires_ms)} <span class="quiet">{token.expired ? "over" : "for " + duration_text(token.expires_ms - Date.now())}</span></> },
    { title: "Revoke", cell: (token) => <button type="button" class="danger" aria-label={`Revoke ${called(token)}`} onClick={() => set_revoking(token)}>Revoke</button> },
  ];
  return (
    <>
      <h1>Tokens <button type="button" onClick={() => set_adding(true)}>New token</button></h1>
      <PagedTable page="tokens" what="tokens" look={look} first_sort="name" columns={columns} resource={tokens} key_of={({ id }) => id}
        nothing="There are none. Scripts sign in with a token (Authorization: Bearer) where a password should not lie about." />
      {adding && <NewToken close={() => set_adding(false)} made={(token) => { set_made(token); tokens.reload(); }} />}
      {made && (
        <Dialog title={`Token ${called(made)}`} wide close={() => set_made(null)}>
          <p>It is shown this once: nobody can read it again.</p>
          <p><code class="name">{made.token}</code></p>
          <div class="actions"><button type="button" class="primary" onClick={() => set_made(null)}>I have it</button></div>
        </Dialog>
      )}
      {revoking && (
        <FormDialog title={`Revoke the token ${called(revoking)}?`} action="Revoke" dangerous close={() => set_revoking(null)}
          about={<p>Whoever signs in with it as <b class="name">{visible(revoking.user)}</b> is refused from now on.</p>}
          submit={() => app.api.delete("wharf/v1/" + path("tokens", revoking.id))}
          done={() => { app.say("The token is revoked."); tokens.reload(); }} />
      )}
    </>
  );
}

const called = ({ name, id }: { name: string; id: string }) => visible(name || id);

function NewToken({ close, made }: { close: () => void; made: (token: MadeToken) => void }) {
  const app = useApp();
  const of_whom = has_tag(app.who, "administrator") ? [{ name: "user", label: "Of the user", required: true, initial: app.who.name }] : [];
  let answer: MadeToken | undefined;
  return (
    <FormDialog title="New token" action="Make" close={close}
      about={<p>Whoever has it may what the user may, at this port's APIs.</p>}
      fields={[
        { name: "name", label: "Name", hint: "What it is for" },
        ...of_whom,
        { name: "days", label: "Days until it is over", kind: "number", initial: "90" },
      ]}
      submit={async ({ name, user, days }) => {
        const ends = typeof days === "number" ? { expires_in_seconds: days * kDaySeconds } : {}; // else the server says when
        answer = await app.api.post<MadeToken>("wharf/v1/tokens", { name, ...(user === undefined ? {} : { user }), ...ends });
      }}
      done={() => answer && made(answer)} />
  );
}
