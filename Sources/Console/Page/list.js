// SPDX-License-Identifier: Apache-2.0
// The list of deliveries. Only the rows that can be seen are elements, so that 10,000 deliveries are as fast as ten.

import * as format from "./format.js";
import { Row } from "./row.js";

const SPARE_ROWS = 6;
const SETTLED_MILLISECONDS = 100;

export class DeliveryList {
  /** `open` is called with a delivery that the person chose. */
  constructor(grid, body, open) {
    [this.grid, this.body, this.open] = [grid, body, open];
    this.byId = new Map();
    this.sorted = [];
    this.visible = [];
    this.places = new Map();
    this.rows = [];
    this.words = [];
    this.steps = new Set();
    this.activeId = null;
    this.openId = null;
    this.version = undefined;
    this.total = 0;
    this.rowHeight = 40;
    grid.addEventListener("scroll", () => this.renderSoon(), { passive: true });
    grid.addEventListener("keydown", (event) => this.key(event));
    body.addEventListener("click", (event) => this.click(event));
    new ResizeObserver(() => this.measure()).observe(grid);
  }

  /** Takes the whole list, or what changed of it. Returns whether anything did. */
  apply(change) {
    this.version = change.complete ? change.version : undefined;
    this.total = change.total;
    this.grid.setAttribute("aria-busy", !change.complete);
    if (!change.full && !change.deliveries.length && !change.removed.length) return false;
    const anchor = this.anchor();
    if (change.full) this.byId.clear();
    for (const id of change.removed) this.byId.delete(id);
    for (const delivery of change.deliveries) this.byId.set(delivery.id, delivery);
    this.sorted = [...this.byId.values()].sort((one, other) =>
      format.moment(other) - format.moment(one) || (one.id < other.id ? 1 : -1));
    this.select();
    this.restore(anchor);
    this.render(true);
    return true;
  }

  /** Shows only deliveries with all these words, and with one of these steps, if any is chosen. */
  filter(text, steps) {
    this.words = text.toLowerCase().split(/\s+/).filter(Boolean);
    this.steps = steps;
    this.select();
    this.grid.scrollTop = 0;
    this.activeId = this.visible[0]?.id ?? null;
    this.render(true);
  }

  /** The number of deliveries at each step that have all the words. */
  counts() {
    const counts = {};
    for (const delivery of this.sorted) {
      if (this.matches(delivery)) counts[delivery.step] = (counts[delivery.step] ?? 0) + 1;
    }
    return counts;
  }

  /** Marks the delivery that is open beside the list. */
  mark(id) {
    this.openId = id;
    if (id && this.places.has(id)) {
      this.activeId = id;
      this.reveal(this.places.get(id));
    }
    this.render(true);
  }

  select() {
    this.visible = this.sorted.filter((delivery) =>
      (!this.steps.size || this.steps.has(delivery.step)) && this.matches(delivery));
    this.places = new Map(this.visible.map((delivery, index) => [delivery.id, index]));
    this.grid.setAttribute("aria-rowcount", this.visible.length + 1);
    this.body.style.height = `${this.visible.length * this.rowHeight}px`;
  }

  matches(delivery) {
    if (!this.words.length) return true;
    delivery.searched ??= [
      delivery.id, delivery.studyInstanceUID, delivery.callingAETitle, delivery.calledAETitle, delivery.step,
      delivery.jobId, delivery.datastoreId, delivery.route,
    ].join(" ").toLowerCase();
    return this.words.every((word) => delivery.searched.includes(word));
  }

  /** The first row in view, so that new deliveries above it do not move what the person reads. */
  anchor() {
    const top = this.grid.scrollTop;
    if (top < this.rowHeight) return null;
    const index = Math.floor(top / this.rowHeight);
    return this.visible[index] && { id: this.visible[index].id, rest: top - index * this.rowHeight };
  }

  restore(anchor) {
    const index = anchor ? this.places.get(anchor.id) : undefined;
    if (index !== undefined) this.grid.scrollTop = index * this.rowHeight + anchor.rest;
  }

