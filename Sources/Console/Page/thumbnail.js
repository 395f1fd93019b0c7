// SPDX-License-Identifier: Apache-2.0
// A picture of an instance: only after the person read what it may show.

import * as api from "./api.js";
import { byId, make } from "./dom.js";

let agreed = false;
let address;

/** Opens the dialog for one instance. */
export function askForThumbnail(id, index, uid) {
  const dialog = byId("thumbnail");
  dialog.addEventListener("close", forget, { once: true });
  const heading = make("h2", { id: "thumbnail-heading" }, `Picture of instance ${index + 1}`);
  const uidLine = make("p", { class: "code" }, uid);
  dialog.replaceChildren(heading, uidLine);
  if (agreed) {
    show(dialog, id, index);
  } else {
    const again = make("input", { type: "checkbox", id: "agree" });
    const accept = make("button", {
      type: "button", class: "primary",
      onclick: () => {
        agreed = again.checked;
        dialog.replaceChildren(heading, uidLine);
        show(dialog, id, index);
      },
    }, "Show the picture");
    dialog.append(
      make("p", {}, "A picture can show the patient: a name can be burnt into it, and a face can be recognised. "
        + "Nothing else of the data set is read or shown."),
      make("p", {}, make("label", { for: "agree", class: "check" }, again, " Do not ask again until this page is closed")),
      make("p", { class: "dialog-buttons" }, accept, closeButton(dialog, "Cancel")));
  }
  dialog.showModal();
}

async function show(dialog, id, index) {
  const status = make("p", { role: "status" }, "The instance is being read…");
  const place = make("figure", { class: "picture" });
  dialog.append(status, place, make("p", { class: "dialog-buttons" }, closeButton(dialog, "Close")));
  dialog.querySelector("button").focus();
  try {
    const picture = await api.thumbnail(id, index);
    if (!dialog.open || !dialog.contains(place)) return;
    address = URL.createObjectURL(picture.blob);
    const [frame, frames] = picture.frame.split("/");
    const image = make("img", { alt: "The pixels of the instance; the console cannot describe them", src: address });
    image.className = picture.inverted ? "inverted" : "";
    image.onerror = () => { status.textContent = "The browser cannot show this JPEG frame."; };
    const which = frames === "1" ? "" : `frame ${frame} of ${frames}, `;
    place.replaceChildren(image,
      make("figcaption", {}, `${picture.size.replace("x", " × ")} pixels, ${which}${picture.note}`));
    status.textContent = "";
  } catch (error) {
    status.textContent = `No picture: ${error.message}. ${error.advice ?? ""}`;
  }
}

function closeButton(dialog, label) {
  return make("button", { type: "button", class: "quiet", onclick: () => dialog.close() }, label);
}

function forget() {
  if (address) URL.revokeObjectURL(address);
  address = undefined;
  byId("thumbnail").replaceChildren();
}
