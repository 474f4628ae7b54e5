// Parts of a page that are about one thing, each with an address of its own.
import { href } from "../route.ts";

export interface Tab {
  name: string; // in the address; the first has none
  title: string;
}

export function Tabs({ page, of, tabs, here }: { page: string; of: string; tabs: readonly Tab[]; here: string }) {
  return (
    <nav class="tabs" aria-label={"Of " + of}>
      {tabs.map(({ name, title }) => <a key={name} href={href(page, name === "" ? [of] : [of, name])} {...(name === here ? { "aria-current": "page" as const } : {})}>{title}</a>)}
    </nav>
  );
}
