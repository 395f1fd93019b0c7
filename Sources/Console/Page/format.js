// SPDX-License-Identifier: Apache-2.0
// Numbers and times as people read them.

const whole = new Intl.NumberFormat("en");
const short = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const minute = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { day: "2-digit", month: "short" });
const complete = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "long" });
const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

export const NONE = "–";

export const STEPS = {
  receiving: { label: "Receiving", text: "a receiver still takes instances", tone: "live" },
  closed: { label: "Closed", text: "the manifest was written; no execution yet", tone: "live" },
  waiting: { label: "Waiting", text: "the execution waits in the start queue", tone: "live" },
  importing: { label: "Importing", text: "HealthImaging's job runs", tone: "live" },
  imported: { label: "Imported", text: "every instance was imported", tone: "good" },
  partial: { label: "Partial", text: "some instances were not imported", tone: "warn" },
  failed: { label: "Failed", text: "the import failed", tone: "bad" },
  rejected: { label: "Rejected", text: "it cannot be imported", tone: "bad" },
};

export const count = (value) => (value === undefined || value === null ? NONE : whole.format(value));

export function bytes(value) {
  if (value === undefined || value === null) return NONE;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${value >= 100 || unit === 0 ? Math.round(value) : short.format(value)} ${UNITS[unit]}`;
}

export const decimal = (value) => short.format(value);

/** The time of day, with the day before it if that is not today. */
export function time(value, now = Date.now()) {
  if (!value) return NONE;
  const date = new Date(value);
  const today = new Date(now).toDateString() === date.toDateString();
  return today ? clock.format(date) : `${day.format(date)} ${minute.format(date)}`;
}

export const timeOfDay = (value) => clock.format(new Date(value));
export const minuteOfDay = (value) => minute.format(new Date(value));
export const wholeTime = (value) => (value ? complete.format(new Date(value)) : "");

/** Milliseconds as "4.2 s", "3 min 5 s", "2 h 4 min" or "3 d 4 h". */
export function duration(milliseconds) {
  const seconds = Math.max(0, milliseconds / 1000);
  if (seconds < 10) return `${short.format(seconds)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const parts = (large, small, factor, names) => {
    const total = Math.round(seconds / small);
    return `${Math.floor(total / factor)} ${names[0]} ${total % factor} ${names[1]}`;
  };
  if (seconds < 3600) return parts(60, 1, 60, ["min", "s"]);
  if (seconds < 86400) return parts(3600, 60, 60, ["h", "min"]);
  return parts(86400, 3600, 24, ["d", "h"]);
}

/** The time that a delivery is sorted by. */
export const moment = (delivery) =>
  delivery.openedAt ?? delivery.closedAt ?? delivery.submittedAt ?? delivery.endedAt ?? 0;

/** Received bytes a second: until the delivery was closed, or until now. */
export function rate(delivery, now = Date.now()) {
  const end = delivery.closedAt ?? (delivery.step === "receiving" ? now : undefined);
  if (!delivery.byteCount || !delivery.openedAt || !end || end <= delivery.openedAt) return undefined;
  return delivery.byteCount / ((end - delivery.openedAt) / 1000);
}

export function study(delivery) {
  if (delivery.studyInstanceUID) return delivery.studyInstanceUID;
  return delivery.studyCount ? `${whole.format(delivery.studyCount)} studies` : NONE;
}

/** What became of it, in a few words. */
export function result(delivery) {
  if (delivery.problem) return delivery.problem.text;
  if (delivery.step === "imported") {
    const warnings = delivery.warningCount ? `, ${count(delivery.warningCount)} with warnings` : "";
    return `${count(delivery.importedCount ?? delivery.instanceCount)} imported${warnings}`;
  }
  return STEPS[delivery.step]?.text ?? delivery.step;
}
