// The settings of a topic: what is in force, where it comes from; set, and left to the server again.
import { useMemo, useState } from "preact/hooks";
import { path } from "../api.ts";
import { useApp } from "../app_context.ts";
import { visible } from "../format.ts";
import type { Topic, TopicSetting } from "../own_types.ts";
import { look_of, request_of } from "../paging.ts";
import { FormDialog } from "../parts/dialog.tsx";
import { type Column, PagedTable } from "../parts/paged_table.tsx";
import { useResource } from "../resource.ts";
import type { Route } from "../route.ts";
import type { Page } from "../types.ts";

const kSources = { topic: "this topic", server: "the server", default: "the default" };

export function TopicSettings({ topic, route, changed }: { topic: Topic; route: Route; changed: () => void }) {
  const app = useApp();
  const [editing, set_editing] = useState<TopicSetting | null>(null);
  const look = useMemo(() => look_of(route.query, ["name", "source"], "name"), [route]);
  const target = "wharf/v1/" + path("topics", topic.name, "settings");
  const resource = useResource(JSON.stringify(look), (signal) => app.api.get<Page<TopicSetting>>(target, request_of(look, "name"), signal), 15_000);
  const done = (sentence: string) => {
    app.say(sentence);
    resource.reload();
    changed();
  };
  const leave = (setting: TopicSetting) =>
    app.api.patch(target, { unset: [setting.name] }).then(() => done(`${setting.name} is the server's again.`), (fault) => app.say(fault.message));
  const columns: Column<TopicSetting>[] = [
    { title: "Setting", sort: "name", cell: ({ name, documentation }) => <><span class="name">{name}</span><br /><small class="quiet">{documentation}</small></> },
    { title: "Value", cell: ({ value, source }) => <span class={source === "topic" ? "name" : "name quiet"}>{visible(value ?? "")}</span> },
    { title: "From", sort: "source", secondary: true, cell: ({ source }) => <span class="whole">{kSources[source]}</span> },
    { title: "Default", secondary: true, cell: (setting) => <span class="name quiet">{visible(setting.default)}</span> },
    { title: "Change", cell: (setting) => topic.internal ? null : (
      <>
        <button type="button" aria-label={`Change ${setting.name}`} onClick={() => set_editing(setting)}>Change</button>{" "}
        {setting.source === "topic" && <button type="button" aria-label={`Leave ${setting.name} to the server`} onClick={() => void leave(setting)}>Unset</button>}
      </>
    ) },
  ];
  return (
    <>
      <PagedTable page="topic" names={[topic.name, "settings"]} what="settings" look={look} first_sort="name" columns={columns} resource={resource}
        key_of={({ name }) => name} nothing="There are none." />
      {editing && (
        <FormDialog title={editing.name} action="Set" close={() => set_editing(null)} about={<p>{editing.documentation} The default is <code>{editing.default || "empty"}</code>.</p>}
          fields={[{ name: "value", label: "Value", initial: editing.value ?? "" }]}
          submit={({ value }) => app.api.patch(target, { set: { [editing.name]: String(value) } })}
          done={() => done(`${editing.name} is set.`)} />
      )}
    </>
  );
}
