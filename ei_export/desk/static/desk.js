"use strict";
// What makes forms pleasant; all of them work without.
(() => {
  // Files can be dropped on the whole field, and what is too large is told before it is sent.
  for (const field of document.querySelectorAll("[data-drop]")) {
    const input = field.querySelector("input");
    const told = field.querySelector("[data-told]");
    const most = Number(field.dataset.most);
    const check = () => {
      const large = [...input.files].find((file) => file.size > most);
      const sum = [...input.files].reduce((size, file) => size + file.size, 0);
      const name = large ? large.name : sum > most ? [...input.files].map((file) => file.name).join(", ") : "";
      told.textContent = name ? field.dataset.tooLarge.replace("{name}", name) : "";
      input.setCustomValidity(told.textContent);
    };
    field.querySelector("[data-hint]").hidden = false;
    input.addEventListener("change", check);
    for (const kind of ["dragover", "dragleave", "drop"]) {
      field.addEventListener(kind, (event) => {
        event.preventDefault();
        field.classList.toggle("over", kind === "dragover");
        if (kind === "drop" && event.dataTransfer.files.length) {
          input.files = event.dataTransfer.files;
          input.dispatchEvent(new Event("change", { bubbles: true }));
        }
      });
    }
  }
  // A file that misses its field must not take the place of the page.
  for (const kind of ["dragover", "drop"]) addEventListener(kind, (event) => event.preventDefault());

  // One box for all boxes of its name.
  for (const all of document.querySelectorAll("input[data-all]")) {
    const boxes = () => document.querySelectorAll(`input[type=checkbox][name="${CSS.escape(all.dataset.all)}"]`);
    all.closest("[hidden]")?.removeAttribute("hidden");
    all.addEventListener("change", () => {
      for (const box of boxes()) box.checked = all.checked;
    });
    document.addEventListener("change", (event) => {
      if (event.target.name !== all.dataset.all) return;
      const checked = [...boxes()].filter((box) => box.checked).length;
      all.checked = checked === boxes().length;
      all.indeterminate = checked > 0 && !all.checked;
    });
  }

  // Search and filter as one types, where a form says so; without, by its button.
  for (const form of document.querySelectorAll("form[data-live]")) {
    let waiting = 0;
    const send = () => location.replace(`${form.action}?${new URLSearchParams(new FormData(form))}`);
    for (const field of form.querySelectorAll("select")) field.addEventListener("change", send);
    for (const field of form.querySelectorAll("input[type=search]")) {
      field.addEventListener("input", () => {
        clearTimeout(waiting);
        waiting = setTimeout(send, 500);
      });
      if (field.value && field.dataset.focus !== undefined) {
        field.focus();
        field.setSelectionRange(field.value.length, field.value.length);
      }
    }
  }

  // Work that goes on is followed, and left for what it came to.
  const work = document.querySelector("[data-work]");
  if (work) {
    const look = async () => {
      try {
        const answer = await fetch(location.href, { redirect: "manual" });
        const text = answer.type === "opaqueredirect" ? "" : await answer.text();
        const now = new DOMParser().parseFromString(text, "text/html").querySelector("[data-work] [role=status]");
        if (!now) return location.reload();
        work.querySelector("[role=status]").textContent = now.textContent;
      } catch {
        // The desk was stopped, or is just busy.
      }
      setTimeout(look, 1000);
    };
    setTimeout(look, 500);
  }

  // What is sent once is not sent twice by a second click.
  for (const form of document.querySelectorAll("form[method=post]")) {
    form.addEventListener("submit", () => {
      setTimeout(() => {
        for (const button of form.querySelectorAll("button")) button.disabled = true;
      });
    });
  }
  addEventListener("pageshow", () => {
    for (const button of document.querySelectorAll("form[method=post] button")) button.disabled = false;
  });
})();