  measure() {
    const height = parseInt(getComputedStyle(this.body).getPropertyValue("--row-height"), 10);
    this.rowHeight = height || this.rowHeight;
    this.height = this.grid.clientHeight;
    this.headHeight = this.body.offsetTop;
    this.select();
    this.render(true);
  }

  renderSoon() {
    this.frame ??= requestAnimationFrame(() => this.render(false));
  }

  /** Fills the rows in view, and spare ones above and below them. A row is filled again only if it shows another
   * delivery, or if `all` is set. While the list flies, by more than these rows in a frame, nobody can read them: then
   * the rows in view say only when a delivery was opened and by whom, and the rest waits until the list is at rest. */
  render(all) {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.settling);
    [this.frame, this.settling] = [undefined, undefined];
    const inView = Math.ceil((this.height ?? 600) / this.rowHeight) + 1;
    const count = Math.max(this.rows.length, inView + 2 * SPARE_ROWS);
    while (this.rows.length < count) this.rows.push(new Row(this.body, `row-${this.rows.length}`));
    const top = Math.floor(this.grid.scrollTop / this.rowHeight);
    const flies = !all && Math.abs(top - (this.top ?? top)) > SPARE_ROWS;
    this.top = top;
    if (this.flies !== flies) this.body.classList.toggle("flying", flies);
    this.flies = flies;
    const first = flies ? top : Math.max(0, top - SPARE_ROWS);
    const end = flies ? top + inView : first + count;
    for (let index = first; index < end; index += 1) {
      const row = this.rows[index % count];
      const delivery = this.visible[index];
      if (!all && row.index === index && row.delivery === delivery && row.isBrief === flies) continue;
      row.index = index;
      row.show(delivery, {
        place: index, top: index * this.rowHeight, isActive: delivery?.id === this.activeId,
        isOpen: delivery?.id === this.openId, isBrief: flies,
      });
    }
    if (flies) this.settling = setTimeout(() => this.render(false), SETTLED_MILLISECONDS);
    const shown = this.places.get(this.activeId);
    const row = shown === undefined ? undefined : this.rows[shown % count];
    this.setActiveDescendant(row?.index === shown && row?.delivery ? row.element.id : null);
  }

  setActiveDescendant(id) {
    if (this.activeDescendant === id) return;
    this.activeDescendant = id;
    if (id) this.grid.setAttribute("aria-activedescendant", id);
    else this.grid.removeAttribute("aria-activedescendant");
  }

  click(event) {
    const row = this.rows.find(({ element }) => element.contains(event.target));
    if (row?.delivery) this.choose(row.delivery);
  }

  choose(delivery) {
    this.activeId = delivery.id;
    this.open(delivery);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.visible.length) return;
    const page = Math.max(1, Math.floor((this.height - this.headHeight) / this.rowHeight) - 1);
    const now = this.places.get(this.activeId) ?? -1;
    const last = this.visible.length - 1;
    const targets = {
      ArrowDown: now + 1, ArrowUp: Math.max(0, now - 1), PageDown: now + page, PageUp: now - page, Home: 0, End: last,
    };
    if (event.key in targets) {
      const index = Math.max(0, Math.min(last, targets[event.key]));
      this.activeId = this.visible[index].id;
      this.reveal(index);
      this.render(true);
    } else if ((event.key === "Enter" || event.key === " ") && now >= 0) {
      this.open(this.visible[now]);
    } else {
      return;
    }
    event.preventDefault();
  }

  /** Scrolls no further than needed. */
  reveal(index) {
    const top = index * this.rowHeight;
    const space = (this.height ?? 600) - (this.headHeight ?? 40);
    if (top < this.grid.scrollTop) this.grid.scrollTop = top;
    else if (top + this.rowHeight > this.grid.scrollTop + space) this.grid.scrollTop = top + this.rowHeight - space;
  }
}
