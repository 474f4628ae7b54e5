import { useMemo, useState } from "preact/hooks";
import { path } from "../api.ts";
import { useApp } from "../app_context.ts";
import { exchange_text, table_text, visible } from "../format.ts";
import { look_of, request_of } from "../paging.ts";
import { Bindings } from "../parts/bindings.tsx";
import { FormDialog } from "../parts/dialog.tsx";
import { type Column, PagedTable } from "../parts/paged_table.tsx";
import { PublishDialog } from "../parts/publish.tsx";
import { Facts, Flag, Loaded } from "../parts/state.tsx";
import { useResource } from "../resource.ts";
import { type Route, go, href } from "../route.ts";
import type { Exchange, Overview, Page } from "../types.ts";
import { DelayedMessages } from "./delayed.tsx";

const kSortable = ["name", "vhost", "type"];
/// In paths the default exchange, which has no name, is called so.
const kDefault = "amq.default";
const kDelaying = "x-delayed-message";

const kKinds = (exchange: Exchange) => (
  <><Flag on={exchange.durable}>durable</Flag><Flag on={exchange.auto_delete}>auto-delete</Flag><Flag on={exchange.internal}>internal</Flag></>
);

function columns(several_vhosts: boolean): Column<Exchange>[] {
  const all: Column<Exchange>[] = [
    { title: "Name", sort: "name", cell: ({ vhost, name }) => <a class="name" href={href("exchange", [vhost, name || kDefault])}>{exchange_text(name)}</a> },
    { title: "Virtual host", sort: "vhost", secondary: true, cell: ({ vhost }) => visible(vhost) },
    { title: "Type", sort: "type", cell: ({ type }) => type },
    { title: "Is", secondary: true, cell: kKinds },
    { title: "Arguments", secondary: true, cell: (exchange) => <span class="name">{visible(table_text(exchange.arguments))}</span> },
    { title: "Policy", secondary: true, cell: (exchange) => visible(exchange.policy ?? "") },
  ];
  return several_vhosts ? all : all.filter(({ title }) => title !== "Virtual host");
}

export function ExchangesPage({ route }: { route: Route }) {
  const app = useApp();
  const [adding, set_adding] = useState(false);
  const look = useMemo(() => look_of(route.query, kSortable, "name"), [route]);
  const target = app.vhost === "" ? "exchanges" : path("exchanges", app.vhost);
  const resource = useResource(target + JSON.stringify(look), (signal) => app.api.get<Page<Exchange>>(target, request_of(look, "name"), signal), 15_000);
  return (
    <>
      <h1>Exchanges <button type="button" onClick={() => set_adding(true)}>New exchange</button></h1>
      <PagedTable page="exchanges" what="exchanges" look={look} first_sort="name" columns={columns(app.vhosts.length > 1 && app.vhost === "")}
        resource={resource} key_of={({ vhost, name }) => vhost + "/" + name} nothing="There are no exchanges that you may see." />
      {adding && <NewExchange close={() => set_adding(false)} />}
    </>
  );
}

function NewExchange({ close }: { close: () => void }) {
  const app = useApp();
  const overview = useResource("types", (signal) => app.api.get<Overview>("overview", { columns: "exchange_types" }, signal), 0);
  const types = overview.value?.exchange_types.map(({ name }) => name);
  const at = { vhost: app.vhost || (app.vhosts[0]?.name ?? "/"), name: "" };
  if (!types) return null; // it comes with the dialog
  return (
    <FormDialog title="New exchange" action="Create" close={close}
      fields={[
        { name: "name", label: "Name", required: true },
        { name: "vhost", label: "Virtual host", kind: "choice", choices: app.vhosts.map(({ name }) => name), initial: at.vhost },
        { name: "type", label: "Type", kind: "choice", choices: [...new Set([...types, kDelaying])] },
        { name: "durable", label: "Durable: it is there after a restart", kind: "flag", initial: true },
        { name: "auto_delete", label: "Auto-delete: it goes with its last binding", kind: "flag" },
        { name: "internal", label: "Internal: only other exchanges publish to it", kind: "flag" },
        { name: "arguments", label: "Arguments", kind: "table", hint: 'A JSON object, such as {"x-delayed-type": "direct"}; empty: none' },
      ]}
      submit={({ name, vhost, ...declared }) => {
        at.vhost = String(vhost);
        at.name = String(name);
        return app.api.put(path("exchanges", at.vhost, at.name), declared);
      }}
      done={() => {
        app.say(`The exchange ${visible(at.name)} is there.`);
        go(href("exchange", [at.vhost, at.name]));
      }} />
  );
}

function BothWays({ vhost, name }: { vhost: string; name: string }) {
  return (
    <>
      <Bindings from={{ vhost, name }} />
      <h2>What it gets messages from</h2>
      <Bindings to={{ vhost, kind: "exchange", name }} />
    </>
  );
}

export function ExchangePage({ route }: { route: Route }) {
  const app = useApp();
  const [vhost = "", shown = kDefault] = route.names;
  const name = shown === kDefault ? "" : shown;
  const [asking, set_asking] = useState<"publish" | "delete" | null>(null);
  const below = (...more: string[]) => path("exchanges", vhost, shown, ...more);
  const exchange = useResource("exchange", (signal) => app.api.get<Exchange>(below(), {}, signal), 15_000);
  const close = () => set_asking(null);
  const built_in = name === "" || name.startsWith("amq.");
  return (
    <>
      <h1><small>Exchange</small> <span class="name">{exchange_text(name)}</span>{app.vhosts.length > 1 && <small> in {visible(vhost)}</small>}</h1>
      <Loaded resource={exchange}>
        {(value) => (
          <>
            <Facts facts={[["Type", value.type], ["Is", kKinds(value)], ["Arguments", <span class="name">{visible(table_text(value.arguments)) || "none"}</span>], ["Policy", visible(value.policy ?? "") || "none"]]} />
            <div class="row">
              <button type="button" disabled={value.internal} onClick={() => set_asking("publish")}>Publish a message</button>
              {!built_in && <button type="button" class="danger" onClick={() => set_asking("delete")}>Delete the exchange</button>}
            </div>
            <h2>Where its messages go</h2>
            {name === "" ? <p>To each queue of the virtual host by its name: the routing key is the queue.</p> : <BothWays vhost={vhost} name={name} />}
            {value.type === kDelaying && <DelayedMessages vhost={vhost} exchange={name} />}
          </>
        )}
      </Loaded>
      {asking === "publish" && <PublishDialog vhost={vhost} exchange={name} routing_key="" close={close} />}
      {asking === "delete" && (
        <FormDialog title={`Delete ${visible(name)}?`} action="Delete" dangerous close={close}
          about={<p>The exchange and its bindings are gone; who publishes to it is refused. This cannot be undone.</p>}
          fields={[{ name: "unused", label: "Only if nothing is bound to it", kind: "flag", initial: true }]}
          submit={(values) => app.api.delete(below(), { "if-unused": values["unused"] === true || undefined })}
          done={() => { app.say(`The exchange ${visible(name)} is deleted.`); go(href("exchanges")); }} />
      )}
    </>
  );
}
