// SPDX-License-Identifier: Apache-2.0
// A classic script in the head: what the page shows first is asked for while its modules still arrive. See `api.js`.

// So that the first rows need not wait for 10,000.
const FIRST_ROWS = 60;

// Behind `#` the token is sent to no server. `sessionStorage` belongs to this port of this tab; cookies are sent to every
// port of 127.0.0.1.
const named = /^#token=([0-9a-f]+)$/.exec(location.hash)?.[1];
const token = named ?? storedToken();
const authorization = token ? { Authorization: `Bearer ${token}` } : {};

const firstAnswers = new Map(
  ["/api/status", `/api/deliveries?newest=${FIRST_ROWS}`].map((target) =>
    [target, fetch(target, { headers: authorization, cache: "no-store" })]));

// Later, because the first use of the storage takes a while in which nothing is painted.
if (named) addEventListener("DOMContentLoaded", keepToken);

function storedToken() {
  try {
    return sessionStorage.getItem("token");
  } catch {
    return null;
  }
}

/** So that the page can be loaded again, and the address be copied. Without a storage, the address keeps the token. */
function keepToken() {
  try {
    sessionStorage.setItem("token", named);
    history.replaceState(null, "", location.pathname);
  } catch { /* The browser stores nothing. */ }
}

// The address of a new start, opened in this tab, changes only what is behind `#`: the browser does not load the page.
addEventListener("hashchange", () => {
  if (location.hash.startsWith("#token=")) location.reload();
});
