// Where in a list that the server cuts into pages one is, and the way to its other pages.
import { count_text } from "../format.ts";
import { places } from "../paging.ts";
import type { Page } from "../types.ts";

export function Pages<T>({ value, what, show }: { value: Page<T>; what: string; show: (page: number) => void }) {
  const [first, last] = places(value);
  const filtered = value.filtered_count !== value.total_count ? ` (${count_text(value.total_count)} without the filter)` : "";
  return (
    <nav class="pages" aria-label={`Pages of ${what}`}>
      <span role="status">{value.filtered_count === 0 ? `none${filtered}` : `${count_text(first)}\u2013${count_text(last)} of ${count_text(value.filtered_count)}${filtered}`}</span>
      {value.page_count > 1 && (
        <>
          <button type="button" disabled={value.page <= 1} onClick={() => show(1)}>First</button>
          <button type="button" disabled={value.page <= 1} onClick={() => show(value.page - 1)}>Previous</button>
          <span class="quiet">page {count_text(value.page)} of {count_text(value.page_count)}</span>
          <button type="button" disabled={value.page >= value.page_count} onClick={() => show(value.page + 1)}>Next</button>
          <button type="button" disabled={value.page >= value.page_count} onClick={() => show(value.page_count)}>Last</button>
        </>
      )}
    </nav>
  );
}
