// SPDX-License-Identifier: Apache-2.0
// A row of the list, whose elements show one delivery after another. While a person scrolls, each frame fills many rows,
// so nothing is read from the page, and only what differs is written.

import { make } from "./dom.js";
import * as format from "./format.js";

const CELLS = ["step", "time", "sender", "study", "count", "size", "rate", "result"];

export class Row {
  constructor(body, id) {
    const cells = Object.fromEntries(CELLS.map((name) => [name, make("span", { role: "gridcell", class: `c-${name}` })]));
    this.badge = cells.step.appendChild(make("span", { class: "badge" }));
    this.result = cells.result;
    this.texts = {
      step: new Text(this.badge),
      time: new Text(cells.time),
      calling: new Text(cells.sender.appendChild(make("span", { class: "calling" }))),
      called: new Text(cells.sender.appendChild(make("span", { class: "called" }))),
      // The end of a UID is what differs: a stylesheet cuts its beginning, and <bdi> keeps the order of its characters.
      study: new Text(cells.study.appendChild(make("bdi"))),
      count: new Text(cells.count),
      size: new Text(cells.size),
      rate: new Text(cells.rate),
      result: new Text(cells.result),
    };
    this.element = make("div", { role: "row", class: "row", id, hidden: true }, ...Object.values(cells));
    this.written = {};
    this.delivery = undefined;
    body.append(this.element);
  }

  /** Shows the delivery at this place of the list, or nothing. `isBrief`: only its time and sender. */
  show(delivery, { place, top, isActive, isOpen, isBrief }) {
    this.write("hidden", !delivery, (value) => { this.element.hidden = value; });
    const isChanged = this.delivery !== delivery || this.isBrief || delivery?.step === "receiving";
    this.delivery = delivery;
    this.isBrief = isBrief;
    if (!delivery) return;
    this.write("top", top, (value) => { this.element.style.transform = `translateY(${value}px)`; });
    this.write("place", place, (value) => this.element.setAttribute("aria-rowindex", value + 2));
    this.write("active", isActive, (value) => this.element.classList.toggle("active", value));
    this.write("open", isOpen, (value) => {
      this.element.classList.toggle("open", value);
      this.element.setAttribute("aria-selected", value);
    });
    if (!isChanged) return;
    this.fillBrief(delivery);
    if (!isBrief) this.fillRest(delivery);
  }

  fillBrief(delivery) {
    this.texts.time.set(format.time(format.moment(delivery)));
    this.texts.calling.set(delivery.callingAETitle ?? format.NONE);
  }

  fillRest(delivery) {
    const step = format.STEPS[delivery.step] ?? { label: delivery.step, tone: "" };
    const rate = format.rate(delivery);
    this.write("badge", `badge ${step.tone} step-${delivery.step}`, (value) => { this.badge.className = value; });
    this.write("tone", delivery.problem ? `c-result ${step.tone}-text` : "c-result", (value) => { this.result.className = value; });
    this.texts.step.set(step.label);
    this.texts.called.set(delivery.calledAETitle ? ` → ${delivery.calledAETitle}` : "");
    this.texts.study.set(format.study(delivery));
    this.texts.count.set(format.count(delivery.instanceCount));
    this.texts.size.set(format.bytes(delivery.byteCount));
    this.texts.rate.set(rate === undefined ? format.NONE : `${format.bytes(rate)}/s`);
    this.texts.result.set(format.result(delivery));
  }

  write(name, value, set) {
    if (this.written[name] === value) return;
    this.written[name] = value;
    set(value);
  }
}

/** The text of an element: its one node is kept, and gets other characters. */
class Text {
  constructor(element) {
    this.node = element.appendChild(document.createTextNode(""));
    this.text = "";
  }

  set(text) {
    if (this.text === text) return;
    this.text = text;
    this.node.data = text;
  }
}
