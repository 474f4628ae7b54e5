// uPlot comes with the first plot, not with the first page.
import type { ComponentProps } from "preact";
import { useEffect, useState } from "preact/hooks";
import type Plot from "./plot.tsx";

export function LazyPlot(props: ComponentProps<typeof Plot>) {
  const [loaded, set_loaded] = useState<{ Plot: typeof Plot }>();
  useEffect(() => void import("./plot.tsx").then((module) => set_loaded({ Plot: module.default })), []);
  return loaded ? <loaded.Plot {...props} /> : <div class="plot" role="img" aria-label={props.title} />;
}
