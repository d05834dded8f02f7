// The playground's page: takes the code, asks the worker (linter.mjs) for findings, shows them at
// their lines. The code lives behind the # of the address and goes nowhere else.

const PATIENCE = 20_000; // ms for one module, before Python is ended and has to be loaded anew

const $ = (name) => document.getElementById(`playground-${name}`);
const [source, opinions, run, state, result, examples] = [
  "source", "opinions", "run", "state", "result", "example",
].map($);
const folder = new URL(".", import.meta.url);

let linter = null; // a worker, once somebody asked for it
let number = 0; // of the last question

function fromAddress() {
  const values = new URLSearchParams(location.hash.slice(1));
  if (values.has("code")) {
    const coded = values.get("code").replaceAll("-", "+").replaceAll("_", "/");
    try {
      const bytes = Uint8Array.from(atob(coded), (character) => character.charCodeAt(0));
      source.value = new TextDecoder().decode(bytes);
    } catch {
      state.textContent = "The code in this address can't be read: a part of the link is missing.";
    }
    opinions.checked = values.has("opinions");
  }
}

function toAddress() {
  const bytes = new TextEncoder().encode(source.value);
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  const coded = btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  history.replaceState(null, "", `#code=${coded}${opinions.checked ? "&opinions=1" : ""}`);
}

function ask() {
  toAddress();
  const question = ++number;
  const began = performance.now();
  const isFirst = linter === null;
  if (isFirst) linter = new Worker(new URL("linter.mjs", folder), { type: "module" });
  state.textContent = isFirst ? "Loading Python…" : "Looking…";
  run.disabled = isFirst;
  const patience = setTimeout(() => stop("This took too long, and was ended."), PATIENCE * (isFirst ? 6 : 1));
  linter.onerror = (event) => {
    clearTimeout(patience);
    stop(`Python could not be loaded: ${event.message ?? "no connection"}`);
  };
  linter.onmessage = ({ data }) => {
    if (data.question !== number) return;
    clearTimeout(patience);
    run.disabled = false;
    if (data.error) {
      state.textContent = data.error;
      result.hidden = true;
      return;
    }
    const seconds = ((performance.now() - began) / 1000).toFixed(isFirst ? 1 : 2);
    const count = data.findings.length;
    state.textContent = `${count === 1 ? "1 finding" : `${count || "No"} findings`} in ${seconds} s${isFirst ? ", loading Python included" : ""}.`;
    show(data.findings);
  };
  linter.postMessage({ question, source: source.value, opinions: opinions.checked });
}

function stop(why) {
  linter?.terminate();
  linter = null;
  run.disabled = false;
  state.textContent = why;
}

function show(findings) {
  const lines = source.value.split(/\r\n|\r|\n/);
  const shown = lines.flatMap((line, index) => [
    element("code", { className: "playground-line" }, `${String(index + 1).padStart(4)}  ${line}\n`),
    ...findings.filter((finding) => finding.line === index + 1).map(box),
  ]);
  result.replaceChildren(...shown);
  result.hidden = false;
}

function box(finding) {
  const link = element("a", { href: new URL(`../rules/${finding.code}/`, folder).href }, finding.code);
  const fix = finding.fix ? ` (${finding.safe ? "safe" : "unsafe"} fix: ${finding.fix})` : "";
  return element("span", { className: "playground-finding" }, link, ` ${finding.message}${fix}`);
}

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

const codes = JSON.parse($("examples").textContent);
for (const code of Object.keys(codes)) examples.append(element("option", { value: code }, code));
if ($("linter").dataset.python === "true") {
  run.onclick = ask;
  opinions.onchange = () => linter && ask();
  examples.onchange = () => {
    if (codes[examples.value]) source.value = codes[examples.value];
    if (linter) ask();
  };
  let typing;
  source.oninput = () => {
    clearTimeout(typing);
    typing = setTimeout(() => (linter && !run.disabled ? ask() : toAddress()), 500);
  };
  window.addEventListener("hashchange", fromAddress);
} else {
  run.disabled = true;
  state.textContent = "This copy of the site was built without Python for the browser, so there is nothing to run here.";
}
source.value = codes.CRT203;
fromAddress();
