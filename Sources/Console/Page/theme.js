// SPDX-License-Identifier: Apache-2.0
// The theme that the person chose: a classic script in the head, so that the first paint has it already.

(() => {
  const names = ["system", "light", "dark"];

  function stored() {
    try {
      const name = localStorage.getItem("theme");
      return names.includes(name) ? name : "system";
    } catch {
      return "system";
    }
  }

  function apply(name) {
    if (name === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = name;
  }

  let current = stored();
  apply(current);
  document.addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    const label = () => { button.textContent = `Theme: ${current}`; };
    label();
    button.addEventListener("click", () => {
      current = names[(names.indexOf(current) + 1) % names.length];
      try { localStorage.setItem("theme", current); } catch { /* It is then forgotten with the page. */ }
      apply(current);
      label();
    });
  });
})();
