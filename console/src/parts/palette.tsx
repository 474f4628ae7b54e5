// Search: pages by their titles; topics, groups, queues and exchanges by their names; from the keyboard.
import { useEffect, useRef, useState } from "preact/hooks";
import { path } from "../api.ts";
import { useApp } from "../app_context.ts";
import { exchange_text, visible } from "../format.ts";
import { kPages } from "../pages.tsx";
import { go, href } from "../route.ts";
import type { Exchange, Page, Queue } from "../types.ts";
import { Dialog } from "./dialog.tsx";

interface Hit {
  kind: string;
  name: string;
  text: string;
  target: string;
}

const kTypingMs = 120;
const kMostOfAKind = 8;

export function Palette({ close }: { close: () => void }) {
  const app = useApp();
  const [typed, set_typed] = useState("");
  const [found, set_found] = useState<Hit[]>([]);
  const [at, set_at] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const pages = kPages.filter((page) => page.is_for(app.who)).map((page): Hit => ({ kind: "page", name: page.title, text: page.title, target: href(page.name) }));
  // What was found for fewer letters stands there until the server answers: Enter opens none of it that is not meant any more.
  const hits = [...pages, ...found].filter(({ name }) => name.toLowerCase().includes(typed.toLowerCase()));
  const chosen = Math.max(0, Math.min(at, hits.length - 1));

  useEffect(() => {
    if (typed === "") return set_found([]);
    const gone = new AbortController();
    const timer = window.setTimeout(() => {
      const below = (what: string) => (app.vhost === "" ? what : path(what, app.vhost));
      const query = { page: 1, page_size: kMostOfAKind, name: typed, columns: "name,vhost", disable_stats: true };
      const where = (vhost: string) => (app.vhosts.length > 1 ? ` in ${visible(vhost)}` : "");
      const own = { page: 1, page_size: kMostOfAKind, name: typed };
      // Whom the server tells nothing of topics finds the rest all the same.
      const named = (what: string) => app.api.get<Page<{ name: string }>>("wharf/v1/" + what, own, gone.signal).then(({ items }) => items, () => []);
      Promise.all([app.api.get<Page<Queue>>(below("queues"), query, gone.signal), app.api.get<Page<Exchange>>(below("exchanges"), query, gone.signal), named("topics"), named("groups")]).then(
        ([queues, exchanges, topics, groups]) => set_found([
          ...topics.map(({ name }) => ({ kind: "topic", name, text: visible(name), target: href("topic", [name]) })),
          ...groups.map(({ name }) => ({ kind: "group", name, text: visible(name), target: href("group", [name]) })),
          ...queues.items.map(({ name, vhost }) => ({ kind: "queue", name, text: visible(name) + where(vhost), target: href("queue", [vhost, name]) })),
          ...exchanges.items.map(({ name, vhost }) => ({ kind: "exchange", name, text: exchange_text(name) + where(vhost), target: href("exchange", [vhost, name]) })),
        ]),
        () => undefined, // pages are found all the same
      );
    }, kTypingMs);
    return () => {
      window.clearTimeout(timer);
      gone.abort();
    };
  }, [typed]);
  useEffect(() => list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }), [chosen]);

  const look_for = (text: string) => {
    set_typed(text);
    set_at(0);
  };
  const open = (hit: Hit | undefined) => {
    if (!hit) return;
    close();
    go(hit.target);
  };
  const pressed = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0 && hits.length > 0) set_at((chosen + step + hits.length) % hits.length);
    else if (event.key === "Enter") open(hits[chosen]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title="Search" close={close}>
      <input type="search" role="combobox" aria-label="Search pages, topics, groups, queues and exchanges" aria-expanded="true" aria-controls="hits" aria-activedescendant={`hit-${chosen}`}
        placeholder="a page, or part of a name" spellcheck={false} autofocus value={typed} onInput={(event) => look_for(event.currentTarget.value)} onKeyDown={pressed} />
      <ul id="hits" role="listbox" aria-label="Found" ref={list} class="hits">
        {hits.map((hit, place) => (
          <li key={hit.kind + hit.target} id={`hit-${place}`} role="option" aria-selected={place === chosen} onClick={() => open(hit)} onMouseMove={() => set_at(place)}>
            <span>{hit.text}</span> <small class="quiet">{hit.kind}</small>
          </li>
        ))}
      </ul>
      {hits.length === 0 && <p class="quiet">Nothing has that in its name.</p>}
      <p class="quiet keys"><kbd>{"\u2191"}</kbd> <kbd>{"\u2193"}</kbd> choose <kbd>Enter</kbd> open <kbd>Esc</kbd> close</p>
    </Dialog>
  );
}
