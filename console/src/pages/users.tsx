// Users, and what each may do. Only administrators see this page.
import { useState } from "preact/hooks";
import { path } from "../api.ts";
import { useApp } from "../app_context.ts";
import { visible } from "../format.ts";
import { FormDialog } from "../parts/dialog.tsx";
import type { Field } from "../parts/fields.tsx";
import { Empty, Facts, Loaded } from "../parts/state.tsx";
import { useResource } from "../resource.ts";
import { type Route, go, href } from "../route.ts";
import type { Permission, TopicPermission, User } from "../types.ts";

const kTags = "management, policymaker, monitoring, administrator; commas between them, none for a user of clients only";

export function UsersPage() {
  const app = useApp();
  const [adding, set_adding] = useState(false);
  const users = useResource("users", (signal) => app.api.get<User[]>("users", { columns: "name,tags,password_hash" }, signal), 15_000);
  const permissions = useResource("permissions", (signal) => app.api.get<Permission[]>("permissions", {}, signal), 15_000);
  const in_vhosts = (name: string) => permissions.value?.filter(({ user }) => user === name).map(({ vhost }) => visible(vhost)).join(", ");
  const at = { name: "" };
  return (
    <>
      <h1>Users <button type="button" onClick={() => set_adding(true)}>New user</button></h1>
      <Loaded resource={users}>
        {(list) => (
          <div class="scroll">
            <table aria-label="Users">
              <thead><tr><th scope="col">Name</th><th scope="col">Tags</th><th scope="col">Has permissions in</th><th scope="col" class="secondary">Password</th></tr></thead>
              <tbody>
                {list.map((user) => (
                  <tr key={user.name}>
                    <td><a class="name" href={href("user", [user.name])}>{visible(user.name)}</a></td>
                    <td>{visible(user.tags.join(", "))}</td>
                    <td>{permissions.value && (in_vhosts(user.name) || <span class="quiet">no virtual host</span>)}</td>
                    <td class="secondary">{user.password_hash ? "set" : "none: cannot sign in"}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Loaded>
      {adding && (
        <FormDialog title="New user" action="Create" close={() => set_adding(false)}
          fields={[{ name: "name", label: "Name", required: true }, { name: "password", label: "Password", kind: "password", required: true }, { name: "tags", label: "Tags", hint: kTags }]}
          submit={(values) => {
            at.name = String(values["name"]);
            return app.api.put(path("users", at.name), { password: values["password"], tags: values["tags"] });
          }}
          done={() => { app.say("The user is there, without permissions so far."); go(href("user", [at.name])); }} />
      )}
    </>
  );
}

type Asking = "change" | "delete" | "permit" | "permit topic" | { forbid: Permission } | { forbid_topic: TopicPermission } | null;

export function UserPage({ route }: { route: Route }) {
  const app = useApp();
  const [name = ""] = route.names;
  const [asking, set_asking] = useState<Asking>(null);
  const user = useResource("user", (signal) => app.api.get<User>(path("users", name), {}, signal), 15_000);
  const permissions = useResource("permissions", (signal) => app.api.get<Permission[]>(path("users", name, "permissions"), {}, signal), 15_000);
  const topics = useResource("topics", (signal) => app.api.get<TopicPermission[]>(path("users", name, "topic-permissions"), {}, signal), 15_000);
  const close = () => set_asking(null);
  const changed = (sentence: string) => () => {
    app.say(sentence);
    user.reload();
    permissions.reload();
    topics.reload();
  };
  return (
    <>
      <h1><small>User</small> <span class="name">{visible(name)}</span></h1>
      <Loaded resource={user}>
        {(value) => (
          <>
            <Facts facts={[["Tags", visible(value.tags.join(", ")) || "none"], ["Password", value.password_hash ? "set" : "none: cannot sign in"]]} />
            <div class="row">
              <button type="button" onClick={() => set_asking("change")}>Change password and tags</button>
              <button type="button" class="danger" onClick={() => set_asking("delete")}>Delete the user</button>
            </div>
            <h2>Permissions <button type="button" onClick={() => set_asking("permit")}>Set a permission</button></h2>
            <Loaded resource={permissions}>
              {(list) => list.length === 0 ? <Empty>None: the user may enter no virtual host.</Empty> : (
                <PatternTable label="Permissions" columns={["Virtual host", "Configure", "Write", "Read"]}
                  rows={list.map((one) => ({ key: one.vhost, cells: [one.vhost, one.configure, one.write, one.read], forbid: () => set_asking({ forbid: one }) }))} />
              )}
            </Loaded>
            <h2>Topic permissions <button type="button" onClick={() => set_asking("permit topic")}>Set a topic permission</button></h2>
            <Loaded resource={topics}>
              {(list) => list.length === 0 ? <Empty>None: every routing key that the permissions allow.</Empty> : (
                <PatternTable label="Topic permissions" columns={["Virtual host", "Exchange", "Write keys", "Read keys"]}
                  rows={list.map((one) => ({ key: JSON.stringify([one.vhost, one.exchange]), cells: [one.vhost, one.exchange, one.write, one.read], forbid: () => set_asking({ forbid_topic: one }) }))} />
              )}
            </Loaded>
            <UserDialog user={value} asking={asking} close={close} changed={changed} />
          </>
        )}
      </Loaded>
    </>
  );
}

interface Row {
  key: string;
  cells: string[];
  forbid: () => void;
}

/// An empty pattern matches nothing but an empty name: that is worth a word.
function PatternTable({ label, columns, rows }: { label: string; columns: string[]; rows: Row[] }) {
  return (
    <div class="scroll">
      <table aria-label={label}>
        <thead><tr>{columns.map((column) => <th key={column} scope="col">{column}</th>)}<th scope="col"><span class="unseen">Clear</span></th></tr></thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              {row.cells.map((cell, at) => <td key={at} class="name">{cell === "" ? <span class="quiet">nothing</span> : visible(cell)}</td>)}
              <td class="actions"><button type="button" class="danger" aria-label={`Clear ${visible(row.cells[0] ?? "")}`} onClick={row.forbid}>Clear</button></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function UserDialog({ user, asking, close, changed }: { user: User; asking: Asking; close: () => void; changed: (sentence: string) => () => void }) {
  const app = useApp();
  const vhost: Field = { name: "vhost", label: "Virtual host", kind: "choice", choices: app.vhosts.map(({ name }) => name) };
  const pattern = (name: string, label: string): Field => ({ name, label, initial: ".*", hint: "A pattern (regex) on names; empty: nothing" });
  if (asking === null) return null;
  if (asking === "delete") {
    return <FormDialog title={`Delete the user ${visible(user.name)}?`} action="Delete" dangerous close={close} about={<p>Whoever signs in as this user is refused from now on.</p>}
      submit={() => app.api.delete(path("users", user.name))} done={() => { app.say("The user is deleted."); go(href("users")); }} />;
  }
  if (asking === "change") {
    return <FormDialog title={`User ${visible(user.name)}`} action="Change" close={close} done={changed("The user is changed.")}
      fields={[{ name: "password", label: "New password", kind: "password", hint: "Empty: as it is" }, { name: "tags", label: "Tags", initial: user.tags.join(", "), hint: kTags }]}
      submit={({ password, tags }) => app.api.put(path("users", user.name),
        password ? { password, tags } : { password_hash: user.password_hash, hashing_algorithm: user.hashing_algorithm, tags })} />;
  }
  if (asking === "permit") {
    return <FormDialog title="Set a permission" action="Set" close={close} done={changed("The permission is set.")}
      fields={[vhost, pattern("configure", "May declare and delete"), pattern("write", "May publish to, and bind to"), pattern("read", "May consume from, and bind from")]}
      submit={({ vhost: where, ...patterns }) => app.api.put(path("permissions", String(where), user.name), patterns)} />;
  }
  if (asking === "permit topic") {
    return <FormDialog title="Set a topic permission" action="Set" close={close} done={changed("The topic permission is set.")}
      fields={[vhost, { name: "exchange", label: "Topic exchange", required: true, initial: "amq.topic" }, pattern("write", "Routing keys for publishing"), pattern("read", "Routing keys for binding")]}
      submit={({ vhost: where, ...rest }) => app.api.put(path("topic-permissions", String(where), user.name), rest)} />;
  }
  const is_topic = "forbid_topic" in asking;
  const { vhost: where } = is_topic ? asking.forbid_topic : asking.forbid;
  const target = is_topic ? path("topic-permissions", where, user.name, asking.forbid_topic.exchange || "amq.default") : path("permissions", where, user.name);
  return <FormDialog title={`Clear the ${is_topic ? "topic " : ""}permission in ${visible(where)}?`} action="Clear" dangerous close={close}
    about={<p>{is_topic ? "Every routing key is allowed again." : "The user may not enter this virtual host any more."}</p>}
    submit={() => app.api.delete(target)} done={changed("The permission is cleared.")} />;
}
