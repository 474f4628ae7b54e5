// A message by hand, into a topic.
import { path } from "../api.ts";
import { useApp } from "../app_context.ts";
import { visible } from "../format.ts";
import { FormDialog } from "../parts/dialog.tsx";

export function ProduceDialog({ topic, done, close }: { topic: string; done: () => void; close: () => void }) {
  const app = useApp();
  const produced = { partition: 0, offset: 0 };
  return (
    <FormDialog title={`Produce to ${visible(topic)}`} action="Produce" close={close}
      fields={[
        { name: "key", label: "Key", hint: "Empty: none" },
        { name: "value", label: "Value", kind: "long" },
        { name: "encoding", label: "The value is", kind: "choice", choices: ["text", "base64", "nothing: a tombstone"] },
        { name: "headers", label: "Headers", kind: "table", hint: 'A JSON object, such as {"shop": "north"}; empty: none' },
        { name: "partition", label: "Partition", kind: "number", hint: "Empty: by the key, as Kafka's clients choose" },
      ]}
      submit={async (values) => {
        const headers = Object.entries(values["headers"] as Record<string, unknown>).map(([name, value]) => ({ name, value: value === null ? null : typeof value === "string" ? value : JSON.stringify(value) }));
        const is_text = values["encoding"] === "text";
        const answer = await app.api.post<{ partition: number; offset: number }>("wharf/v1/" + path("topics", topic, "messages"), {
          value: is_text || values["encoding"] === "base64" ? values["value"] : null,
          value_encoding: is_text ? "text" : "base64",
          headers,
          ...(values["key"] ? { key: values["key"] } : {}),
          ...(values["partition"] === undefined ? {} : { partition: values["partition"] }),
        });
        Object.assign(produced, answer);
      }}
      done={() => {
        app.say(`The message is kept: partition ${produced.partition}, offset ${produced.offset}.`);
        done();
      }} />
  );
}
