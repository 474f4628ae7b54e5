import { useState } from "preact/hooks";
import { path } from "../api.ts";
import { has_tag, useApp } from "../app_context.ts";
import { count_text, table_text, visible } from "../format.ts";
import { FormDialog } from "../parts/dialog.tsx";
import { Empty, Loaded } from "../parts/state.tsx";
import { useResource } from "../resource.ts";
import type { Policy } from "../types.ts";

type Kind = "policies" | "operator-policies";
const kAppliesTo = ["all", "queues", "classic_queues", "quorum_queues", "streams", "exchanges"];

export function PoliciesPage() {
  const app = useApp();
  return (
    <>
      <h1>Policies</h1>
      <p class="quiet">Settings for every queue or exchange whose name matches a pattern. Where several match, the one with the highest priority counts. An operator policy limits what policies and arguments may say.</p>
      <Policies kind="policies" title="Policies" may={has_tag(app.who, "administrator", "policymaker")} />
      <Policies kind="operator-policies" title="Operator policies" may={has_tag(app.who, "administrator")} />
    </>
  );
}

function Policies({ kind, title, may }: { kind: Kind; title: string; may: boolean }) {
  const app = useApp();
  const [editing, set_editing] = useState<Policy | "new" | null>(null);
  const [deleting, set_deleting] = useState<Policy | null>(null);
  const target = app.vhost === "" ? kind : path(kind, app.vhost);
  const policies = useResource(target, (signal) => app.api.get<Policy[]>(target, {}, signal), 15_000);
  const changed = (sentence: string) => {
    app.say(sentence);
    policies.reload();
  };
  return (
    <section aria-label={title}>
      <h2>{title} {may && <button type="button" onClick={() => set_editing("new")}>Set a policy</button>}</h2>
      <Loaded resource={policies}>
        {(list) => list.length === 0 ? <Empty>There are none.</Empty> : (
          <div class="scroll">
            <table aria-label={title}>
              <thead><tr><th scope="col">Name</th>{app.vhosts.length > 1 && <th scope="col" class="secondary">Virtual host</th>}<th scope="col">Pattern</th><th scope="col" class="secondary">Applies to</th><th scope="col">Sets</th><th scope="col" class="number">Priority</th><th scope="col"><span class="unseen">Change</span></th></tr></thead>
              <tbody>
                {list.map((policy) => (
                  <tr key={policy.vhost + "/" + policy.name}>
                    <td class="name">{visible(policy.name)}</td>
                    {app.vhosts.length > 1 && <td class="secondary">{visible(policy.vhost)}</td>}
                    <td class="name">{visible(policy.pattern)}</td>
                    <td class="secondary">{policy["apply-to"]}</td>
                    <td class="name">{visible(table_text(policy.definition))}</td>
                    <td class="number">{count_text(policy.priority)}</td>
                    <td class="actions">{may && (
                      <>
                        <button type="button" aria-label={`Change ${visible(policy.name)}`} onClick={() => set_editing(policy)}>Change</button>{" "}
                        <button type="button" class="danger" aria-label={`Delete ${visible(policy.name)}`} onClick={() => set_deleting(policy)}>Delete</button>
                      </>
                    )}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Loaded>
      {editing && <EditPolicy kind={kind} policy={editing === "new" ? null : editing} close={() => set_editing(null)} done={() => changed("The policy is set.")} />}
      {deleting && (
        <FormDialog title={`Delete the policy ${visible(deleting.name)}?`} action="Delete" dangerous close={() => set_deleting(null)}
          about={<p>What it applied to goes on without it, at once.</p>}
          submit={() => app.api.delete(path(kind, deleting.vhost, deleting.name))} done={() => changed("The policy is deleted.")} />
      )}
    </section>
  );
}

function EditPolicy({ kind, policy, close, done }: { kind: Kind; policy: Policy | null; close: () => void; done: () => void }) {
  const app = useApp();
  const named = policy
    ? []
    : [{ name: "name", label: "Name", required: true }, { name: "vhost", label: "Virtual host", kind: "choice" as const, choices: app.vhosts.map(({ name }) => name), initial: app.vhost || (app.vhosts[0]?.name ?? "/") }];
  return (
    <FormDialog title={policy ? `Policy ${visible(policy.name)}` : "Set a policy"} action="Set" close={close} done={done}
      fields={[
        ...named,
        { name: "pattern", label: "Pattern (regex on names)", required: true, initial: policy?.pattern ?? "" },
        { name: "apply-to", label: "Applies to", kind: "choice", choices: kAppliesTo, initial: policy?.["apply-to"] ?? "queues" },
        { name: "definition", label: "Sets", kind: "table", initial: policy ? JSON.stringify(policy.definition, null, 1) : "", hint: 'A JSON object, such as {"max-length": 1000, "message-ttl": 60000}' },
        { name: "priority", label: "Priority", kind: "number", initial: String(policy?.priority ?? 0) },
      ]}
      submit={({ name, vhost, priority, ...rest }) => app.api.put(path(kind, policy?.vhost ?? String(vhost), policy?.name ?? String(name)), { ...rest, priority: priority ?? 0 })} />
  );
}
