// SPDX-License-Identifier: Apache-2.0
// Counts, charts, queues, and what is wrong.

import { drawBytes, drawInstances } from "./charts.js";
import { byId, make, prose, refresh } from "./dom.js";
import * as format from "./format.js";

const LIVE = ["receiving", "closed", "waiting", "importing"];
const ENDED_BADLY = ["partial", "failed", "rejected"];

const sum = (steps, names) => names.reduce((total, name) => total + (steps[name] ?? 0), 0);

/** Shows the status. */
export function showStatus(status) {
  byId("stack").textContent = status.stack;
  document.title = `${status.stack} · DICOM Store console`;
  showTiles(status);
  drawInstances(byId("instances-chart"), status.rates);
  drawBytes(byId("bytes-chart"), status.rates);
  showQueues(status.queues);
}

function showTiles(status) {
  const bad = sum(status.steps, ENDED_BADLY);
  const tiles = [
    ["Received", status.receivedInstances, "instances", ""],
    ["Imported", status.importedInstances, "instances", "good"],
    ["Not imported", status.failedInstances, "instances", status.failedInstances ? "bad" : ""],
    ["On the way", sum(status.steps, LIVE), "deliveries", "live"],
    ["Need attention", bad, "deliveries", bad ? "warn" : ""],
  ];
  refresh(byId("tiles"), JSON.stringify(tiles), () =>
    tiles.map(([label, value, unit, tone]) =>
      make("div", { class: `tile ${tone}` },
        make("dt", {}, label), make("dd", {}, make("b", {}, format.count(value)), ` ${unit}`))));
}

function showQueues(queues) {
  refresh(byId("queues"), JSON.stringify(queues), () => {
    if (!queues.length) return [make("p", { class: "quiet-text" }, "Nothing is known of the queues.")];
    const head = ["Queue", "Waiting", "In flight", "Dead"].map((text) => make("th", { scope: "col" }, text));
    const rows = queues.map((queue) => make("tr", {},
      make("th", { scope: "row" }, queue.name),
      make("td", {}, format.count(queue.waiting)),
      make("td", {}, format.count(queue.inFlight)),
      make("td", { class: queue.deadLetters ? "bad-text" : "" }, format.count(queue.deadLetters))));
    return [make("table", { class: "numbers" }, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows))];
  });
}

/** Shows what is wrong above everything else: first what concerns the reading itself. */
export function showNotices(readingProblem, problems) {
  const notices = [
    ...(readingProblem ? [{ ...readingProblem, tone: "bad" }] : []),
    ...problems.map((problem) => ({ ...problem, tone: "warn" })),
  ];
  refresh(byId("notices"), JSON.stringify(notices), () =>
    notices.map(({ text, advice, tone }) =>
      make("p", { class: `notice ${tone}` }, make("b", {}, text), " ", make("span", {}, ...prose(advice)))));
}
