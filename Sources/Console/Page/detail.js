// SPDX-License-Identifier: Apache-2.0
// One delivery, followed through every step.

import * as api from "./api.js";
import { make, prose, refresh, setText } from "./dom.js";
import * as format from "./format.js";
import { InstanceTable } from "./instances.js";

const STEP_NAMES = {
  received: "Received", closed: "Closed", started: "Import started", imported: "Imported", imageSets: "Image sets",
};
const STATES = { done: "done", current: "now", failed: "failed", pending: "not yet" };
const POLL_MILLISECONDS = 3000;
// A delivery whose import ended a while ago hardly changes.
const SETTLED = { after: 60_000, poll: 30_000 };

export class Detail {
  /** `closed` is called when the person closes it; `isPaused` says whether the person wants no new data. */
  constructor(section, closed, isPaused) {
    [this.section, this.closed, this.isPaused] = [section, closed, isPaused];
    this.id = null;
    section.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.closed();
    });
  }

  /** Shows this delivery and follows it until `close`. `known` is what the list knows of it. */
  async open(id, known) {
    this.close();
    this.id = id;
    const parts = {};
    for (const name of ["problem", "facts", "steps"]) parts[name] = make("div", { class: `part-${name}` });
    parts.instances = new InstanceTable(id);
    parts.log = new LogLines();
    parts.notice = make("p", { class: "notice bad", hidden: true });
    this.parts = parts;
    const heading = make("h2", { id: "detail-heading", tabindex: "-1" }, "Delivery");
    const close = make("button", { type: "button", class: "quiet", onclick: () => this.closed() }, "Close");
    this.section.replaceChildren(
      make("div", { class: "detail-head" }, heading, close), parts.notice, parts.problem, parts.steps, parts.facts,
      parts.instances.element, parts.log.element);
    this.section.hidden = false;
    if (known) this.show({ summary: known, steps: [], instances: [], instanceTotal: 0 });
    heading.focus({ preventScroll: true });
    this.section.scrollIntoView({ block: "nearest" });
    await this.read(id);
    this.pollLater(id);
  }

  close() {
    clearTimeout(this.timer);
    this.id = null;
    this.section.hidden = true;
    this.section.replaceChildren();
  }

  /** Shows what changed, and follows it further; nothing while the page is paused or hidden. */
  async poll(id = this.id) {
    if (id && !document.hidden && !this.isPaused()) await this.read(id);
    this.pollLater(id);
  }

  pollLater(id) {
    if (!id || this.id !== id) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.poll(id), this.isSettled() ? SETTLED.poll : POLL_MILLISECONDS);
  }

  async read(id) {
    try {
      const [trace, log] = await Promise.all([api.delivery(id), api.log(id)]);
      if (this.id !== id) return;
      if (trace.summary) this.show(trace);
      this.parts.log.show(log);
      this.notice(trace.reading.problem ?? log.reading.problem);
    } catch (error) {
      if (this.id !== id) return;
      this.notice({ text: error.message, advice: error.advice ?? "" });
    }
  }

  isSettled() {
    return this.endedAt !== undefined && Date.now() - this.endedAt > SETTLED.after;
  }

  notice(problem) {
    this.parts.notice.hidden = !problem;
    setText(this.parts.notice, problem ? `${problem.text}. ${problem.advice}` : "");
  }

  show({ summary, steps, instances, instanceTotal }) {
    const { parts } = this;
    this.endedAt = summary.endedAt;
    const step = format.STEPS[summary.step] ?? { label: summary.step, tone: "" };
    refresh(parts.problem, JSON.stringify([summary.step, summary.problem]), () => [
      make("p", { class: "headline" }, make("span", { class: `badge ${step.tone} step-${summary.step}` }, step.label),
        ` ${summary.problem ? "" : format.result(summary)}`),
      summary.problem && make("div", { class: `notice ${step.tone === "bad" ? "bad" : "warn"}` },
        make("p", {}, make("b", {}, summary.problem.text)), make("p", {}, ...prose(summary.problem.advice))),
    ].filter(Boolean));
    refresh(parts.facts, JSON.stringify(summary), () => [make("h3", {}, "Facts"), facts(summary)]);
    if (steps.length) refresh(parts.steps, JSON.stringify(steps), () => [make("h3", {}, "Steps"), timeline(steps)]);
    if (instanceTotal) parts.instances.show(instances, instanceTotal);
  }
}

/** The log lines. The list stays while lines are added, so that focus and scrolling do. */
class LogLines {
  constructor() {
    this.keys = [];
    this.nothing = make("p", { class: "quiet-text", hidden: true });
    this.list = make("ol", { class: "log-lines scroll", tabindex: "0", role: "list", hidden: true });
    this.heading = make("h3", {}, "Log lines");
    this.element = make("div", { class: "part-log", hidden: true }, this.heading, this.nothing, this.list);
  }

