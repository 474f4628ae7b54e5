// What stands in a page's place while there is nothing to show.
import type { ComponentChildren } from "preact";
import { count_text } from "../format.ts";
import type { Resource } from "../resource.ts";

export function Loading() {
  return <p class="quiet loading" role="status">Loading ...</p>;
}

export function Failure({ sentence, again }: { sentence: string; again?: () => void }) {
  return (
    <p class="failure" role="alert">
      <b>Not shown.</b> {sentence}{" "}
      {again && <button type="button" class="link" onClick={again}>Try again</button>}
    </p>
  );
}

export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="quiet empty">{children}</p>;
}

/// The value once it is there, with what went wrong since above it.
export function Loaded<T>({ resource, children }: { resource: Resource<T>; children: (value: T) => ComponentChildren }) {
  const { value, error, reload } = resource;
  if (value === undefined) return error ? <Failure sentence={error.message} again={reload} /> : <Loading />;
  return (
    <>
      {error && <p class="failure" role="alert"><b>This may be out of date.</b> {error.message}</p>}
      {children(value)}
    </>
  );
}

export function Facts({ facts }: { facts: [string, ComponentChildren][] }) {
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/// A number in a list; zeros step back, so that the eye finds the others.
export function Count({ of }: { of: number | undefined }) {
  return <span class={of === 0 ? "none" : ""}>{count_text(of)}</span>;
}

export function Flag({ on, children }: { on: boolean; children: string }) {
  return on ? <span class="flag">{children}</span> : null;
}
