"use strict";
// Everything that comes from the job is set as text, never as HTML.
const { boxes, arrows } = JSON.parse(document.getElementById("job").textContent);
const canvas = document.getElementById("canvas");
const details = document.getElementById("details");
const search = document.getElementById("search");
const svg = canvas.querySelector("svg");
const boxElements = [...svg.querySelectorAll("[data-box]")];
const arrowElements = [...svg.querySelectorAll("[data-arrow]")];
const natural = { width: svg.width.baseVal.value, height: svg.height.baseVal.value };
let scale = 1;

function make(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

// The boxes and arrows that lead to a box (end 1) or away from it (end 0), however far away.
function reached(start, end) {
  const found = { boxes: new Set(), arrows: new Set() };
  const pending = [start];
  while (pending.length) {
    const box = pending.pop();
    for (const arrow of byEnd[end][box]) {
      found.arrows.add(arrow);
      const other = arrows[arrow][1 - end];
      if (!found.boxes.has(other)) {
        found.boxes.add(other);
        pending.push(other);
      }
    }
  }
  return found;
}
const byEnd = [0, 1].map((end) => {
  const lists = boxes.map(() => []);
  arrows.forEach((arrow, number) => lists[arrow[end]].push(number));
  return lists;
});

function choose(box) {
  const before = reached(box, 1);
  const behind = reached(box, 0);
  svg.classList.add("chosen");
  boxElements.forEach((element, number) => {
    element.classList.toggle("lit", number === box || before.boxes.has(number) || behind.boxes.has(number));
    element.setAttribute("aria-pressed", number === box);
  });
  arrowElements.forEach((element, number) => {
    element.classList.toggle("lit", before.arrows.has(number) || behind.arrows.has(number));
  });
  details.replaceChildren(...described(box, before.boxes.size, behind.boxes.size));
  details.hidden = false;
  details.scrollTop = 0;
  boxElements[box].scrollIntoView({ block: "nearest", inline: "nearest" });
}

function unchoose() {
  if (details.hidden) return;
  const chosen = svg.querySelector('[aria-pressed="true"]');
  svg.classList.remove("chosen");
  for (const element of svg.querySelectorAll(".lit")) element.classList.remove("lit");
  chosen.removeAttribute("aria-pressed");
  details.hidden = true;
  chosen.focus({ preventScroll: true });
}

function described(number, countBefore, countBehind) {
  const box = boxes[number];
  const swatch = make("span", { className: "swatch" });
  swatch.style.background = box.color;
  const parts = [
    make("button", { className: "close", textContent: "Close", onclick: unchoose }),
    make("h2", { textContent: box.title }),
    make("p", {}, swatch, box.type ? `${box.type}: ` : "", box.meaning),
    make("p", { className: "muted", textContent: box.path }),
    ...neighbours("Gets records from", number, 1, countBefore),
    ...neighbours("Passes records to", number, 0, countBehind),
  ];
  if (box.expressions.length) parts.push(make("h3", { textContent: "Expressions" }));
  for (const [path, language, text] of box.expressions) {
    parts.push(make("p", { className: "from", textContent: `${path} (${language})` }), make("pre", { textContent: text }));
  }
  if (box.json) parts.push(make("h3", { textContent: "Fields" }), make("pre", { textContent: box.json }));
  return parts;
}

function neighbours(title, number, end, count) {
  const near = [...new Set(byEnd[end][number].map((arrow) => arrows[arrow][1 - end]))];
  const more = count > near.length ? `${count} in all, directly or through others` : "";
  const buttons = near.map((other) => make("button", { textContent: boxes[other].title, onclick: () => choose(other) }));
  return [
    make("h3", { textContent: title }),
    make("div", { className: "nodes" }, ...(buttons.length ? buttons : [make("span", { className: "muted" }, "no node")])),
    make("p", { className: "muted", textContent: more }),
  ];
}

function zoom(to, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2) {
  const next = Math.min(Math.max(to, 0.05), 3);
  const left = (canvas.scrollLeft + x) / scale;
  const top = (canvas.scrollTop + y) / scale;
  scale = next;
  svg.setAttribute("width", natural.width * scale);
  svg.setAttribute("height", natural.height * scale);
  canvas.scrollLeft = left * scale - x;
  canvas.scrollTop = top * scale - y;
}

function fitting() {
  return Math.min(canvas.clientWidth / natural.width, canvas.clientHeight / natural.height, 1);
}

function find() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  svg.classList.toggle("searched", words.length > 0);
  boxElements.forEach((element, number) => {
    const text = `${boxes[number].title} ${boxes[number].type} ${boxes[number].detail}`.toLowerCase();
    element.classList.toggle("found", words.every((word) => text.includes(word)));
  });
}

svg.addEventListener("click", (event) => {
  const box = event.target.closest("[data-box]");
  if (box) choose(Number(box.dataset.box));
  else if (!canvas.classList.contains("dragged")) unchoose();
});
svg.addEventListener("keydown", (event) => {
  const box = event.target.closest("[data-box]");
  if (box && (event.key === "Enter" || event.key === " ")) {
    event.preventDefault();
    choose(Number(box.dataset.box));
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") unchoose();
});
search.addEventListener("input", find);
search.addEventListener("keydown", (event) => {
  const found = svg.querySelector(".found");
  if (event.key === "Enter" && search.value.trim() && found) choose(Number(found.dataset.box));
});
document.getElementById("larger").onclick = () => zoom(scale * 1.25);
document.getElementById("smaller").onclick = () => zoom(scale / 1.25);
document.getElementById("fit").onclick = () => zoom(fitting());
canvas.addEventListener("wheel", (event) => {
  if (!event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  const frame = canvas.getBoundingClientRect();
  zoom(scale * Math.exp(-event.deltaY / 300), event.clientX - frame.left, event.clientY - frame.top);
}, { passive: false });

// The mouse drags the canvas; fingers scroll it anyway.
canvas.addEventListener("pointerdown", (down) => {
  if (down.pointerType !== "mouse" || down.button !== 0 || down.target.closest("[data-box]")) return;
  const start = { left: canvas.scrollLeft, top: canvas.scrollTop };
  const move = (event) => {
    canvas.classList.add("dragged");
    canvas.scrollLeft = start.left - (event.clientX - down.clientX);
    canvas.scrollTop = start.top - (event.clientY - down.clientY);
  };
  const up = () => {
    document.removeEventListener("pointermove", move);
    setTimeout(() => canvas.classList.remove("dragged")); // after the click that ends the drag
  };
  document.addEventListener("pointermove", move);
  document.addEventListener("pointerup", up, { once: true });
});

// Large graphs start at a size that can be read, and are scrolled.
zoom(Math.max(fitting(), 0.8));
canvas.scrollTo(0, 0);
