// Snippets become tabs, code can be copied, folds open for print and for links into them. Without it all is readable.
"use strict";
function tabs(box, n) {
const parts = [...box.children], list = document.createElement("div");
if (parts.length < 2) return;
list.setAttribute("role", "tablist");
list.setAttribute("aria-label", "Framework");
const buttons = parts.map((part, i) => {
const b = document.createElement("button");
b.type = "button";
b.textContent = part.dataset.title;
b.id = "tab-" + n + "-" + i;
part.id = "panel-" + n + "-" + i;
b.setAttribute("role", "tab");
b.setAttribute("aria-controls", part.id);
part.setAttribute("role", "tabpanel");
part.setAttribute("aria-labelledby", b.id);
b.onclick = () => choose(i);
b.onkeydown = (e) => {
const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
if (step) { choose((i + step + parts.length) % parts.length).focus(); e.preventDefault(); }
};
list.append(b);
return b;
});
function choose(i) {
parts.forEach((part, k) => {
part.classList.toggle("off", k !== i);
buttons[k].setAttribute("aria-selected", k === i);
buttons[k].tabIndex = k === i ? 0 : -1;
});
return buttons[i];
}
box.prepend(list);
box.classList.add("tabbed");
choose(0);
}
document.querySelectorAll(".snippets").forEach(tabs);
if (navigator.clipboard) document.querySelectorAll(".snippet pre").forEach((pre) => {
const b = document.createElement("button");
b.type = "button";
b.className = "copy";
b.textContent = "Copy";
b.onclick = () => navigator.clipboard.writeText(pre.textContent).then(() => { b.textContent = "Copied"; });
pre.after(b);
});
function reveal() {
let part = null;
try { part = document.getElementById(decodeURIComponent(location.hash.slice(1))); } catch { return; }
if (!part) return;
for (let up = part; up; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
part.scrollIntoView();
}
addEventListener("hashchange", reveal);
reveal();
addEventListener("beforeprint", () => document.querySelectorAll("details:not([open])").forEach((d) => { d.open = true; d.dataset.folded = ""; }));
addEventListener("afterprint", () => document.querySelectorAll("details[data-folded]").forEach((d) => { d.open = false; delete d.dataset.folded; }));
