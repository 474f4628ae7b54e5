// Bindings: what leads from an exchange to a queue or another exchange.
import { useState } from "preact/hooks";
import { path } from "../api.ts";
import { useApp } from "../app_context.ts";
import { exchange_text, table_text, visible } from "../format.ts";
import { href } from "../route.ts";
import type { Binding } from "../types.ts";
import { FormDialog } from "./dialog.tsx";
import { Empty } from "./state.tsx";

interface End {
  vhost: string;
  kind: "queue" | "exchange";
  name: string;
}

/// Either what leads to `to`, or what leads from `from`.
interface Props {
  bindings: Binding[];
  to?: End;
  from?: { vhost: string; name: string };
  reload: () => void;
}

const kMostShown = 200;
const kLetters = { queue: "q", exchange: "e" } as const;

/// amq.default stands for the default exchange, whose name is empty.
const named = (exchange: string) => exchange || "amq.default";

function address(binding: Binding): string {
  return path("bindings", binding.vhost, "e", named(binding.source), kLetters[binding.destination_type], binding.destination, binding.properties_key);
}

export function BindingTable({ bindings, to, from, reload }: Props) {
  const app = useApp();
  const [adding, set_adding] = useState(false);
  const [removing, set_removing] = useState<Binding | null>(null);
  const own = bindings.filter(({ source }) => source !== "" || from?.name === "");
  const by_name = bindings.length !== own.length;
  return (
    <>
      {own.length === 0 && <Empty>{by_name ? "None but its own name in the default exchange." : "There are none."}</Empty>}
      {own.length > 0 && (
        <div class="scroll">
          <table aria-label="Bindings">
            <thead><tr><th scope="col">{to ? "From the exchange" : "To"}</th><th scope="col">Routing key</th><th scope="col">Arguments</th><th scope="col"><span class="unseen">Unbind</span></th></tr></thead>
            <tbody>
              {own.slice(0, kMostShown).map((binding) => (
                <tr key={address(binding)}>
                  <td>{to
                    ? <a class="name" href={href("exchange", [binding.vhost, named(binding.source)])}>{exchange_text(binding.source)}</a>
                    : <><span class="quiet">{binding.destination_type} </span><a class="name" href={href(binding.destination_type, [binding.vhost, binding.destination])}>{visible(binding.destination)}</a></>}</td>
                  <td class="name">{visible(binding.routing_key)}</td>
                  <td class="name">{visible(table_text(binding.arguments))}</td>
                  <td class="actions">{binding.source !== "" && <button type="button" onClick={() => set_removing(binding)} aria-label={`Unbind ${visible(binding.source)}, ${visible(binding.routing_key)}, ${visible(binding.destination)}`}>Unbind</button>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {own.length > kMostShown && <p class="quiet">The first {kMostShown} of {own.length}; all of them: <code>wharf binding list</code>.</p>}
      {from?.name !== "" && <p><button type="button" onClick={() => set_adding(true)}>Bind</button></p>}
      {adding && <BindDialog {...(to ? { to } : {})} {...(from ? { from } : {})} close={() => set_adding(false)} done={() => { app.say("It is bound."); reload(); }} />}
      {removing && (
        <FormDialog title="Unbind?" action="Unbind" dangerous close={() => set_removing(null)}
          about={<p>From <b class="name">{exchange_text(removing.source)}</b> nothing more goes to <b class="name">{visible(removing.destination)}</b> by the key <b class="name">{visible(removing.routing_key) || "(none)"}</b>.</p>}
          submit={() => app.api.delete(address(removing))} done={() => { app.say("It is unbound."); reload(); }} />
      )}
    </>
  );
}

function BindDialog({ to, from, close, done }: { to?: End; from?: { vhost: string; name: string }; close: () => void; done: () => void }) {
  const app = useApp();
  const ends = to
    ? [{ name: "source", label: "From the exchange", required: true }]
    : [{ name: "kind", label: "To a", kind: "choice" as const, choices: ["queue", "exchange"] }, { name: "destination", label: "Named", required: true }];
  return (
    <FormDialog title="Bind" action="Bind" close={close} done={done}
      fields={[...ends, { name: "routing_key", label: "Routing key" }, { name: "arguments", label: "Arguments", kind: "table", hint: "A JSON object; a headers exchange takes its conditions from here" }]}
      submit={(values) => {
        const kind = to ? to.kind : (values["kind"] as "queue" | "exchange");
        const vhost = to?.vhost ?? from?.vhost ?? "/";
        const target = path("bindings", vhost, "e", to ? String(values["source"]) : (from?.name ?? ""), kLetters[kind], to ? to.name : String(values["destination"]));
        return app.api.post(target, { routing_key: values["routing_key"], arguments: values["arguments"] });
      }} />
  );
}
