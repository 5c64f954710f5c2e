"use strict";
(() => {
  const find = document.getElementById("find");
  const sort = document.getElementById("sort");
  const shown = document.getElementById("shown");
  const entries = [...document.querySelectorAll("[data-find]")];
  const quiet = [...document.querySelectorAll(".quiet, .day")].map((box) => [box, box.open]);
  let texts = null;

  const search = () => {
    const wanted = find.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    texts ??= entries.map((entry) => entry.textContent.toLowerCase());
    let found = 0;
    entries.forEach((entry, at) => {
      entry.hidden = !wanted.every((word) => texts[at].includes(word));
      found += entry.hidden ? 0 : 1;
    });
    for (const [box, wasOpen] of quiet) {
      const any = box.querySelector("[data-find]:not([hidden])") !== null;
      box.hidden = !any;
      box.open = wanted.length ? any : wasOpen;
    }
    for (const section of document.querySelectorAll("main > section")) {
      section.hidden = section.querySelector("[data-find]:not([hidden])") === null;
    }
    shown.textContent = wanted.length ? `${found} of ${entries.length} entries` : "";
  };

  const lists = [...document.querySelectorAll(".cards")].map((list) => [list, [...list.children]]);
  const order = new Intl.Collator("en", { numeric: true });
  const arrange = () => {
    for (const [list, cards] of lists) {
      const key = sort.value;
      const sorted = key ? [...cards].sort((a, b) => order.compare(a.dataset[key], b.dataset[key])) : cards;
      list.append(...sorted);
    }
  };

  let waiting = 0;
  find.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, 120);
  });
  sort.addEventListener("change", arrange);
  document.querySelector(".tools").hidden = false;
})();
