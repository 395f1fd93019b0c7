// SPDX-License-Identifier: Apache-2.0
// The instances of a delivery, a part at a time.

import * as api from "./api.js";
import { make, refresh } from "./dom.js";
import * as format from "./format.js";
import { askForThumbnail } from "./thumbnail.js";

const TONES = { IMPORTED: "good", FAILED: "bad", MISSING: "bad", PENDING: "live" };

export class InstanceTable {
  constructor(id) {
    this.id = id;
    this.further = [];
    this.body = make("tbody");
    this.heading = make("h3", {}, "Instances");
    this.more = make("button", { type: "button", class: "quiet", hidden: true, onclick: () => this.load() }, "Show more");
    this.message = make("p", { class: "bad-text", role: "status" });
    const head = ["No.", "SOP Instance UID", "Size", "Outcome", "Picture"].map((text) => make("th", { scope: "col" }, text));
    this.element = make("div", { class: "instances", hidden: true }, this.heading,
      make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Instances" },
        make("table", { class: "instance-table" }, make("thead", {}, make("tr", {}, ...head)), this.body)),
      this.more, this.message);
  }

  /** Shows the first instances, and those that were loaded further. */
  show(first, total) {
    this.element.hidden = false;
    [this.first, this.total] = [first, total];
    this.update();
  }

  async load() {
    try {
      const answer = await api.instances(this.id, this.first.length + this.further.length);
      this.further.push(...answer.instances);
      this.message.textContent = "";
    } catch (error) {
      this.message.textContent = `${error.message}. ${error.advice ?? ""}`;
    }
    this.update();
  }

  update() {
    const all = [...this.first, ...this.further];
    this.heading.textContent = `Instances (${format.count(this.total)})`;
    this.more.hidden = all.length >= this.total;
    this.more.textContent = `Show more: ${format.count(all.length)} of ${format.count(this.total)} are shown`;
    refresh(this.body, JSON.stringify(all), () => all.map((instance, index) => this.row(instance, index)));
  }

  row(instance, index) {
    const number = index + 1;
    const tone = TONES[instance.outcome] ?? "";
    const show = make("button", {
      type: "button", class: "quiet small", "data-focus": `picture-${index}`,
      "aria-label": `Show the picture of instance ${number}`,
      onclick: () => askForThumbnail(this.id, index, instance.sopInstanceUID),
    }, "Show…");
    return make("tr", {},
      make("td", { class: "number" }, format.count(number)),
      make("th", { scope: "row", class: "code" }, instance.sopInstanceUID,
        instance.problem && make("span", { class: "row-problem" }, `${instance.problem.text} ${instance.problem.advice}`)),
      make("td", { class: "number" }, format.bytes(instance.byteCount)),
      make("td", {}, make("span", { class: `badge ${tone}` }, (instance.outcome ?? "unknown").toLowerCase()),
        instance.imageSetId && make("span", { class: "image-set code" }, instance.imageSetId)),
      make("td", {}, show));
  }
}
