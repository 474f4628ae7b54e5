// Bindings: what leads from an exchange to a queue or another exchange, a page at a time: there may be one for each queue.
import { useEffect, useState } from "preact/hooks";
import { path } from "../api.ts";
import { useApp } from "../app_context.ts";
import { exchange_text, table_text, visible } from "../format.ts";
import { kPageSize } from "../paging.ts";
import { useResource } from "../resource.ts";
import { href } from "../route.ts";
import type { Binding, Page } from "../types.ts";
import { FormDialog } from "./dialog.tsx";
import { Pages } from "./pages.tsx";
import { Empty, Loaded } from "./state.tsx";

interface End {
  vhost: string;
  kind: "queue" | "exchange";
  name: string;
}

/// Either what leads to `to`, or what leads from `from`.
type Side = { to: End; from?: undefined } | { from: { vhost: string; name: string }; to?: undefined };

const kLetters = { queue: "q", exchange: "e" } as const;

/// amq.default stands for the default exchange, whose name is empty.
const named = (exchange: string) => exchange || "amq.default";

function address(binding: Binding): string {
  return path("bindings", binding.vhost, "e", named(binding.source), kLetters[binding.destination_type], binding.destination, binding.properties_key);
}

/// Where the server lists them.
function list_of({ to, from }: Side): string {
  if (from) return path("exchanges", from.vhost, named(from.name), "bindings", "source");
  return to.kind === "queue" ? path("queues", to.vhost, to.name, "bindings") : path("exchanges", to.vhost, named(to.name), "bindings", "destination");
}

export function Bindings(side: Side) {
  const app = useApp();
  const [page, set_page] = useState(1);
  const list = list_of(side);
  const resource = useResource(`${list} ${page}`, (signal) => app.api.get<Page<Binding>>(list, { page, page_size: kPageSize }, signal), 15_000);
  const is_past = resource.error?.code === "page_out_of_range";
  useEffect(() => {
    if (is_past) set_page(1);
  }, [is_past]);
  return <Loaded resource={resource}>{(value) => <BindingTable side={side} value={value} show={set_page} reload={resource.reload} />}</Loaded>;
}

function BindingTable({ side, value, show, reload }: { side: Side; value: Page<Binding>; show: (page: number) => void; reload: () => void }) {
  const app = useApp();
  const { to } = side;
  const [adding, set_adding] = useState(false);
  const [removing, set_removing] = useState<Binding | null>(null);
  const own = value.items.filter(({ source }) => source !== "");
  const by_name = value.items.length !== own.length;
  return (
    <>
      {own.length === 0 && <Empty>{by_name ? "None but its own name in the default exchange." : "There are none."}</Empty>}
      {value.page_count > 1 && <Pages value={value} what="bindings" show={show} />}
      {own.length > 0 && (
        <div class="scroll">
          <table aria-label="Bindings">
            <thead><tr><th scope="col">{to ? "From the exchange" : "To"}</th><th scope="col">Routing key</th><th scope="col">Arguments</th><th scope="col"><span class="unseen">Unbind</span></th></tr></thead>
            <tbody>
              {own.map((binding) => (
                <tr key={address(binding)}>
                  <td>{to
                    ? <a class="name" href={href("exchange", [binding.vhost, named(binding.source)])}>{exchange_text(binding.source)}</a>
                    : <><span class="quiet">{binding.destination_type} </span><a class="name" href={href(binding.destination_type, [binding.vhost, binding.destination])}>{visible(binding.destination)}</a></>}</td>
                  <td class="name">{visible(binding.routing_key)}</td>
                  <td class="name">{visible(table_text(binding.arguments))}</td>
                  <td class="actions"><button type="button" onClick={() => set_removing(binding)} aria-label={`Unbind ${visible(binding.source)}, ${visible(binding.routing_key)}, ${visible(binding.destination)}`}>Unbind</button></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <p><button type="button" onClick={() => set_adding(true)}>Bind</button></p>
      {adding && <BindDialog side={side} close={() => set_adding(false)} done={() => { app.say("It is bound."); reload(); }} />}
      {removing && (
        <FormDialog title="Unbind?" action="Unbind" dangerous close={() => set_removing(null)}
          about={<p>From <b class="name">{exchange_text(removing.source)}</b> nothing more goes to <b class="name">{visible(removing.destination)}</b> by the key <b class="name">{visible(removing.routing_key) || "(none)"}</b>.</p>}
          submit={() => app.api.delete(address(removing))} done={() => { app.say("It is unbound."); reload(); }} />
      )}
    </>
  );
}

function BindDialog({ side: { to, from }, close, done }: { side: Side; close: () => void; done: () => void }) {
  const app = useApp();
  const ends = to
    ? [{ name: "source", label: "From the exchange", required: true }]
    : [{ name: "kind", label: "To a", kind: "choice" as const, choices: ["queue", "exchange"] }, { name: "destination", label: "Named", required: true }];
  return (
    <FormDialog title="Bind" action="Bind" close={close} done={done}
      fields={[...ends, { name: "routing_key", label: "Routing key" }, { name: "arguments", label: "Arguments", kind: "table", hint: "A JSON object; a headers exchange takes its conditions from here" }]}
      submit={(values) => {
        const kind = to ? to.kind : (values["kind"] as "queue" | "exchange");
        const { vhost } = to ?? from;
        const target = path("bindings", vhost, "e", from ? from.name : String(values["source"]), kLetters[kind], to ? to.name : String(values["destination"]));
        return app.api.post(target, { routing_key: values["routing_key"], arguments: values["arguments"] });
      }} />
  );
}
