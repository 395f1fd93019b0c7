// SPDX-License-Identifier: Apache-2.0
// A classic script in the head: what the page shows first is asked for while its modules still arrive. See `api.js`.

// So that the first rows need not wait for 10,000.
const FIRST_ROWS = 60;

const firstAnswers = new Map(
  ["/api/status", `/api/deliveries?newest=${FIRST_ROWS}`].map((target) => [target, fetch(target, { cache: "no-store" })]));
