// SPDX-License-Identifier: Apache-2.0
// Rates over time as SVG, each with the same numbers as a table.

import { draw, make, setText } from "./dom.js";
import * as format from "./format.js";

const HEIGHT = 150;
const MARGIN = { left: 44, right: 8, top: 10, bottom: 22 };

/** Instances a minute: received as bars, imported as a line, and what was not imported as bars below the line. */
export function drawInstances(figure, rates) {
  const perMinute = (rate, value) => (value * 60) / rate.seconds;
  const series = [
    { name: "Received", style: "received", form: "bars", value: (rate) => perMinute(rate, rate.receivedInstances) },
    { name: "Imported", style: "imported", form: "line", value: (rate) => perMinute(rate, rate.importedInstances) },
    { name: "Not imported", style: "failed", form: "bars", value: (rate) => perMinute(rate, rate.failedInstances) },
  ];
  show(figure, "Instances per minute", rates, series, format.decimal);
}

/** Received bytes a second. */
export function drawBytes(figure, rates) {
  const value = (rate) => rate.receivedBytes / rate.seconds;
  const series = [{ name: "Received", style: "received", form: "area", value }];
  show(figure, "Data received per second", rates, series, format.bytes);
}

function show(figure, title, rates, series, text) {
  const width = Math.max(240, Math.round(figure.clientWidth - 32));
  const key = JSON.stringify([width, rates]);
  if (figure.lastKey === key) return;
  figure.lastKey = key;
  figure.parts ??= build(figure, title, series);
  const chart = rates.length
    ? picture(title, rates, series, text, width)
    : make("p", { class: "quiet-text" }, "Nothing was received yet.");
  figure.parts.chart.replaceWith(chart);
  figure.parts.chart = chart;
  fillRows(figure.parts.rows, rates, series, text);
}

/** What stays while the rates change, so that focus and scrolling do: everything but the chart and the rows' texts. */
function build(figure, title, series) {
  const legend = series.length > 1
    ? make("ul", { class: "legend", "aria-hidden": "true" },
      ...series.map(({ name, style }) => make("li", { class: `key-${style}` }, name)))
    : null;
  const head = ["From", ...series.map(({ name }) => name)].map((name) => make("th", { scope: "col" }, name));
  const parts = { chart: make("p"), rows: make("tbody") };
  const table = make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `${title}, table` },
    make("table", { class: "numbers" }, make("thead", {}, make("tr", {}, ...head)), parts.rows));
  figure.replaceChildren(
    make("figcaption", {}, make("h3", {}, title), legend), parts.chart,
    make("details", {}, make("summary", {}, "As a table"), table));
  return parts;
}

function picture(title, rates, series, text, width) {
  const highest = Math.max(...rates.flatMap((rate) => series.map(({ value }) => value(rate))), 0);
  const top = rounded(highest, title.startsWith("Data") ? 1000 : 10);
  const inner = { width: width - MARGIN.left - MARGIN.right, height: HEIGHT - MARGIN.top - MARGIN.bottom };
  const slot = inner.width / rates.length;
  const x = (index) => MARGIN.left + index * slot;
  const y = (value) => MARGIN.top + inner.height * (1 - value / top);
  const svg = draw("svg", {
    class: "plot", role: "img", width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`,
    "aria-label": description(title, rates, series, text),
  });
  for (const share of [0, 0.5, 1]) {
    const at = y(top * share);
    svg.append(
      draw("line", { class: "rule", x1: MARGIN.left, x2: width - MARGIN.right, y1: at, y2: at }),
      draw("text", { class: "tick", x: MARGIN.left - 6, y: at + 4, "text-anchor": "end" }, text(top * share)));
  }
  const labels = Math.max(2, Math.min(6, Math.floor(inner.width / 90)));
  for (let label = 0; label < labels; label += 1) {
    const index = Math.round((label * (rates.length - 1)) / (labels - 1));
    const anchor = label === 0 ? "start" : label === labels - 1 ? "end" : "middle";
    const at = anchor === "start" ? x(index) : anchor === "end" ? x(index + 1) : x(index) + slot / 2;
    svg.append(draw("text", { class: "tick", x: at, y: HEIGHT - 5, "text-anchor": anchor },
      format.minuteOfDay(rates[index].from)));
  }
  for (const { style, form, value } of series) svg.append(...marks(style, form, rates.map(value), { x, y, slot }));
  return svg;
}

function marks(style, form, values, { x, y, slot }) {
  const base = y(0);
  if (form === "bars") {
    const gap = Math.min(2, slot / 4);
    return values.flatMap((value, index) => {
      if (value <= 0) return [];
      const height = Math.max(1.5, base - y(value));
      return [draw("rect", {
        class: `bar-${style}`, x: x(index) + gap / 2, y: base - height, width: Math.max(1, slot - gap), height, rx: 1.5,
      })];
    });
  }
  const points = values.map((value, index) => `${(x(index) + slot / 2).toFixed(1)},${y(value).toFixed(1)}`);
  const line = draw("polyline", { class: `line-${style}`, points: points.join(" ") });
  if (form === "line") return [line];
  const ends = [`${(x(0) + slot / 2).toFixed(1)},${base}`, `${(x(values.length - 1) + slot / 2).toFixed(1)},${base}`];
  return [draw("polygon", { class: `area-${style}`, points: [ends[0], ...points, ends[1]].join(" ") }), line];
}

/** The next number of the form 1, 2 or 5 times a power of ten. */
function rounded(value, least) {
  if (value <= least) return least;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= value);
}

function description(title, rates, series, text) {
  const last = rates[rates.length - 1];
  const parts = series.map(({ name, value }) => {
    const values = rates.map(value);
    return `${name}: now ${text(value(last))}, at most ${text(Math.max(...values))}`;
  });
  return `${title} since ${format.minuteOfDay(rates[0].from)}. ${parts.join(". ")}.`;
}

function fillRows(body, rates, series, text) {
  while (body.rows.length > rates.length) body.deleteRow(-1);
  while (body.rows.length < rates.length) {
    body.append(make("tr", {}, make("th", { scope: "row" }), ...series.map(() => make("td"))));
  }
  rates.forEach((rate, index) => {
    const texts = [format.minuteOfDay(rate.from), ...series.map(({ value }) => text(value(rate)))];
    texts.forEach((content, place) => setText(body.rows[index].cells[place], content));
  });
}
