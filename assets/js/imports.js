// An import: the file goes to the server, which looks at every row; it is stored only by a second click.
import { getUi, NO_IMPORT, setUi } from "./store.js";

const EVERY_MS = 400;
const BUSY = ["sending", "checking", "storing"];

async function ask(path, options) {
  const answer = await fetch(path, { headers: { Accept: "application/json" }, ...options });
  const body = await answer.json().catch(() => ({}));
  if (answer.ok) return body;
  throw Object.assign(new Error(body.code ?? "unknown"), { reason: answer.status === 413 ? "too_big" : "" });
}

const put = (job) => setUi("importJob", { ...getUi("importJob"), ...job });

async function follow(job) {
  for (put(job); BUSY.includes(job.state); put(job)) {
    await new Promise((done) => setTimeout(done, EVERY_MS));
    job = await ask(`/api/imports/${job.id}`);
  }
  if (job.state === "stored") document.querySelector("[data-refresh]")?.click();
}

const failed = (error) => put({ state: "failed", code: error.reason ? "bad_file" : error.message, reason: error.reason ?? "" });

/** Send the chosen file and have it looked at. */
export async function startImport(field, lang) {
  const file = field.files[0];
  field.value = "";
  if (!file) return;
  setUi("importJob", { ...NO_IMPORT, state: "sending", name: file.name });
  try {
    await follow(await ask(`/api/imports?lang=${lang}`, { method: "POST", body: file }));
  } catch (error) {
    failed(error);
  }
}

/** Store the good rows of the file that was looked at. */
export async function storeImport() {
  try {
    await follow(await ask(`/api/imports/${getUi("importJob").id}/store`, { method: "POST" }));
  } catch (error) {
    failed(error);
  }
}

/** Begin anew with another file. */
export const dropImport = () => setUi("importJob", NO_IMPORT);
