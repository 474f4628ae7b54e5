// What waits in delaying exchanges of a virtual host, a page at a time.
import { useEffect, useState } from "preact/hooks";
import { ApiError, path } from "../api.ts";
import { useApp } from "../app_context.ts";
import { bytes_text, duration_text, exchange_text, time_text, visible } from "../format.ts";
import { FormDialog } from "../parts/dialog.tsx";
import { Empty, Failure, Loading } from "../parts/state.tsx";
import { href } from "../route.ts";
import type { DelayedMessage, DelayedPage } from "../types.ts";

const kCount = 100;

/// `exchange`: only its messages.
export function DelayedMessages({ vhost, exchange }: { vhost: string; exchange?: string }) {
  const app = useApp();
  const [seen, set_seen] = useState<DelayedPage>();
  const [fault, set_fault] = useState<ApiError>();
  const [cancelling, set_cancelling] = useState<DelayedMessage | null>(null);
  const target = "wharf/v1/" + path("delayed", vhost);
  const look = (after?: string) =>
    app.api.get<DelayedPage>(target, { count: kCount, after }).then(
      (page) => {
        set_fault(undefined);
        set_seen((before) => (after === undefined || !before ? page : { ...page, messages: [...before.messages, ...page.messages] }));
      },
      (error: ApiError) => {
        app.check(error);
        set_fault(error);
      },
    );
  useEffect(() => void look(), []);
  const shown = seen?.messages.filter((message) => exchange === undefined || message.exchange === exchange) ?? [];
  return (
    <section aria-label="Delayed messages">
      <h2>Delayed messages <button type="button" onClick={() => look()}>Look again</button></h2>
      {fault && <Failure sentence={fault.message} again={() => look()} />}
      {!seen && !fault && <Loading />}
      {seen && shown.length === 0 && <Empty>{seen.next ? "None in this piece of the list." : "No message waits for its time."}</Empty>}
      {shown.length > 0 && (
        <div class="scroll">
          <table aria-label="Delayed messages">
            <thead><tr><th scope="col">Due</th><th scope="col">Exchange</th><th scope="col">Routing key</th><th scope="col" class="number secondary">Size</th><th scope="col"><span class="unseen">Cancel</span></th></tr></thead>
            <tbody>
              {shown.map((message) => (
                <tr key={message.id}>
                  <td>{time_text(message.due_ms)} <span class="quiet secondary">{message.due_ms > Date.now() ? "in " + duration_text(message.due_ms - Date.now()) : "due"}</span></td>
                  <td><a class="name" href={href("exchange", [vhost, message.exchange])}>{exchange_text(message.exchange)}</a></td>
                  <td class="name">{visible(message.routing_key)}</td>
                  <td class="number secondary">{bytes_text(message.payload_bytes)}</td>
                  <td class="actions"><button type="button" onClick={() => set_cancelling(message)}>Cancel it</button></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {seen?.next && <p><button type="button" onClick={() => look(seen.next ?? undefined)}>More</button></p>}
      {cancelling && (
        <FormDialog title="Cancel the delayed message?" action="Cancel the message" dangerous close={() => set_cancelling(null)}
          about={<p>It was to go to <b class="name">{visible(cancelling.routing_key)}</b> at {time_text(cancelling.due_ms)}. It is gone then, also after a restart.</p>}
          submit={() => app.api.delete(target + "/" + path(cancelling.id))}
          done={() => { app.say("The message is cancelled."); void look(); }} />
      )}
    </section>
  );
}
