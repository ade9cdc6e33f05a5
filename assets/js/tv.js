// Pages of the wall on a television: whole organizations, as many rows as fit; a larger one is cut at a full page. Few seats stand
// larger, so that the screen is filled.
import { usePicked } from "./state.js";
import { getUi, onStart, onUi, setUi } from "./store.js";

const COLUMNS = 10;
const FEWEST_COLUMNS = 4;
const ROWS = 8;
const GROUPS = 5;
const TURN_S = 15;
// In rem, as in tv.css: a row of tiles with its gap, the gap after a group, and what is left under head, states and alerts.
const ROW_HEIGHT = 9.1;
const GROUP_GAP = 0.4;
const HEIGHT = 75;
const MOST_STRETCH = 1.5;
let pageCount = 1;
let known = { shape: "", sections: [] };

const rowsOf = (seats, columns) => Math.ceil(seats.length / columns);

/** How much higher the rows could be to fill the screen; below 1 they do not fit. */
function stretch(parts, columns) {
  const rows = parts.reduce((sum, { seats }) => sum + rowsOf(seats, columns), 0);
  const left = HEIGHT * (columns / COLUMNS) - parts.length * GROUP_GAP;
  return parts.length > GROUPS ? 0 : left / (rows * ROW_HEIGHT);
}

function pagesOf(parts) {
  const sections = [];
  let page = 0, rows = 0, onPage = 0;
  for (const { group, seats } of parts) {
    for (let from = 0; from < seats.length; from += COLUMNS * ROWS) {
      const part = seats.slice(from, from + COLUMNS * ROWS);
      const height = rowsOf(part, COLUMNS);
      if (onPage && (rows + height > ROWS || onPage === GROUPS)) [page, rows, onPage] = [page + 1, 0, 0];
      sections.push({ group, seats: part, page, columns: COLUMNS, stretch: 1 });
      rows += height;
      onPage += 1;
    }
  }
  return sections;
}

/** [{group, seats, page, columns, stretch}]: which seats of which organization (by its id) stand on which page. */
export function tvSections(groupIds, seatIds, orgOf) {
  const byOrg = new Map(groupIds.map((id) => [id, []]));
  for (const id of seatIds) byOrg.get(orgOf(id))?.push(id);
  const parts = [...byOrg].filter(([, seats]) => seats.length).map(([group, seats]) => ({ group, seats }));
  for (let columns = FEWEST_COLUMNS; columns <= COLUMNS; columns += 1) {
    const factor = stretch(parts, columns);
    if (factor >= 1) return parts.map((part) => ({ ...part, page: 0, columns, stretch: Math.min(factor, MOST_STRETCH) }));
  }
  return pagesOf(parts);
}

function current(groups, seatIds, orgOf) {
  const ids = groups.map((group) => group.id);
  const shape = `${ids}/${seatIds.map((id) => `${id}:${orgOf(id)}`)}`;
  if (shape !== known.shape) known = { shape, sections: tvSections(ids, seatIds, orgOf) };
  pageCount = (known.sections.at(-1)?.page ?? 0) + 1;
  return known.sections;
}

/** The sections of the wall in the state `name`; the very same ones until a seat comes, goes or changes its organization. */
export const useSections = (name, groups, seatIds, seatKey) =>
  usePicked(name, (all) => current(all[groups] ?? [], all[seatIds] ?? [], (id) => all[seatKey(id)]?.org), []);

onStart(() => {
  const sync = () => document.documentElement.classList.toggle("tv", getUi("tv") === "1");
  sync();
  onUi((key) => key === "tv" && sync());
  setInterval(() => {
    if (getUi("tv") === "1") setUi("tvPage", (getUi("tvPage") + 1) % pageCount);
  }, TURN_S * 1000);
});
