// SPDX-License-Identifier: Apache-2.0
// Counts, charts, queues, and what is wrong.

import { drawBytes, drawInstances } from "./charts.js";
import { byId, make, prose, refresh } from "./dom.js";
import * as format from "./format.js";

const LIVE = ["receiving", "closed", "waiting", "importing"];
const ENDED_BADLY = ["partial", "failed", "rejected"];

const sum = (steps, names) => names.reduce((total, name) => total + (steps[name] ?? 0), 0);

const plural = (value, noun) => (value === 1 ? noun : noun.replace(/y$/, "ie") + "s");

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
    ["Received", status.receivedInstances, "instance", ""],
    ["Imported", status.importedInstances, "instance", "good"],
    ["Not imported", status.failedInstances, "instance", status.failedInstances ? "bad" : ""],
    ["On the way", sum(status.steps, LIVE), "delivery", "live"],
    ["Need attention", bad, "delivery", bad ? "warn" : ""],
  ];
  refresh(byId("tiles"), JSON.stringify(tiles), () =>
    tiles.map(([label, value, unit, tone]) =>
      make("div", { class: `tile ${tone}` },
        make("dt", {}, label), make("dd", {}, make("b", {}, format.count(value)), ` ${plural(value, unit)}`))));
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

/** One notice if numbers are too small, in the words of `dicomstore status`. */
function limitsOf(status) {
  const incomplete = status?.incomplete ?? [];
  const unread = status?.unreadDeliveries ?? 0;
  const sentences = [];
  if (incomplete.length) {
    sentences.push(`There are more ${incomplete.join(", ")} than one reading takes; the numbers are too small`);
  }
  if (unread) {
    const noun = unread === 1 ? "delivery" : "deliveries";
    sentences.push(`The received data are without ${format.count(unread)} ${noun}, whose sizes were not read`);
  }
  return sentences.length ? [{ text: `${sentences.join(". ")}.`, advice: "", tone: "" }] : [];
}

/** Shows what is wrong above everything else: first what concerns the reading itself. `status` may be `null`. */
export function showNotices(readingProblem, status) {
  const problems = status?.problems ?? [];
  const further = (status?.problemCount ?? 0) - problems.length;
  const notices = [
    ...(readingProblem ? [{ ...readingProblem, tone: "bad" }] : []),
    ...problems.map((problem) => ({ ...problem, tone: "warn" })),
    ...(further > 0
      ? [{ text: `and ${format.count(further)} more`, advice: "Each delivery of the list shows its problem.", tone: "warn" }]
      : []),
    ...limitsOf(status),
  ];
  refresh(byId("notices"), JSON.stringify(notices), () =>
    notices.map(({ text, advice, tone }) =>
      make("p", { class: `notice ${tone}` }, make("b", {}, text), " ", make("span", {}, ...prose(advice)))));
}
