import { useMemo, useState } from "preact/hooks";
import { path } from "../api.ts";
import { useApp } from "../app_context.ts";
import { visible } from "../format.ts";
import { look_of, request_of } from "../paging.ts";
import { type Column, PagedTable } from "../parts/paged_table.tsx";
import { Count, Flag } from "../parts/state.tsx";
import { useResource } from "../resource.ts";
import { type Route, go, href } from "../route.ts";
import type { Page, Queue } from "../types.ts";
import { FormDialog } from "../parts/dialog.tsx";

const kColumns = "name,vhost,type,durable,auto_delete,exclusive,policy,operator_policy,messages,messages_ready,messages_unacknowledged,consumers";
const kSortable = ["name", "vhost", "type", "messages", "messages_ready", "messages_unacknowledged", "consumers"];

function columns(several_vhosts: boolean): Column<Queue>[] {
  const all: Column<Queue>[] = [
    { title: "Name", sort: "name", cell: (queue) => <a class="name" href={href("queue", [queue.vhost, queue.name])}>{visible(queue.name)}</a> },
    { title: "Virtual host", sort: "vhost", secondary: true, cell: (queue) => visible(queue.vhost) },
    { title: "Type", sort: "type", secondary: true, cell: (queue) => queue.type },
    { title: "Is", secondary: true, cell: (queue) => <><Flag on={queue.durable}>durable</Flag><Flag on={queue.auto_delete}>auto-delete</Flag><Flag on={queue.exclusive}>exclusive</Flag></> },
    { title: "Policy", secondary: true, cell: (queue) => visible([queue.policy, queue.operator_policy].filter(Boolean).join(", ")) },
    { title: "Ready", sort: "messages_ready", numeric: true, cell: (queue) => <Count of={queue.messages_ready} /> },
    { title: "Unacknowledged", sort: "messages_unacknowledged", numeric: true, cell: (queue) => <Count of={queue.messages_unacknowledged} /> },
    { title: "Consumers", sort: "consumers", numeric: true, secondary: true, cell: (queue) => <Count of={queue.consumers} /> },
  ];
  return several_vhosts ? all : all.filter(({ title }) => title !== "Virtual host");
}

export function QueuesPage({ route }: { route: Route }) {
  const app = useApp();
  const [adding, set_adding] = useState(false);
  const look = useMemo(() => look_of(route.query, kSortable, "name"), [route]);
  const target = app.vhost === "" ? "queues" : path("queues", app.vhost);
  const resource = useResource(target + JSON.stringify(look), (signal) => app.api.get<Page<Queue>>(target, { ...request_of(look, "name"), columns: kColumns }, signal));
  return (
    <>
      <h1>Queues <button type="button" onClick={() => set_adding(true)}>New queue</button></h1>
      <PagedTable page="queues" what="queues" look={look} first_sort="name" columns={columns(app.vhosts.length > 1 && app.vhost === "")}
        resource={resource} key_of={(queue) => queue.vhost + "/" + queue.name}
        nothing={<>There are no queues yet. Clients declare them, or <button type="button" class="link" onClick={() => set_adding(true)}>you do</button>.</>} />
      {adding && <NewQueue close={() => set_adding(false)} />}
    </>
  );
}

function NewQueue({ close }: { close: () => void }) {
  const app = useApp();
  const at = { vhost: app.vhost || (app.vhosts[0]?.name ?? "/"), name: "" };
  return (
    <FormDialog title="New queue" action="Create" close={close}
      fields={[
        { name: "name", label: "Name", required: true },
        { name: "vhost", label: "Virtual host", kind: "choice", choices: app.vhosts.map(({ name }) => name), initial: at.vhost },
        { name: "type", label: "Type", kind: "choice", choices: ["classic", "quorum", "stream"] },
        { name: "durable", label: "Durable: it is there after a restart", kind: "flag", initial: true },
        { name: "arguments", label: "Arguments", kind: "table", hint: 'A JSON object, such as {"x-max-length": 1000}; empty: none' },
      ]}
      submit={(values) => {
        at.vhost = String(values["vhost"]);
        at.name = String(values["name"]);
        const type = values["type"] === "classic" ? {} : { "x-queue-type": values["type"] };
        return app.api.put(path("queues", at.vhost, at.name), { durable: values["durable"], arguments: { ...type, ...(values["arguments"] as object) } });
      }}
      done={() => {
        app.say(`The queue ${visible(at.name)} is there.`);
        go(href("queue", [at.vhost, at.name]));
      }} />
  );
}
