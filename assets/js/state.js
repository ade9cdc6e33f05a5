// Single vars of the server's states: what reads one of them is drawn anew when that one changes, not at every change of its state.
import { useContext, useMemo, useSyncExternalStore } from "react";
import { StateStoreContext, app } from "$/utils/context-registry";

const NOTHING = Object.freeze({});
const stateOf = (store, name) => store.getSnapshot(name) ?? app.initialState[name];
const watched = new WeakMap(); // store → state name → what its keys' listeners were told last

/** What `pick` finds in the state `name`; it must give the very same object while nothing changed. */
export function usePicked(name, pick, deps) {
  const store = useContext(StateStoreContext);
  const [subscribe, snapshot] = useMemo(
    () => [(listener) => store.subscribe(name, listener), () => pick(stateOf(store, name))],
    [store, name, ...deps],
  );
  return useSyncExternalStore(subscribe, snapshot, snapshot);
}

// One listener of the store for all keys of a state: hundreds of seats each read their own, and a delta brings a few of them.
function watch(store, name) {
  if (!watched.has(store)) watched.set(store, new Map());
  const states = watched.get(store);
  if (states.has(name)) return states.get(name);
  const listeners = new Map();
  let told = stateOf(store, name);
  states.set(name, listeners);
  store.subscribe(name, () => {
    const [before, now] = [told, stateOf(store, name)];
    told = now;
    for (const [key, those] of listeners) if (before[key] !== now[key]) for (const listener of [...those]) listener();
  });
  return listeners;
}

function subscribeTo(store, name, key, listener) {
  const listeners = watch(store, name);
  if (!listeners.has(key)) listeners.set(key, new Set());
  const those = listeners.get(key).add(listener);
  return () => {
    those.delete(listener);
    if (!those.size && listeners.get(key) === those) listeners.delete(key);
  };
}

/** One var; an empty object while there is none. */
export function useVar(name, key) {
  const store = useContext(StateStoreContext);
  const [subscribe, snapshot] = useMemo(
    () => [(listener) => subscribeTo(store, name, key, listener), () => stateOf(store, name)[key] ?? NOTHING],
    [store, name, key],
  );
  return useSyncExternalStore(subscribe, snapshot, snapshot);
}
