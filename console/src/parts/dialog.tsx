// A question over the page: the browser's own <dialog>, which keeps the focus inside, and gives it back when it closes (Escape too).
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "../api.ts";
import { useApp } from "../app_context.ts";
import { type Field, FieldInput, type Values, initial_values, read_values } from "./fields.tsx";

export function Dialog({ title, wide = false, close, children }: { title: string; wide?: boolean; close: () => void; children: ComponentChildren }) {
  const element = useRef<HTMLDialogElement>(null);
  // Before the next key: after it the first letters that somebody types would be lost.
  useLayoutEffect(() => {
    const before = document.activeElement;
    element.current?.showModal();
    return () => {
      element.current?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog ref={element} class={wide ? "wide" : ""} aria-labelledby="dialog-title" onCancel={(event) => { event.preventDefault(); close(); }}>
      <h2 id="dialog-title">{title}</h2>
      {children}
    </dialog>
  );
}

export interface FormProps {
  title: string;
  about?: ComponentChildren;
  fields?: Field[];
  action: string; // the button's word
  dangerous?: boolean;
  submit: (values: Values) => Promise<unknown>;
  done: () => void; // it went through
  close: () => void;
}

/// Asks for some values and does something with them; what is refused is said beside them, and nothing typed is lost.
export function FormDialog({ title, about, fields = [], action, dangerous = false, submit, done, close }: FormProps) {
  const app = useApp();
  const [values, set_values] = useState(() => initial_values(fields));
  const [refusal, set_refusal] = useState("");
  const [busy, set_busy] = useState(false);
  const send = async (event: Event) => {
    event.preventDefault();
    if (busy) return;
    const read = read_values(fields, values);
    if (typeof read === "string") return set_refusal(read);
    set_busy(true);
    set_refusal("");
    try {
      await submit(read);
      done();
      close();
    } catch (fault) {
      if (!(fault instanceof ApiError)) throw fault;
      app.check(fault);
      set_refusal(fault.message);
      set_busy(false);
    }
  };
  return (
    <Dialog title={title} close={close}>
      <form onSubmit={send} autocomplete="off">
        {about && <div class="about">{about}</div>}
        {fields.map((field) => (
          <FieldInput key={field.name} field={field} value={values[field.name] ?? ""} set={(value) => set_values((known) => ({ ...known, [field.name]: value }))} />
        ))}
        {refusal && <p class="failure" role="alert">{refusal}</p>}
        <div class="actions">
          <button type="submit" class={dangerous ? "danger" : "primary"} disabled={busy}>{busy ? "..." : action}</button>
          <button type="button" onClick={close} autofocus={dangerous && fields.length === 0}>Cancel</button>
        </div>
      </form>
    </Dialog>
  );
}
