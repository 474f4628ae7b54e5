// Where a group shall go on: asked, shown, and only then done.
import { useState } from "preact/hooks";
import { ApiError } from "../api.ts";
import { useApp } from "../app_context.ts";
import { count_text, plural, visible } from "../format.ts";
import type { OffsetChange, ResetOutcome } from "../own_types.ts";
import { Dialog } from "../parts/dialog.tsx";
import { type Field, FieldInput } from "../parts/fields.tsx";

const kMostShown = 100;

const kWays = ["earliest", "latest", "time", "shift", "offset"] as const;
const kBeside: Record<string, Field> = {
  shift: { name: "by", label: "Messages forward (back: below zero)", kind: "number", initial: "0" },
  offset: { name: "offset", label: "Offset, the same in all partitions", kind: "number", initial: "0" },
};

type Body = Record<string, unknown>;

export function ResetDialog({ target, group, done, close }: { target: string; group: string; done: (outcome: ResetOutcome) => void; close: () => void }) {
  const app = useApp();
  const [to, set_to] = useState("earliest");
  const [typed, set_typed] = useState<Record<string, string>>({});
  const [previewed, set_previewed] = useState<{ body: Body; outcome: ResetOutcome }>();
  const [refusal, set_refusal] = useState("");
  const [busy, set_busy] = useState(false);
  const put = (name: string) => (value: string | boolean) => {
    set_previewed(undefined);
    set_typed({ ...typed, [name]: String(value) });
  };
  const ask = async (body: Body, dry_run: boolean) => {
    set_busy(true);
    set_refusal("");
    try {
      const outcome = await app.api.post<ResetOutcome>(target + "/offsets/reset", { ...body, dry_run });
      if (dry_run) return set_previewed({ body, outcome });
      done(outcome);
      close();
    } catch (fault) {
      if (!(fault instanceof ApiError)) throw fault;
      app.check(fault);
      set_refusal(fault.message);
    } finally {
      set_busy(false);
    }
  };
  const send = (event: Event) => {
    event.preventDefault();
    if (previewed) return void ask(previewed.body, false);
    const body = body_of(to, typed);
    if (typeof body === "string") return set_refusal(body);
    void ask(body, true);
  };
  return (
    <Dialog title={`Reset offsets of ${visible(group)}`} wide close={close}>
      <form onSubmit={send} autocomplete="off">
        <FieldInput field={{ name: "to", label: "To", kind: "choice", choices: kWays }} value={to} set={(value) => { set_previewed(undefined); set_to(String(value)); }} />
        {kBeside[to] && <FieldInput field={kBeside[to]} value={typed[kBeside[to].name] ?? "0"} set={put(kBeside[to].name)} />}
        {to === "time" && (
          <div class="field">
            <label for="field-time">The first message at or after</label>
            <input id="field-time" type="datetime-local" step="1" value={typed["time"] ?? ""} onInput={(event) => put("time")(event.currentTarget.value)} />
          </div>
        )}
        <FieldInput field={{ name: "topic", label: "Topic", hint: "Empty: every partition that the group has committed" }} value={typed["topic"] ?? ""} set={put("topic")} />
        {previewed && <Preview changes={previewed.outcome.changes} />}
        {refusal && <p class="failure" role="alert">{refusal}</p>}
        <div class="actions">
          <button type="submit" class="primary" disabled={busy || previewed?.outcome.changes.length === 0}>{busy ? "..." : previewed ? "Reset" : "Preview"}</button>
          <button type="button" onClick={close}>Cancel</button>
        </div>
      </form>
    </Dialog>
  );
}

/// A sentence: what is typed cannot be meant.
function body_of(to: string, typed: Record<string, string>): Body | string {
  const body: Body = { to };
  const beside = kBeside[to];
  if (beside) {
    const text = typed[beside.name] ?? "0";
    if (!/^-?\d+$/.test(text)) return `${beside.label} is a whole number.`;
    body[beside.name] = Number(text);
  }
  if (to === "time") {
    const time_ms = new Date(typed["time"] ?? "").getTime();
    if (Number.isNaN(time_ms)) return "The time is missing.";
    body["time_ms"] = time_ms;
  }
  if (typed["topic"]) body["topics"] = [{ topic: typed["topic"] }];
  return body;
}

function difference({ before, after }: OffsetChange): string {
  if (before === null || after === null) return "";
  const moved = after - before;
  return (moved > 0 ? "+" : "") + count_text(moved);
}

function Preview({ changes }: { changes: OffsetChange[] }) {
  const moved = changes.filter(({ before, after }) => before !== after);
  if (changes.length === 0) return <p class="quiet" role="status">The group has committed nothing: name a topic.</p>;
  return (
    <>
      <p role="status">{plural(moved.length, "offset")} of {count_text(changes.length)} would move. Nothing has changed yet.</p>
      <div class="scroll preview-table">
        <table aria-label="What would change">
          <thead><tr><th scope="col">Topic</th><th scope="col" class="number">Partition</th><th scope="col" class="number">Now</th><th scope="col" class="number">Then</th><th scope="col" class="number">Moves by</th></tr></thead>
          <tbody>
            {changes.slice(0, kMostShown).map((change) => (
              <tr key={change.topic + "/" + change.partition}>
                <td class="name">{visible(change.topic)}</td>
                <td class="number">{count_text(change.partition)}</td>
                <td class="number">{count_text(change.before)}</td>
                <td class="number">{count_text(change.after)}</td>
                <td class="number">{difference(change)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {changes.length > kMostShown && <p class="quiet">The first {kMostShown} of {count_text(changes.length)}.</p>}
    </>
  );
}
