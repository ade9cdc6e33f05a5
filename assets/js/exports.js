// Exports run on the server; here they are begun, followed and fetched. They go on while other pages are opened.
import { getUi, setUi } from "./store.js";

const EVERY_MS = 400;

function put(job) {
  const others = getUi("exports").filter((one) => one.id !== job.id);
  setUi("exports", [...others, job]);
}

async function ask(path, options) {
  const answer = await fetch(path, { headers: { Accept: "application/json" }, ...options });
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(body.code ?? "unknown");
  return body;
}

async function follow(id) {
  for (;;) {
    const job = await ask(`/api/exports/${id}`);
    if (getUi("exports").every((one) => one.id !== id)) return; // it was cancelled or put away here
    put(job);
    if (job.state === "running") await new Promise((done) => setTimeout(done, EVERY_MS));
    else return job.state === "done" ? save(id) : undefined;
  }
}

function save(id) {
  const link = document.createElement("a");
  link.href = `/api/exports/${id}/file`;
  link.download = "";
  document.body.append(link);
  link.click();
  link.remove();
}

/** Export what the page's address asks. */
export async function startExport(list, form, lang) {
  const body = new URLSearchParams({ list, form, lang, query: location.search.slice(1) });
  let id = `failed-${Date.now()}`;
  try {
    const job = await ask("/api/exports", { method: "POST", body });
    id = job.id;
    put(job);
    await follow(id);
  } catch (error) {
    put({ id, state: "failed", rows: 0, limited: false, code: error.message });
  }
}

/** No longer shown; called off if it still runs. */
export async function cancelExport(id) {
  setUi("exports", getUi("exports").filter((one) => one.id !== id));
  if (!id.startsWith("failed-")) await fetch(`/api/exports/${id}`, { method: "DELETE" });
}
