// A body as JSON, as text or as bytes, whichever says something first.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { type Body, type View, best_view, hex_dump, kViews } from "../decode.ts";
import { bytes_text } from "../format.ts";
import { Empty } from "./state.tsx";

const kViewTitles: Record<View, string> = { json: "JSON", text: "Text", hex: "Hex" };

/// `children` stand beside the choice of the view.
export function BodyView({ body, whole_bytes, children }: { body: Body; whole_bytes: number; children?: ComponentChildren }) {
  const [view, set_view] = useState<View>(() => best_view(body));
  const shown = view === "json" ? body.json : view === "text" ? body.text : hex_dump(body.bytes);
  return (
    <>
      <div class="row" role="group" aria-label="Body as">
        {kViews.map((one_view) => {
          const possible = one_view === "hex" || (one_view === "json" ? body.json : body.text) !== null;
          return <button key={one_view} type="button" aria-pressed={view === one_view} disabled={!possible} onClick={() => set_view(one_view)}>{kViewTitles[one_view]}</button>;
        })}
        {!body.whole && <span class="quiet">the first {bytes_text(body.bytes.length)} of {bytes_text(whole_bytes)}</span>}
        <span class="grow" />
        {children}
      </div>
      {whole_bytes === 0 ? <Empty>The body is empty.</Empty> : <pre class="body" tabIndex={0} aria-label="Body">{shown}</pre>}
    </>
  );
}
