// SPDX-License-Identifier: Apache-2.0
// The page: asks what changed, and shows it.

import * as api from "./api.js";
import { Detail } from "./detail.js";
import { announce, byId, make, setText } from "./dom.js";
import * as format from "./format.js";
import { DeliveryList } from "./list.js";
import { showNotices, showStatus } from "./overview.js";

const POLL_MILLISECONDS = 2000;
const OLD_SECONDS = 30;

const list = new DeliveryList(byId("grid"), byId("grid-body"), (delivery) => { location.hash = `#/${delivery.id}`; });
const chosen = new Set();
const state = { status: null, readAt: null, problem: null, paused: false, cut: false, bad: null, loaded: false };
const detail = new Detail(byId("detail"), () => { location.hash = "#/"; }, () => state.paused);

async function poll() {
  clearTimeout(state.timer);
  if (!state.paused && !document.hidden) {
    const asked = state.loaded ? api.deliveries(list.version) : api.newest();
    const [status, deliveries] = await Promise.allSettled([api.status(), asked]);
    take(status, deliveries);
  }
  const isPart = deliveriesAreMissing();
  if (state.problem?.status !== 401) state.timer = setTimeout(poll, isPart ? 0 : POLL_MILLISECONDS);
}

/** Whether the list has only the first rows so far. */
const deliveriesAreMissing = () => state.loaded && !state.problem && list.version === undefined;

function take(status, deliveries) {
  const failure = [status, deliveries].find((result) => result.status === "rejected")?.reason;
  if (failure && !(failure instanceof api.APIError)) throw failure;
  let problem = failure && { text: failure.message, advice: failure.advice, status: failure.status };
  if (status.value) {
    problem ??= status.value.reading.problem;
    state.status = status.value.status ?? state.status;
    const age = status.value.reading.ageSeconds;
    state.readAt = age === undefined ? state.readAt : Date.now() - age * 1000;
  }
  if (deliveries.value) {
    problem ??= deliveries.value.reading.problem;
    const cutDiffers = state.cut !== deliveries.value.cut;
    state.cut = deliveries.value.cut;
    const isFirst = deliveries.value.reading.ageSeconds !== undefined && !state.loaded;
    state.loaded ||= isFirst;
    if (list.apply(deliveries.value) || isFirst || cutDiffers) showCounts();
    if (isFirst) {
      // `make bench-console` reads this mark: after the frame that paints the first rows.
      requestAnimationFrame(() => setTimeout(() => performance.mark("first-rows")));
    }
  }
  if (problem && problem.text !== state.problem?.text) announce(`${problem.text}. ${problem.advice}`);
  state.problem = problem ?? null;
  if (state.status) showStatus(state.status);
  showNotices(state.problem, state.status);
  showAge();
}

function showAge() {
  const dot = byId("dot");
  const age = state.readAt ? (Date.now() - state.readAt) / 1000 : undefined;
  const isOld = age === undefined || age > OLD_SECONDS;
  dot.className = `dot ${state.problem ? "bad" : state.paused || isOld ? "warn" : "good"}`;
  const text = age === undefined ? (state.problem ? "No data" : "Loading…") : age < 5 ? "Live" : `Data are ${format.duration(age * 1000)} old`;
  setText(byId("age"), state.paused ? `Paused · ${text.toLowerCase()}` : text);
}

/** The buttons of the steps, with their counts, and how many deliveries are shown. */
function showCounts() {
  const counts = list.counts();
  const place = byId("steps");
  for (const [step, { label, text, tone }] of Object.entries(format.STEPS)) {
    const button = place.querySelector(`[data-step="${step}"]`) ?? place.appendChild(stepButton(step, label, text, tone));
    setText(button.querySelector(".step-count"), format.count(counts[step] ?? 0));
    button.setAttribute("aria-pressed", chosen.has(step));
    button.classList.toggle("nothing", !counts[step]);
  }
  const { length } = list.visible;
  const all = deliveriesAreMissing() ? list.total : list.sorted.length;
  const newest = state.cut ? "the newest " : "";
  setText(byId("shown"), length === all || deliveriesAreMissing() ? `${newest}${format.count(all)}` : `${format.count(length)} of ${newest}${format.count(all)}`);
  showEmptiness(length, all);
  const bad = (counts.partial ?? 0) + (counts.failed ?? 0) + (counts.rejected ?? 0);
  if (state.bad !== null && bad > state.bad) announce(`${format.count(bad)} deliveries need attention`);
  state.bad = deliveriesAreMissing() ? null : bad;
}

