// How a message came to the dead letters, from the first time on.
import { type Death, reason_text } from "../deaths.ts";
import { exchange_text, plural, time_text, visible } from "../format.ts";
import { href } from "../route.ts";

export function DeathPath({ vhost, deaths }: { vhost: string; deaths: Death[] }) {
  return (
    <section aria-label="How it came here" class="deaths">
      <h3>How it came here</h3>
      <ol>
        {deaths.map((death, at) => (
          <li key={at}>
            <a class="name" href={href("queue", [vhost, death.queue])}>{visible(death.queue)}</a>: {visible(reason_text(death.reason))}, <b>{plural(death.count, "time")}</b>
            {death.first_ms !== null && <>, first {time_text(death.first_ms)}</>}
            <span class="quiet">; published by <span class="name">{exchange_text(death.exchange)}</span>{death.routing_keys.length > 0 && <>, key <span class="name">{death.routing_keys.map(visible).join(", ")}</span></>}
              {death.expiration !== null && <>, to live for {visible(death.expiration)} ms</>}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
