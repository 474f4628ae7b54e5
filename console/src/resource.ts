// What the server has under an address: asked for at once, and again while somebody looks at it.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "./api.ts";
import { useApp } from "./app_context.ts";

export interface Resource<T> {
  value: T | undefined; // the last one that came, also while the next is on its way
  error: ApiError | undefined; // of the last try
  busy: boolean; // what is shown is of another question than the one that was asked last
  reload(): void;
}

export const kRefreshMs = 5000;

/// `key` names the question; another one is asked at once. 0: not asked again.
export function useResource<T>(key: string, load: (signal: AbortSignal) => Promise<T>, refresh_ms = kRefreshMs): Resource<T> {
  const app = useApp();
  const [answer, set_answer] = useState<{ key: string; value: T | undefined; error: ApiError | undefined }>();
  const [asked, set_asked] = useState(0);
  const loader = useRef(load);
  loader.current = load;

  useEffect(() => {
    const gone = new AbortController();
    let timer = 0;
    const ask = async () => {
      try {
        const value = await loader.current(gone.signal);
        if (!gone.signal.aborted) set_answer({ key, value, error: undefined });
      } catch (fault) {
        if (gone.signal.aborted) return;
        if (!(fault instanceof ApiError)) throw fault;
        app.check(fault);
        set_answer((before) => ({ key, value: fault.status === 0 && before?.key === key ? before.value : undefined, error: fault }));
      }
      if (refresh_ms > 0 && !gone.signal.aborted) timer = window.setTimeout(again, refresh_ms);
    };
    // Nobody looks at a hidden tab: it asks when it is seen again.
    const again = () => (document.hidden ? document.addEventListener("visibilitychange", again, { once: true, signal: gone.signal }) : void ask());
    void ask();
    return () => {
      gone.abort();
      window.clearTimeout(timer);
    };
  }, [key, refresh_ms, asked]);

  const reload = useCallback(() => set_asked((times) => times + 1), []);
  return { value: answer?.value, error: answer?.error, busy: answer?.key !== key, reload };
}
