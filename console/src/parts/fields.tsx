// Fields of a form: what is asked, how it is typed, and what it means.
export type FieldKind = "text" | "password" | "number" | "flag" | "choice" | "table" | "long";

export interface Field {
  name: string;
  label: string;
  kind?: FieldKind; // text unless it says something else
  hint?: string;
  required?: boolean;
  initial?: string | boolean;
  choices?: readonly string[];
}

type Raw = Record<string, string | boolean>;
export type Values = Record<string, string | boolean | number | Record<string, unknown> | undefined>;

export function initial_values(fields: Field[]): Raw {
  return Object.fromEntries(fields.map((field) => [field.name, field.initial ?? (field.kind === "flag" ? false : field.kind === "choice" ? (field.choices?.[0] ?? "") : "")]));
}

/// A sentence: what is typed cannot be meant.
export function read_values(fields: Field[], raw: Raw): Values | string {
  const values: Values = {};
  for (const field of fields) {
    const typed = raw[field.name];
    if (typeof typed !== "string") values[field.name] = typed;
    else if (field.required && typed === "") return `${field.label} is missing.`;
    else if (field.kind === "number") {
      if (typed !== "" && !/^-?\d+$/.test(typed)) return `${field.label} is a whole number.`;
      values[field.name] = typed === "" ? undefined : Number(typed);
    } else if (field.kind === "table") {
      const table = read_table(typed);
      if (table === null) return `${field.label} is a JSON object, such as {"x-max-length": 1000}.`;
      values[field.name] = table;
    } else values[field.name] = typed;
  }
  return values;
}

/// Empty is an empty one; null: it is none.
export function read_table(text: string): Record<string, unknown> | null {
  if (text.trim() === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

export function FieldInput({ field, value, set }: { field: Field; value: string | boolean; set: (value: string | boolean) => void }) {
  const id = "field-" + field.name;
  const common = { id, name: field.name, "aria-describedby": field.hint ? id + "-hint" : undefined };
  const text = typeof value === "string" ? value : "";
  const typed = (event: { currentTarget: { value: string } }) => set(event.currentTarget.value);
  const hint = field.hint && <small id={id + "-hint"} class="quiet">{field.hint}</small>;
  if (field.kind === "flag") {
    return (
      <div class="field flag-field">
        <label for={id}><input {...common} type="checkbox" checked={value === true} onChange={(event) => set(event.currentTarget.checked)} /> {field.label}</label>
        {hint}
      </div>
    );
  }
  return (
    <div class="field">
      <label for={id}>{field.label}</label>
      {field.kind === "choice" ? (
        <select {...common} value={text} onChange={typed}>{field.choices?.map((choice) => <option key={choice} value={choice}>{choice}</option>)}</select>
      ) : field.kind === "table" || field.kind === "long" ? (
        <textarea {...common} class={field.kind === "table" ? "short code" : "code"} spellcheck={false} value={text} onInput={typed} />
      ) : (
        <input {...common} type={field.kind === "password" ? "password" : "text"} inputMode={field.kind === "number" ? "numeric" : "text"}
          autocomplete={field.kind === "password" ? "new-password" : "off"} spellcheck={false} value={text} onInput={typed} />
      )}
      {hint}
    </div>
  );
}