function showEmptiness(length, all) {
  const empty = byId("empty");
  empty.hidden = length > 0 || !state.loaded;
  const text = byId("search").value.trim();
  if (all === 0) setText(empty, "No delivery yet. Send an image to the receiver, and it appears here.");
  else setText(empty, text ? "No delivery of the list matches." : "No delivery is at the chosen steps.");
  byId("look-up").hidden = length > 0 || text === "";
}

function stepButton(step, label, text, tone) {
  return make("button", {
    type: "button", class: `step-button ${tone}`, "data-step": step, title: text,
    onclick: () => {
      if (!chosen.delete(step)) chosen.add(step);
      applyFilter();
    },
  }, make("span", { class: "step-mark", "aria-hidden": "true" }), make("span", {}, label), " ",
  make("b", { class: "step-count" }));
}

function applyFilter() {
  list.filter(byId("search").value, chosen);
  state.bad = null;
  showCounts();
  announce(`${format.count(list.visible.length)} deliveries shown`);
}

/** Asks AWS for a UID that the list does not name: a series, an instance, or a study that is too old for the list. */
async function lookUp() {
  const name = byId("search").value.trim();
  const empty = byId("empty");
  setText(empty, "Looking it up…");
  try {
    const { deliveries, complete, reading } = await api.find(name);
    if (reading.problem) throw new api.APIError(502, reading.problem.text, reading.problem.advice);
    if (!deliveries.length) setText(empty, "Nothing has this id or UID: neither a delivery nor an instance.");
    else if (deliveries.length === 1 && complete) location.hash = `#/${deliveries[0].id}`;
    else {
      const links = deliveries.flatMap(({ id }) => [make("a", { href: `#/${id}` }, id), " "]);
      empty.replaceChildren("Found: ", ...links, complete ? "" : "There may be more.");
    }
  } catch (error) {
    setText(empty, `${error.message}. ${error.advice ?? ""}`);
  }
}

/** Opens what the address names. */
function route() {
  if (location.hash !== "" && !location.hash.startsWith("#/")) return;
  const id = decodeURIComponent(location.hash.replace(/^#\/?/, ""));
  const isDelivery = id !== "";
  const wasOpen = detail.id;
  byId("split").classList.toggle("has-detail", isDelivery);
  list.mark(isDelivery ? id : null);
  if (isDelivery) {
    detail.open(id, list.byId.get(id));
  } else if (wasOpen) {
    detail.close();
    byId("grid").focus();
  }
}

byId("search").addEventListener("input", applyFilter);
byId("search-form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (list.visible.length === 1) list.choose(list.visible[0]);
  else if (!list.visible.length && byId("search").value.trim()) lookUp();
  else byId("grid").focus();
});
byId("look-up").addEventListener("click", lookUp);
byId("pause").addEventListener("click", ({ currentTarget }) => {
  state.paused = !state.paused;
  currentTarget.setAttribute("aria-pressed", state.paused);
  if (!state.paused) {
    poll();
    detail.poll();
  }
  showAge();
});
document.addEventListener("keydown", (event) => {
  const isTyping = event.target.matches("input, textarea, select");
  if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    byId("search").focus();
  } else if (event.key === "Escape" && event.target === byId("search") && !event.target.value) {
    byId("grid").focus();
  } else if (event.key === "Escape" && detail.id && !byId("thumbnail").open) {
    location.hash = "#/";
  }
});
document.addEventListener("visibilitychange", () => { if (!document.hidden) poll(); });
addEventListener("hashchange", route);
addEventListener("resize", () => { if (state.status) showStatus(state.status); });
setInterval(showAge, 1000);
showCounts();
poll().then(route);
