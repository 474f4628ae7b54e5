import { useState } from "preact/hooks";
import { ApiError, path } from "../api.ts";
import { has_tag, useApp } from "../app_context.ts";
import { visible } from "../format.ts";
import { FormDialog } from "../parts/dialog.tsx";
import { Empty, Loaded } from "../parts/state.tsx";
import { useResource } from "../resource.ts";
import { type Route, href } from "../route.ts";
import type { VirtualHost } from "../types.ts";
import { DelayedMessages } from "./delayed.tsx";

export function VhostsPage() {
  const app = useApp();
  const [adding, set_adding] = useState(false);
  const [deleting, set_deleting] = useState<string | null>(null);
  const vhosts = useResource("vhosts", (signal) => app.api.get<VirtualHost[]>("vhosts", { columns: "name,default_queue_type" }, signal), 15_000);
  const changed = (sentence: string) => {
    app.say(sentence);
    vhosts.reload();
    app.vhosts_changed();
  };
  const may = has_tag(app.who, "administrator");
  return (
    <>
      <h1>Virtual hosts {may && <button type="button" onClick={() => set_adding(true)}>New virtual host</button>}</h1>
      <Loaded resource={vhosts}>
        {(list) => list.length === 0 ? <Empty>There are none that you may see.</Empty> : (
          <div class="scroll">
            <table aria-label="Virtual hosts">
              <thead><tr><th scope="col">Name</th><th scope="col" class="secondary">Default queue type</th><th scope="col"><span class="unseen">Delete</span></th></tr></thead>
              <tbody>
                {list.map(({ name, default_queue_type }) => (
                  <tr key={name}>
                    <td><a class="name" href={href("vhost", [name])}>{visible(name)}</a></td>
                    <td class="secondary">{visible(default_queue_type ?? "")}</td>
                    <td class="actions">{may && name !== "/" && <button type="button" class="danger" aria-label={`Delete ${visible(name)}`} onClick={() => set_deleting(name)}>Delete</button>}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Loaded>
      {adding && (
        <FormDialog title="New virtual host" action="Create" close={() => set_adding(false)} about={<p>Exchanges, queues and policies of one virtual host are apart from those of another. You get all permissions in it.</p>}
          fields={[{ name: "name", label: "Name", required: true }, { name: "type", label: "Default queue type", kind: "choice", choices: ["classic", "quorum", "stream"], hint: "Of queues that are declared without a type" }]}
          submit={(values) => app.api.put(path("vhosts", String(values["name"])), values["type"] === "classic" ? {} : { default_queue_type: values["type"] })} done={() => changed("The virtual host is there.")} />
      )}
      {deleting !== null && (
        <FormDialog title={`Delete ${visible(deleting)}?`} action="Delete" dangerous close={() => set_deleting(null)}
          about={<p>Every exchange, queue, message, policy and permission in it is gone; its connections are closed. This cannot be undone.</p>}
          fields={[{ name: "again", label: "Its name, once more", required: true }]}
          submit={async (values) => {
            if (values["again"] !== deleting) throw new ApiError(0, "name", "That is another name.");
            await app.api.delete(path("vhosts", deleting));
          }}
          done={() => changed(`The virtual host ${visible(deleting)} is deleted.`)} />
      )}
    </>
  );
}

export function VhostPage({ route }: { route: Route }) {
  const [name = ""] = route.names;
  return (
    <>
      <h1><small>Virtual host</small> <span class="name">{visible(name)}</span></h1>
      <DelayedMessages vhost={name} />
    </>
  );
}
