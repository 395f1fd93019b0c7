// SPDX-License-Identifier: Apache-2.0
// Requests to the console's own process.

/* global FIRST_ROWS, authorization, firstAnswers */

/** An answer that is not a success; `advice` says what to do. */
export class APIError extends Error {
  constructor(status, text, advice) {
    super(text);
    this.status = status;
    this.advice = advice;
  }
}

/** The answer to a request, which `read` takes; `null` if nothing has changed. */
async function request(path, parameters, headers, read) {
  const query = new URLSearchParams(parameters).toString();
  const target = query ? `${path}?${query}` : path;
  const first = firstAnswers.get(target);
  firstAnswers.delete(target);
  let response;
  try {
    response = await (first ?? fetch(target, { headers: { ...authorization, ...headers }, cache: "no-store" }));
    if (response.status === 304) return null;
    if (response.ok) return await read(response);
  } catch {
    throw new APIError(0, "The console's process does not answer", "Start `dicomstore console` again.");
  }
  const { problem } = await response.json().catch(() => ({}));
  throw new APIError(response.status, problem?.text ?? `status ${response.status}`, problem?.advice ?? "");
}

const json = (response) => response.json();
const get = (path, parameters = {}) => request(path, parameters, {}, json);

export const status = () => get("/api/status");
export const delivery = (id) => get("/api/delivery", { id });
export const instances = (id, from) => get("/api/instances", { id, from });
export const log = (id) => get("/api/log", { id });
export const find = (name) => get("/api/find", { name });

/** The newest deliveries, so that a page shows some before it has all. */
export const newest = () => get("/api/deliveries", { newest: FIRST_ROWS });

/** The deliveries that changed since `version`; `null` if none did. */
export function deliveries(version) {
  const headers = version ? { "If-None-Match": `"${version}"` } : {};
  return request("/api/deliveries", version ? { since: version } : {}, headers, json);
}

/** A picture of an instance, after the person agreed to see it. */
export const thumbnail = (id, index) =>
  request("/api/thumbnail", { id, index }, { "Show-Image": "yes" }, async (response) => ({
    blob: await response.blob(),
    size: response.headers.get("Image-Size"),
    frame: response.headers.get("Image-Frame"),
    note: response.headers.get("Image-Note"),
    inverted: response.headers.get("Image-Inverted") === "yes",
  }));
