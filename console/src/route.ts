// The address behind '#' says which page is shown of what, and how its list is looked at: "#/queues?name=jobs&page=2",
// "#/queue/%2F/jobs". The server knows one page only, and names may hold anything.
export interface Route {
  page: string;
  names: string[];
  query: Record<string, string>;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function parse_route(hash: string): Route {
  const text = hash.replace(/^#?\/?/, "");
  const mark = text.indexOf("?");
  const where = mark < 0 ? text : text.slice(0, mark);
  const [page = "", ...names] = where.split("/").map(decoded);
  const query: Record<string, string> = {};
  for (const pair of mark < 0 ? [] : text.slice(mark + 1).split("&")) {
    const equals = pair.indexOf("=");
    if (equals > 0) query[decoded(pair.slice(0, equals))] = decoded(pair.slice(equals + 1));
  }
  return { page: page || "overview", names, query };
}

export function href(page: string, names: string[] = [], query: Record<string, string | number | undefined> = {}): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  const text = pairs.map(([name, value]) => encodeURIComponent(name) + "=" + encodeURIComponent(String(value))).join("&");
  return "#/" + [page, ...names].map(encodeURIComponent).join("/") + (text ? "?" + text : "");
}

export function go(target: string, replace = false): void {
  if (replace) history.replaceState(null, "", target);
  else history.pushState(null, "", target);
  window.dispatchEvent(new HashChangeEvent("hashchange"));
}
