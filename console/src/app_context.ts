// What every page may ask of the console around it.
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Api, ApiError } from "./api.ts";
import type { GroupMemories } from "./group_memory.ts";
import type { History } from "./history.ts";
import type { VirtualHost, WhoAmI } from "./types.ts";

export interface App {
  api: Api;
  who: WhoAmI;
  vhosts: VirtualHost[];
  vhost: string; // the one that lists show; "": all
  history: History;
  groups: GroupMemories;
  /// One was made or deleted: the choice of them is asked for anew.
  vhosts_changed(): void;
  /// Said once, in a corner and to screen readers.
  say(sentence: string): void;
  /// A fault that means the session has ended ends it.
  check(fault: ApiError): void;
}

export const AppContext = createContext<App | null>(null);

export function useApp(): App {
  const app = useContext(AppContext);
  if (!app) throw new Error("outside of the console");
  return app;
}

export function has_tag(who: WhoAmI, ...tags: string[]): boolean {
  return tags.some((tag) => who.tags.includes(tag));
}
