// When an answer is merged into the page, the focus stays on the same control, and options that were to be seen still
// are: without numbers, which the server counts for who asks.
const CHIPS = 'ul[aria-label="Active filters"] a';
let before = null;

const labelsOf = (facet) => [...facet.querySelectorAll("label")];
const inputOf = (label) => label.querySelector("input");
const facets = () => [...document.querySelectorAll("fieldset.facet")];
const nameOf = (facet) => facet.querySelector("input")?.name;

function uncounted(label) {
  const copy = label.cloneNode(true);
  copy.querySelector("b")?.remove();
  inputOf(copy).removeAttribute("checked");
  inputOf(copy).checked = false;
  return copy;
}

// What finds a control again: its name and value, the place of a chip, or which options a link led away from.
function memoryOf(control) {
  const facet = control.closest("fieldset.facet");
  if (control.name) return { name: control.name, value: /^(checkbox|radio)$/.test(control.type) ? control.value : null };
  if (facet) return { name: nameOf(facet), known: labelsOf(facet).map((label) => inputOf(label).value) };
  if (control.matches(CHIPS)) return { chip: [...document.querySelectorAll(CHIPS)].indexOf(control) };
  return null;
}

function again({ name, value, known, chip }) {
  const chips = [...document.querySelectorAll(CHIPS)];
  if (chip !== undefined) return chips[Math.min(chip, chips.length - 1)] ?? document.querySelector("#results .strong[role=status]");
  const named = [...document.querySelectorAll("#browse [name], #filter-page [name]")].filter((one) => one.name === name);
  if (known) return named.find((one) => !known.includes(one.value)) ?? named[0];
  return named.find((one) => value === null || one.value === value);
}

// A list names of a long filter that is set only what is chosen.
function keepOptions(facet, old, focused) {
  const now = new Map(labelsOf(facet).map((label) => [inputOf(label).value, label]));
  const isShort = [...now.values()].every((label) => inputOf(label).checked);
  const isLost = focused?.name === nameOf(facet) && focused.value !== undefined && !now.has(focused.value);
  if (!old || old.length <= now.size || !(isShort || isLost)) return;
  const link = facet.querySelector(":scope > a");
  for (const label of old) {
    const value = inputOf(label).value;
    facet.insertBefore(now.get(value) ?? label, link);
    now.delete(value);
  }
  for (const label of now.values()) facet.insertBefore(label, link);
}

document.addEventListener("htmx:before:swap", () => {
  const active = document.activeElement?.closest("#browse, #filter-page") ? document.activeElement : null;
  before = {
    control: active && memoryOf(active),
    options: new Map(facets().map((facet) => [nameOf(facet), labelsOf(facet).map(uncounted)])),
  };
});

document.addEventListener("htmx:after:swap", () => {
  if (!before) return;
  for (const facet of facets()) {
    for (const label of labelsOf(facet)) inputOf(label).checked = inputOf(label).defaultChecked;
    keepOptions(facet, before.options.get(nameOf(facet)), before.control);
  }
  const control = before.control && again(before.control);
  if (control && control !== document.activeElement) {
    if (!control.matches("a, input, select, button")) control.tabIndex = -1;
    control.focus({ preventScroll: true });
  }
  before = null;
});

function get(source, address, sync, change) {
  source.setAttribute("hx-sync", sync);
  htmx.ajax("GET", address, { source, target: "#browse", select: "#browse", swap: "outerMorph", ...change });
}

function setFilter(event) {
  const form = event.target.form ?? event.target;
  if (form.id !== "filters" || !window.htmx) return;
  event.preventDefault();
  get(form, form.getAttribute("action"), "this:replace");
}

// The other options of a filter that is set are counted when somebody reaches for it.
function reach(event) {
  const facet = event.target.closest?.("fieldset[data-uncounted]");
  if (!facet || !window.htmx) return;
  facet.removeAttribute("data-uncounted");
  const all = new URL(document.querySelector("#results a.narrow-only").href);
  all.searchParams.set("all", nameOf(facet));
  get(facet, all.pathname + all.search, "closest form:queue all", { target: facet, select: null });
}

// Links that take a filter away, or show all its options.
function follow(event) {
  const link = event.target.closest(`${CHIPS}, #filters fieldset > a`);
  const isPlain = !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  const facet = link?.closest("fieldset");
  if (!link || !isPlain || !window.htmx || (!facet && link.pathname !== location.pathname)) return;
  event.preventDefault();
  get(link, link.getAttribute("href"), "this:drop", facet && { target: facet, select: null, swap: "outerHTML" });
}

for (const kind of ["change", "submit"]) document.addEventListener(kind, setFilter);
for (const kind of ["pointermove", "focusin"]) document.addEventListener(kind, reach);
document.addEventListener("click", follow);
