// The whole: who is signed in, which page is shown, and what is around it.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { Api, ApiError, type Query } from "./api.ts";
import { type App, AppContext } from "./app_context.ts";
import { GroupMemories } from "./group_memory.ts";
import { History, hour_query, samples_of } from "./history.ts";
import { PageOf, kPages } from "./pages.tsx";
import { Palette } from "./parts/palette.tsx";
import { SignIn } from "./pages/sign_in.tsx";
import { Failure, Loading } from "./parts/state.tsx";
import { type Route, href, parse_route } from "./route.ts";
import { type Session, keep_session, load_session } from "./session.ts";
import { type Theme, apply_theme, kThemes, stored_theme } from "./theme.ts";
import type { Overview, VirtualHost, WhoAmI } from "./types.ts";
import { visible } from "./format.ts";

export function Console() {
  const [session, set_session] = useState<Session | null>(load_session);
  const [ended, set_ended] = useState("");
  const enter = (next: Session | null, why = "") => {
    keep_session(next);
    set_ended(why);
    set_session(next);
  };
  if (!session) return <SignIn ended={ended} enter={enter} />;
  return <SignedIn key={session.authorization} session={session} leave={(why) => enter(null, why)} />;
}

interface Known {
  who: WhoAmI;
  vhosts: VirtualHost[];
}

function SignedIn({ session, leave }: { session: Session; leave: (why?: string) => void }) {
  const api = useMemo(() => new Api(session), []);
  const history = useMemo(() => new History(), []);
  const groups = useMemo(() => new GroupMemories(), []);
  const [known, set_known] = useState<Known>();
  const [fault, set_fault] = useState<ApiError>();
  const [tried, set_tried] = useState(0);
  useEffect(() => {
    set_fault(undefined);
    Promise.all([api.get<WhoAmI>("whoami"), api.get<VirtualHost[]>("vhosts", { columns: "name" })]).then(
      ([who, vhosts]) => set_known({ who, vhosts }),
      (error: ApiError) => (error.signed_out ? leave(error.message) : set_fault(error)),
    );
  }, [tried]);
  useSampling(api, history);
  if (!known) return <main>{fault ? <><Failure sentence={fault.message} again={() => set_tried(tried + 1)} /><button type="button" onClick={() => leave()}>Sign out</button></> : <Loading />}</main>;
  const vhosts_changed = () =>
    void api.get<VirtualHost[]>("vhosts", { columns: "name" }).then((vhosts) => set_known({ ...known, vhosts }), () => undefined);
  return <Frame api={api} history={history} groups={groups} known={known} vhosts_changed={vhosts_changed} leave={leave} />;
}

const kSampleMs = 5000;

/// The hour of totals begins with what the server remembers, and goes on whatever page is looked at, and while the tab is hidden.
function useSampling(api: Api, history: History) {
  useEffect(() => {
    const columns = "queue_totals,message_stats.publish,message_stats.deliver_get,message_stats.publish_details,message_stats.deliver_get_details";
    const ask = (more: Query) =>
      api.get<Overview>("overview", { columns, ...more }).then(
        ({ queue_totals, message_stats }) => {
          history.begin_with(samples_of({ lengths: queue_totals, stats: message_stats }));
          history.add({
            at_ms: Date.now(), ready: queue_totals.messages_ready, unacknowledged: queue_totals.messages_unacknowledged,
            published: message_stats?.publish ?? 0, delivered: message_stats?.deliver_get ?? 0,
          });
        },
        () => undefined, // a gap in the plot says it
      );
    const sample = () => ask({});
    void ask(hour_query());
    const timer = window.setInterval(sample, kSampleMs);
    return () => window.clearInterval(timer);
  }, []);
}

function useRoute(): Route {
  const [hash, set_hash] = useState(location.hash);
  useEffect(() => {
    const changed = () => set_hash(location.hash);
    window.addEventListener("hashchange", changed);
    window.addEventListener("popstate", changed);
    return () => {
      window.removeEventListener("hashchange", changed);
      window.removeEventListener("popstate", changed);
    };
  }, []);
  return useMemo(() => parse_route(hash), [hash]);
}

const kVhostKey = "wharf.vhost";
const kSaidMs = 8000;

