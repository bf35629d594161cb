"use strict";
(() => {
  const all = (selector, root) => [...(root || document).querySelectorAll(selector)];
  const tips = JSON.parse(document.getElementById("tips").textContent);
  const svgName = "http://www.w3.org/2000/svg";

  // Tooltips: the pointer or the arrow keys choose a mark; its text is also read out.
  const tip = document.body.appendChild(Object.assign(document.createElement("div"), { className: "tip", hidden: true }));
  tip.setAttribute("role", "status");
  const place = (x, y) => {
    const box = tip.getBoundingClientRect();
    tip.style.left = Math.max(8, Math.min(x + 14, innerWidth - box.width - 8)) + "px";
    tip.style.top = (y + 18 + box.height > innerHeight ? y - box.height - 12 : y + 18) + "px";
  };
  const say = (text, x, y) => { tip.textContent = text; tip.hidden = !text; if (text) place(x, y); };
  for (const chart of all("[data-tips]")) {
    const texts = tips[chart.dataset.tips] || [], marks = all("[data-m]", chart), svg = chart.querySelector("svg");
    const ring = document.createElementNS(svgName, "rect");
    ring.setAttribute("class", "mark");
    let at = -1;
    const show = (index, x, y) => {
      if (at >= 0 && marks[at]) marks[at].classList.remove("on");
      at = index;
      if (index < 0) { ring.remove(); say(""); return; }
      const mark = marks[index], box = mark.getBoundingClientRect(), own = mark.getBBox();
      mark.classList.add("on");
      if (!mark.matches("path")) {
        for (const name of ["x", "y", "width", "height"]) ring.setAttribute(name, own[name]);
        svg.appendChild(ring);
      }
      say(texts[index], x === undefined ? box.left + box.width / 2 : x, y === undefined ? box.top + box.height / 2 : y);
    };
    chart.addEventListener("pointermove", event => {
      const mark = event.target.closest("[data-m]");
      show(mark ? marks.indexOf(mark) : -1, event.clientX, event.clientY);
    });
    chart.addEventListener("pointerleave", () => show(-1));
    chart.addEventListener("blur", () => show(-1));
    chart.addEventListener("keydown", event => {
      const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 7, ArrowUp: -7 }[event.key];
      if (event.key === "Escape") show(-1);
      if (!step || !marks.length) return;
      event.preventDefault();
      show(Math.max(0, Math.min(marks.length - 1, at < 0 ? 0 : at + step)));
    });
  }

  // Tables: a button in each heading sorts, a field above long ones filters.
  const value = cell => {
    if (!cell) return "";
    const number = parseFloat(cell.dataset.v || cell.textContent.replace(/,/g, ""));
    return cell.matches(".count,.share,.bytes") ? (isNaN(number) ? -Infinity : number) : cell.textContent.trim().toLowerCase();
  };
  for (const table of all("table[data-sort]")) {
    all("thead th", table).forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const up = head.getAttribute("aria-sort") === "descending" || (!head.hasAttribute("aria-sort") && !head.matches(".num"));
        all("th", table).forEach(one => one.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        const body = table.tBodies[0];
        const rows = [...body.rows].map(row => [value(row.cells[column]), row]);
        rows.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0) * (up ? 1 : -1));
        body.append(...rows.map(([, row]) => row));
      });
    });
  }
  for (const field of all("input[data-filter]")) {
    const table = document.getElementById(field.dataset.filter), hits = field.parentElement.querySelector(".hits");
    const rows = [...table.tBodies[0].rows].map(row => [row, row.textContent.toLowerCase()]);
    field.parentElement.hidden = false;
    field.addEventListener("input", () => {
      const wanted = field.value.trim().toLowerCase();
      let shown = 0;
      for (const [row, text] of rows) { row.hidden = !text.includes(wanted); shown += !row.hidden; }
      hits.textContent = wanted ? shown + " of " + rows.length : "";
    });
  }

  // SQL: copied by a button; a link to a query opens it.
  for (const pre of all(".q pre")) {
    const button = Object.assign(document.createElement("button"), { className: "copy", type: "button", textContent: "Copy" });
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(pre.textContent);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(pre);
        button.textContent = "Selected";
      }
    });
    pre.after(button);
  }
  const open = () => {
    const target = location.hash.startsWith("#q-") && document.getElementById(location.hash.slice(1));
    if (target) { target.open = true; target.scrollIntoView(); target.querySelector("summary").focus(); }
  };
  addEventListener("hashchange", open);
  open();

  // The section in view is marked in the list of sections.
  const links = new Map(all(".rail a").map(link => [link.hash.slice(1), link]));
  const watch = new IntersectionObserver(entries => {
    for (const entry of entries) if (entry.isIntersecting) {
      links.forEach(link => link.removeAttribute("aria-current"));
      links.get(entry.target.id)?.setAttribute("aria-current", "true");
    }
  }, { rootMargin: "-10% 0px -80% 0px" });
  links.forEach((_, id) => { const section = document.getElementById(id); if (section) watch.observe(section); });
})();
