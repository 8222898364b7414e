// Saves each row once it is left, takes what is pasted from a spreadsheet, warns of what is not saved yet.
// Without this script the form is sent as a whole and does the same.
"use strict";
(() => {
  const form = document.querySelector("form[data-rows]");
  if (!form) return;
  const body = form.querySelector("tbody"), said = form.querySelector("[data-said]");
  const waiting = new Set(), typed = new Map(); // rows to be sent; how often each was typed in since it was saved
  let busy = false, stopped = false, lapsed = false, running = Promise.resolve(true);
  const cells = (row) => [...row.querySelectorAll("input, select, textarea")];
  const say = (words, bad = false) => { said.textContent = words; said.className = bad ? "alarm" : ""; };
  const left = () => typed.size ? `还有 ${typed.size} 行没有保存。` : "";

  function mark(row) {
    typed.set(row, (typed.get(row) || 0) + 1);
    row.className = "unsaved";
    say(left());
  }
  function faults(row, found) {
    for (const old of row.querySelectorAll("small.fault")) old.remove();
    for (const cell of cells(row)) cell.removeAttribute("aria-invalid");
    for (const one of found) {
      const cell = row.querySelector(`[name="${CSS.escape(one.cell)}"]`) || cells(row)[0], words = document.createElement("small");
      words.className = "fault";
      words.textContent = one.said;
      cell.setAttribute("aria-invalid", "true");
      cell.after(words);
    }
  }
  async function send(row) {
    const data = new FormData(), before = typed.get(row);
    data.set("csrf", form.elements.csrf.value);
    data.set("kept", row.dataset.kept);
    for (const cell of cells(row)) if (cell.type !== "checkbox" || cell.checked) data.set(cell.name, cell.value);
    let answer;
    try {
      const response = await fetch(form.dataset.rows, { method: "POST", body: new URLSearchParams(data), redirect: "manual" });
      if (response.type === "opaqueredirect") return over();
      if (response.status === 401 || response.status === 403) return over();
      if (!response.ok) throw new Error(String(response.status));
      answer = await response.json();
    } catch {
      say(`没有连上，${left()}连上之后自动再试，请不要关闭本页。`, true);
      setTimeout(next, 5000);
      return false;
    }
    waiting.delete(row);
    faults(row, answer.faults);
    if (answer.version !== undefined) form.elements.version.value = answer.version;
    if (answer.saved) {
      row.dataset.kept = answer.kept;
      if (typed.get(row) === before) { typed.delete(row); row.className = "saved"; }
      if (!answer.kept && data.has(cells(row).at(-1).name)) row.remove();
    }
    say(answer.saved ? `已保存。${left()}` : `${answer.said}。${left()}`, !answer.saved);
    return true;
  }
  function over() {
    lapsed = true;
    say("登录已失效，还没有保存的内容仍在本页。请在另一个窗口登录，再回到本页按“保存”。", true);
    return false;
  }
  function next() {
    if (!(busy || stopped || lapsed)) running = all();
    return running;
  }
  async function all() { // true where nothing is left to be sent
    busy = true;
    try {
      for (let row; (row = waiting.values().next().value); ) if (!(await send(row))) return false;
      return true;
    } finally { busy = false; }
  }
  const leave = (row) => { if (typed.has(row)) { waiting.add(row); next(); } };

  body.addEventListener("input", (event) => mark(event.target.closest("tr")));
  body.addEventListener("focusout", (event) => {
    const row = event.target.closest("tr");
    if (!row.contains(event.relatedTarget)) leave(row);
  });
  body.addEventListener("change", (event) => { // what fills a cell in without going there
    const row = event.target.closest("tr");
    if (!row.contains(document.activeElement)) leave(row);
  });
  addEventListener("online", next);
  addEventListener("beforeunload", (event) => { if (typed.size && !stopped) event.preventDefault(); });
  form.addEventListener("submit", (event) => { // what is on its way changes the draft that the page was made from
    if (!busy) { stopped = true; return; }
    event.preventDefault();
    running.then((sent) => { if (sent) form.requestSubmit(event.submitter); });
  });

  function another(row) { // one more new row, numbered on
    const copy = row.cloneNode(true), was = row.dataset.line, line = String(Number(was) + 1);
    copy.dataset.line = line;
    copy.dataset.kept = copy.className = "";
    for (const name of copy.querySelectorAll("small.who")) name.remove();
    copy.querySelector("th").id = `r${line}`;
    copy.querySelector("th").firstChild.textContent = line;
    for (const cell of cells(copy)) {
      cell.name = cell.name.replace(was, line);
      cell.setAttribute("aria-labelledby", cell.getAttribute("aria-labelledby").replace(`r${was}`, `r${line}`));
      cell.value = "";
    }
    faults(copy, []);
    row.after(copy);
    return copy;
  }
  function put(cell, words) {
    const value = words.trim();
    if (cell.tagName === "SELECT" && ![...cell.options].some((one) => one.value === value)) cell.add(new Option(value, value));
    cell.value = value;
  }
  // What a spreadsheet copies: a line a row, tabs between the cells, one with line breaks in quotes.
  const table = (text) => text.replace(/\r\n?/g, "\n").replace(/\n$/, "").match(/("(?:[^"]|"")*"|[^\t\n])*(\t|\n|$)/g)
    .filter((piece, at, all) => piece || !at || all[at - 1].endsWith("\t"))
    .reduce((rows, piece) => {
      const end = piece.at(-1), cell = /[\t\n]$/.test(piece) ? piece.slice(0, -1) : piece;
      rows.at(-1).push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"').replaceAll("\n", " ") : cell);
      if (end === "\n") rows.push([]);
      return rows;
    }, [[]]);
  body.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain");
    if (!/[\t\n]/.test(text.trim())) return;
    event.preventDefault();
    let row = event.target.closest("tr");
    const first = cells(row).indexOf(event.target), open = form.dataset.open !== undefined, lines = table(text);
    for (const [at, line] of lines.entries()) {
      const places = cells(row).filter((cell) => cell.type !== "checkbox").slice(first);
      line.slice(0, places.length).forEach((words, place) => put(places[place], words));
      mark(row);
      waiting.add(row);
      if (at + 1 === lines.length) break;
      if (!row.nextElementSibling && !open) { say("粘贴的行比本页多，其余没有粘贴；请到下一页再粘贴。", true); break; }
      row = row.nextElementSibling || another(row);
    }
    next();
  });
})();
