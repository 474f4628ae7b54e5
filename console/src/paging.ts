// How a long list is looked at: which page of what, in which order. It lives in the address, and goes to the server, which
// filters, sorts and cuts; the browser never holds more than a page.
import type { Query } from "./api.ts";

export interface Look {
  page: number;
  name: string; // what the name has
  regex: boolean;
  sort: string;
  descending: boolean;
}

export const kPageSize = 100;

export function look_of(query: Record<string, string>, sortable: readonly string[], first_sort: string): Look {
  const page = Number(query["page"] ?? "1");
  const sort = query["sort"] ?? "";
  return {
    page: Number.isInteger(page) && page > 0 ? page : 1,
    name: query["name"] ?? "",
    regex: query["regex"] === "1",
    sort: sortable.includes(sort) ? sort : first_sort,
    descending: query["down"] === "1",
  };
}

/// For the address: what is as it always is stays out of it.
export function address_of(look: Look, first_sort: string): Record<string, string | undefined> {
  return {
    name: look.name || undefined,
    regex: look.regex ? "1" : undefined,
    sort: look.sort === first_sort ? undefined : look.sort,
    down: look.descending ? "1" : undefined,
    page: look.page === 1 ? undefined : String(look.page),
  };
}

/// The order that the server's lists have by themselves is not asked for: sorting 10,000 things anew takes longer than all the rest.
export function request_of(look: Look, first_sort: string): Query {
  const as_it_is = look.sort === first_sort && !look.descending;
  return {
    page: look.page,
    page_size: kPageSize,
    name: look.name || undefined,
    use_regex: look.regex || undefined,
    sort: as_it_is ? undefined : look.sort,
    sort_reverse: look.descending || undefined,
  };
}

/// A click on a column: its order turns, or it becomes the order. Numbers begin with the largest.
export function sorted_by(look: Look, column: string, numeric: boolean): Look {
  if (look.sort === column) return { ...look, descending: !look.descending, page: 1 };
  return { ...look, sort: column, descending: numeric, page: 1 };
}

/// "101 to 200 of 10 000": the first and the last place on the page, from 1.
export function places(page: { page: number; page_size: number; items: unknown[] }): [number, number] {
  const first = (page.page - 1) * page.page_size;
  return [page.items.length === 0 ? 0 : first + 1, first + page.items.length];
}
