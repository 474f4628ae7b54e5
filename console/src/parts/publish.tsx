// A message by hand.
import { path } from "../api.ts";
import { useApp } from "../app_context.ts";
import { exchange_text, visible } from "../format.ts";
import { FormDialog } from "./dialog.tsx";

interface Props {
  vhost: string;
  exchange: string;
  routing_key: string;
  done?: () => void;
  close: () => void;
}

export function PublishDialog({ vhost, exchange, routing_key, done, close }: Props) {
  const app = useApp();
  const outcome = { routed: false };
  return (
    <FormDialog title={exchange === "" ? `Publish to ${visible(routing_key) || "a queue"}` : `Publish by ${exchange_text(exchange)}`} action="Publish" close={close}
      fields={[
        { name: "routing_key", label: exchange === "" ? "Queue (the routing key)" : "Routing key", initial: routing_key },
        { name: "payload", label: "Body", kind: "long" },
        { name: "encoding", label: "The body is", kind: "choice", choices: ["text", "base64"] },
        { name: "content_type", label: "Content type", hint: "such as application/json; may be empty" },
        { name: "persistent", label: "Persistent: on disk before it is answered", kind: "flag", initial: true },
        { name: "priority", label: "Priority", kind: "number" },
        { name: "expiration", label: "Time to live, in milliseconds", kind: "number" },
        { name: "headers", label: "Headers", kind: "table", hint: 'A JSON object, such as {"x-delay": 5000}; empty: none' },
      ]}
      submit={async (values) => {
        const { content_type, priority, expiration, headers } = values;
        const properties: Record<string, unknown> = { delivery_mode: values["persistent"] === true ? 2 : 1 };
        if (content_type) properties["content_type"] = content_type;
        if (priority !== undefined) properties["priority"] = priority;
        if (expiration !== undefined) properties["expiration"] = String(expiration);
        if (Object.keys(headers as object).length > 0) properties["headers"] = headers;
        const answer = await app.api.post<{ routed: boolean }>(path("exchanges", vhost, exchange || "amq.default", "publish"), {
          properties,
          routing_key: values["routing_key"],
          payload: values["payload"],
          payload_encoding: values["encoding"] === "base64" ? "base64" : "string",
        });
        outcome.routed = answer.routed;
      }}
      done={() => {
        app.say(outcome.routed ? "The message is kept." : "No queue took the message: nothing is bound for it.");
        done?.();
      }} />
  );
}
