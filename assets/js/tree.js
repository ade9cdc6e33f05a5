// A tick box that is partly ticked: no attribute says so, only a property.
import { onChange } from "./clock.js";
import { onStart } from "./store.js";

onStart(() =>
  onChange(() => {
    for (const box of document.querySelectorAll("input[data-mixed]")) {
      box.indeterminate = box.dataset.mixed === "true";
    }
  }),
);

/**
 * The menu: what the program has (`groups`), ordered, named and hidden as the tree of resources says (`nodes`), of it what
 * `perms` open. Each group and each entry gets its name in the language `lang`.
 */
export function menuOf(groups, nodes, perms, agent, lang) {
  const place = new Map(nodes.map((node, at) => [node.code, at]));
  const byRoute = new Map(nodes.filter((node) => !node.own).map((node) => [node.route, node]));
  const named = (node, words) => (node && node.name) || words?.[lang] || words?.zh || "";
  const ordered = (list) => list.sort((one, other) => one.at - other.at);
  const made = new Map();
  groups.forEach((group, at) => {
    const node = nodes[place.get(group.code)];
    const entries = group.entries
      .filter((entry) => perms[entry.permission] === true && (!entry.ownSeat || agent !== ""))
      .map((entry, index) => {
        const own = byRoute.get(entry.route);
        return { route: entry.route, icon: entry.icon, name: named(own, entry), at: own ? place.get(own.code) : 1000 + index, shown: own?.shown !== false };
      });
    made.set(group.code, { code: group.code, name: named(node, group), at: place.get(group.code) ?? 1000 + at, shown: node?.shown !== false, entries });
  });
  nodes.forEach((node, at) => {
    if (node.kind === "group" && node.own) made.set(node.code, { code: node.code, name: node.name, at, shown: node.shown, entries: [] });
  });
  nodes.forEach((node, at) => {
    if (node.kind !== "page" || !node.own) return;
    made.get(node.parent)?.entries.push({ route: node.route, icon: "link", name: node.name, at, shown: node.shown });
  });
  for (const group of made.values()) group.entries = ordered(group.entries.filter((entry) => entry.shown));
  return ordered([...made.values()]).filter((group) => group.shown && group.entries.length);
}

/** Where `/` leads: the first page of the menu, else the first that `perms` open although the menu does not show it; "" for none. */
export function firstPage(groups, nodes, perms, agent) {
  const open = groups.flatMap((group) => group.entries).filter((entry) => perms[entry.permission] === true);
  const seen = menuOf(groups, nodes, perms, agent, "").flatMap((group) => group.entries);
  return (seen.find((one) => open.some((entry) => entry.route === one.route)) ?? open[0])?.route ?? "";
}
