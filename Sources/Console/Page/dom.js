// SPDX-License-Identifier: Apache-2.0
// Elements without HTML text: what AWS and the senders wrote never becomes markup.

const SVG = "http://www.w3.org/2000/svg";

/** The element with this id. */
export const byId = (id) => document.getElementById(id);

/** A new element; `content` is texts and elements. */
export function make(name, attributes = {}, ...content) {
  return fill(document.createElement(name), attributes, content);
}

/** A new element of SVG. */
export function draw(name, attributes = {}, ...content) {
  return fill(document.createElementNS(SVG, name), attributes, content);
}

function fill(element, attributes, content) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...content.filter((item) => item !== null && item !== undefined && item !== false));
  return element;
}

/** A text whose parts between backticks are code. */
export const prose = (text) => text.split("`").map((part, index) => (index % 2 ? make("code", {}, part) : part));

/** Sets a text only if it differs: an unchanged text costs nothing and tells a screen reader nothing. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Replaces the content, unless `key` is what it was last made from. */
export function refresh(element, key, content) {
  if (element.lastKey === key) return false;
  element.lastKey = key;
  const focused = element.contains(document.activeElement) ? document.activeElement.dataset.focus : undefined;
  element.replaceChildren(...content());
  if (focused) element.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
  return true;
}

let announced = 0;
let waiting;

/** Tells a screen reader, at most every four seconds, and then only the newest text. */
export function announce(text) {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    announced = Date.now();
    setText(byId("announcer"), text);
  }, Math.max(300, announced + 4000 - Date.now()));
}

/** Whether the person wants no motion. */
export const wantsNoMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
