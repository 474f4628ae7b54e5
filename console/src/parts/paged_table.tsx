// A list that the server filters, sorts and cuts into pages; how it is looked at stands in the address.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { type Look, address_of, sorted_by } from "../paging.ts";
import type { Resource } from "../resource.ts";
import { go, href } from "../route.ts";
import type { Page } from "../types.ts";
import { Pages } from "./pages.tsx";
import { Empty, Failure, Loading } from "./state.tsx";

export interface Column<T> {
  title: string;
  sort?: string; // the server's name for it
  numeric?: boolean;
  secondary?: boolean; // left out on narrow screens
  cell: (item: T) => ComponentChildren;
}

interface Props<T> {
  page: string; // the route's
  names?: string[]; // ... and its names, of a list within a page
  by_name?: boolean; // whether the server filters it by names
  what: string; // "queues"
  look: Look;
  first_sort: string;
  columns: Column<T>[];
  resource: Resource<Page<T>>;
  key_of: (item: T) => string;
  nothing: ComponentChildren; // there is none at all
}

const kTypingMs = 150;

export function PagedTable<T>({ page, names = [], by_name = true, what, look, first_sort, columns, resource, key_of, nothing }: Props<T>) {
  const { value, error, busy, reload } = resource;
  const show = (next: Look, replace = false) => go(href(page, names, address_of(next, first_sort)), replace);
  // A page that the list has no longer: its first one.
  useEffect(() => {
    if (error?.code === "page_out_of_range") show({ ...look, page: 1 }, true);
  }, [error]);
  if (value?.total_count === 0 && !busy) return <Empty>{nothing}</Empty>;
  return (
    <>
      {by_name && <Filter look={look} show={show} />}
      {error && error.code !== "page_out_of_range" && <Failure sentence={error.message} again={reload} />}
      {!value && !error && <Loading />}
      {value && (
        <>
          <Pages value={value} what={what} show={(page) => show({ ...look, page })} />
          <div class="scroll">
            <table aria-busy={busy} aria-label={what}>
              <thead><tr>{columns.map((column) => <Heading key={column.title} column={column} look={look} show={show} />)}</tr></thead>
              <tbody>
                {value.items.map((item) => (
                  <tr key={key_of(item)}>{columns.map((column) => <td key={column.title} class={class_of(column)}>{column.cell(item)}</td>)}</tr>
                ))}
              </tbody>
            </table>
          </div>
          {value.items.length === 0 && by_name && <Empty>No {what} whose name {look.regex ? "matches" : "has"} "{look.name}".</Empty>}
        </>
      )}
    </>
  );
}

function class_of<T>(column: Column<T>): string {
  return (column.numeric ? "number " : "") + (column.secondary ? "secondary" : "");
}

function Heading<T>({ column, look, show }: { column: Column<T>; look: Look; show: (look: Look) => void }) {
  const { sort } = column;
  if (sort === undefined) return <th scope="col" class={class_of(column)}>{column.title}</th>;
  const order = look.sort !== sort ? "none" : look.descending ? "descending" : "ascending";
  return (
    <th scope="col" class={class_of(column)} aria-sort={order}>
      <button type="button" onClick={() => show(sorted_by(look, sort, column.numeric === true))}>
        {column.title}<span class="order" aria-hidden="true">{order === "none" ? "" : order === "ascending" ? " \u25b4" : " \u25be"}</span>
      </button>
    </th>
  );
}

/// The list follows the typing, a moment behind it.
function Filter({ look, show }: { look: Look; show: (look: Look, replace: boolean) => void }) {
  const [typed, set_typed] = useState(look.name);
  const timer = useRef(0);
  const latest = useRef(look);
  latest.current = look;
  useEffect(() => set_typed(look.name), [look.name]);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  const type = (text: string) => {
    set_typed(text);
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => show({ ...latest.current, name: text, page: 1 }, true), kTypingMs);
  };
  return (
    <div class="filter" role="search">
      <label for="filter">Name</label>
      <input id="filter" type="search" spellcheck={false} placeholder="part of a name" value={typed} onInput={(event) => type(event.currentTarget.value)} />
      <label class="inline"><input type="checkbox" checked={look.regex} onChange={(event) => show({ ...look, regex: event.currentTarget.checked, page: 1 }, true)} /> as a pattern (regex)</label>
    </div>
  );
}
