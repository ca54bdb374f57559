"use strict";
// How old the page is, search and filter. Without this, the page is the same list with everything in it.
(() => {
  const number = new Intl.NumberFormat(document.documentElement.lang);
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  const age = document.querySelector("[data-day]");
  const days = age ? Math.floor((Date.now() - Date.parse(age.dataset.day)) / 86_400_000) : 0;
  if (days > 1) {
    age.textContent = age.dataset.text.replace("{days}", number.format(days));
    age.hidden = false;
  }

  for (const panel of document.querySelectorAll("[data-panel]")) {
    const controls = panel.querySelector("[data-controls]");
    if (!controls) continue; // nothing in it to be found
    const [search, ...selects] = controls.querySelectorAll("input, select");
    const status = panel.querySelector("[role=status]");
    const groups = [...panel.querySelectorAll("[data-group]")].map((element) => ({
      element,
      times: element.querySelector("[data-times]"),
      all: element.querySelectorAll("[data-item]").length,
      shown: 0,
    }));
    const groupOf = new Map(groups.map((group) => [group.element, group]));
    const items = [...panel.querySelectorAll("[data-item]")].map((element) => {
      const group = groupOf.get(element.closest("[data-group]"));
      const head = group ? group.element.querySelector("[data-head]").textContent : "";
      const said = { ...(group ? group.element.dataset : {}), ...element.dataset };
      const days = [...element.querySelectorAll("time")].map((day) => day.dateTime).join(" ");
      return { element, group, said, text: plain(`${head} ${element.textContent} ${days}`) };
    });

    const filter = () => {
      const words = plain(search.value).split(/\s+/).filter(Boolean);
      const chosen = selects.filter((select) => select.value);
      const narrowed = words.length > 0 || chosen.length > 0;
      let shown = 0;
      for (const group of groups) group.shown = 0;
      for (const { element, group, said, text } of items) {
        const fits =
          chosen.every((select) => said[select.name] === select.value) && words.every((word) => text.includes(word));
        element.hidden = !fits;
        if (fits) {
          shown += 1;
          if (group) group.shown += 1;
        }
      }
      for (const { element, times, all, shown } of groups) {
        element.hidden = shown === 0;
        if (all > 1) times.textContent = narrowed ? `${number.format(shown)} / ${number.format(all)}` : `${number.format(all)} ×`;
      }
      for (const whole of panel.querySelectorAll("[data-whole]")) {
        whole.hidden = !whole.querySelector("[data-item]:not([hidden])");
      }
      status.textContent = status.dataset.text
        .replace("{shown}", number.format(shown))
        .replace("{all}", number.format(items.length));
    };

    let waiting = 0;
    search.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(filter, 80);
    });
    for (const select of selects) select.addEventListener("change", filter);
    controls.querySelector("button").addEventListener("click", () => {
      for (const field of [search, ...selects]) field.value = "";
      filter();
      search.focus();
    });
    controls.hidden = status.hidden = false;
    filter();
  }
})();