  show({ lines, total, complete }) {
    this.element.hidden = false;
    this.nothing.hidden = lines.length > 0;
    setText(this.nothing, complete ? "No log line names this delivery yet." : "There are more log lines than one reading takes; none that was read names this delivery.");
    this.list.hidden = !lines.length;
    const number = format.count(lines.length);
    const more = complete ? `the newest ${number} of ${format.count(total)}` : `${number}; there are more`;
    const note = complete && total === lines.length ? "Log lines" : `Log lines: ${more}`;
    setText(this.heading, note);
    this.list.setAttribute("aria-label", note);
    const keys = lines.map(keyOf);
    // A full answer loses its oldest lines when newer ones arrive.
    for (let surplus = this.keys.indexOf(keys[0]); surplus > 0; surplus -= 1) {
      this.keys.shift();
      this.list.firstChild.remove();
    }
    let kept = 0;
    while (kept < keys.length && keys[kept] === this.keys[kept]) kept += 1;
    while (this.list.children.length > kept) this.list.lastChild.remove();
    this.list.append(...lines.slice(kept).map(logLine));
    this.keys = keys;
  }
}

function timeline(steps) {
  const items = steps.map((step, index) => {
    const before = steps.slice(0, index).findLast((earlier) => earlier.at)?.at;
    const took = step.at && before && step.at > before ? ` · after ${format.duration(step.at - before)}` : "";
    const time = step.at
      ? make("time", { datetime: new Date(step.at).toISOString(), title: format.wholeTime(step.at) },
        format.timeOfDay(step.at) + took)
      : null;
    return make("li", { class: `step-item ${step.state}` },
      make("span", { class: "step-name" }, STEP_NAMES[step.name] ?? step.name,
        make("span", { class: "step-state" }, STATES[step.state] ?? step.state)),
      time, make("span", { class: "step-text" }, step.text));
  });
  return make("ol", { class: "timeline", role: "list" }, ...items);
}

function facts(summary) {
  const rate = format.rate(summary);
  const rows = [
    ["Delivery", summary.id, true],
    ["Study", format.study(summary), Boolean(summary.studyInstanceUID)],
    ["Sender", summary.callingAETitle],
    ["Called AE title", summary.calledAETitle],
    ["Opened", format.wholeTime(summary.openedAt)],
    ["Received", summary.instanceCount === undefined ? undefined
      : `${format.counted(summary.instanceCount, "instance")}, ${format.bytes(summary.byteCount)}`
        + (rate === undefined ? "" : `, ${format.bytes(rate)}/s`)],
    ["Result", summary.importedCount === undefined ? undefined : outcome(summary)],
    ["Import job", summary.jobId, true],
    ["Attempt", summary.attempt > 1 ? format.count(summary.attempt) : undefined],
    ["Route", summary.route],
    ["Data store", summary.datastoreId, true],
  ];
  return make("dl", { class: "fact-list" }, ...rows.filter(([, value]) => value).map(([name, value, isCode]) =>
    make("div", {}, make("dt", {}, name), make("dd", { class: isCode ? "code" : "" }, value))));
}

function outcome(summary) {
  const parts = [
    [summary.importedCount, "imported"], [summary.failedCount, "failed"], [summary.missingCount, "missing"],
    [summary.warningCount, "with warnings"],
  ];
  return parts.filter(([count], index) => count || index === 0).map(([count, word]) => `${format.count(count)} ${word}`)
    .join(", ");
}

/** The order of a line's fields is another one in each answer. */
const keyOf = ({ at, source, level, message, metadata }) =>
  JSON.stringify([at, source, level, message, Object.entries(metadata).sort()]);

function logLine({ at, source, level, message, metadata }) {
  const fields = Object.entries(metadata).sort(([one], [other]) => (one < other ? -1 : 1));
  const isBad = ["ERROR", "FATAL", "CRITICAL"].includes(level);
  const tone = isBad ? "bad" : level.startsWith("WARN") ? "warn" : "";
  return make("li", { class: `log-line ${tone}` },
    make("time", { datetime: new Date(at).toISOString() }, format.timeOfDay(at)),
    make("span", { class: "log-source" }, source), tone ? make("span", { class: `badge ${tone}` }, level) : null,
    make("span", { class: "log-message" }, message),
    fields.length ? make("span", { class: "log-fields" }, fields.map(([name, value]) => `${name}=${value}`).join("  ")) : null);
}