function Frame({ api, history, groups, known, vhosts_changed, leave }: { api: Api; history: History; groups: GroupMemories; known: Known; vhosts_changed: () => void; leave: (why?: string) => void }) {
  const route = useRoute();
  const [vhost, set_vhost] = useState(() => sessionStorage.getItem(kVhostKey) ?? "");
  const [said, set_said] = useState("");
  const [searching, set_searching] = useState(false);
  const main = useRef<HTMLElement>(null);
  const chosen = known.vhosts.some(({ name }) => name === vhost) ? vhost : "";
  const app = useMemo<App>(() => ({
    api, history, groups, who: known.who, vhosts: known.vhosts, vhost: chosen, say: set_said, vhosts_changed,
    check: (fault) => fault.signed_out && leave(fault.message),
  }), [chosen, known]);
  const choose = (name: string) => {
    sessionStorage.setItem(kVhostKey, name);
    set_vhost(name);
  };
  useEffect(() => {
    if (!said) return;
    const timer = window.setTimeout(() => set_said(""), kSaidMs);
    return () => window.clearTimeout(timer);
  }, [said]);
  const where = [route.page, ...route.names].join("/");
  useTitle(route);
  const first = useRef(true);
  useEffect(() => {
    if (!first.current) main.current?.focus();  // a new page is read from its beginning
    first.current = false;
  }, [where]);
  useShortcuts(() => set_searching(true));
  return (
    <AppContext.Provider value={app}>
      <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); main.current?.focus(); }}>Skip to the page</a>
      <Bar route={route} app={app} choose={choose} search={() => set_searching(true)} leave={leave} />
      <main id="main" ref={main} tabIndex={-1}><PageOf key={where} route={route} /></main>
      <p class={said ? "said" : "said silent"} role="status">{said}</p>
      {searching && <Palette close={() => set_searching(false)} />}
    </AppContext.Provider>
  );
}

function useTitle(route: Route) {
  useEffect(() => {
    const page = kPages.find(({ name }) => name === route.page)?.title ?? route.page;
    document.title = [...route.names.slice(-1).map(visible), page, "Wharf"].join(" \u00b7 ");
  }, [route]);
}

function useShortcuts(search: () => void) {
  useLayoutEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      const typing = target.matches("input, textarea, select") || document.querySelector("dialog[open]") !== null;
      const slash = event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey;
      const palette = event.key === "k" && (event.ctrlKey || event.metaKey) && document.querySelector("dialog[open]") === null;
      if (!slash && !palette) return;
      event.preventDefault();
      search();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, []);
}

function Bar({ route, app, choose, search, leave }: { route: Route; app: App; choose: (name: string) => void; search: () => void; leave: () => void }) {
  const shown = kPages.filter((page) => page.is_for(app.who));
  return (
    <header class="bar">
      <a class="mark" href={href("overview")}><svg viewBox="0 0 16 16" aria-hidden="true"><path d="M2 6h12M4.5 6v7M8 6v7M11.5 6v7" /></svg>Wharf</a>
      <nav aria-label="Pages">
        {shown.map((page) => {
          const here = page.name === route.page || page.also === route.page;
          return <a key={page.name} href={href(page.name)} {...(here ? { "aria-current": "page" as const } : {})}>{page.title}</a>;
        })}
      </nav>
      <div class="tools">
        <button type="button" class="search" onClick={search}>Search <kbd>/</kbd></button>
        {app.vhosts.length > 1 && (
          <label class="inline">Virtual host{" "}
            <select aria-label="Virtual host" value={app.vhost} onChange={(event) => choose(event.currentTarget.value)}>
              <option value="">all</option>
              {app.vhosts.map(({ name }) => <option key={name} value={name}>{visible(name)}</option>)}
            </select>
          </label>
        )}
        <ThemeSwitch />
        <button type="button" onClick={() => leave()} title={`${app.who.name}: ${app.who.tags.join(", ")}`}>Sign out <b>{visible(app.who.name)}</b></button>
      </div>
    </header>
  );
}

function ThemeSwitch() {
  const [theme, set_theme] = useState<Theme>(stored_theme);
  const choose = (next: Theme) => {
    apply_theme(next);
    set_theme(next);
  };
  return (
    <label class="inline">Colours{" "}
      <select aria-label="Colours" value={theme} onChange={(event) => choose(event.currentTarget.value as Theme)}>
        {kThemes.map((one) => <option key={one} value={one}>{one === "system" ? "as the system" : one}</option>)}
      </select>
    </label>
  );
}
