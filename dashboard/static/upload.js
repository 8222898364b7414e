// Sends a workbook with its progress shown; without this script the form is sent as any other and says the same.
"use strict";
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !("upload" in form.dataset) || !form.elements.workbook.files.length) return;
  event.preventDefault();
  const bar = form.querySelector("progress"), said = form.querySelector("[role=status]");
  const refused = form.querySelector(".refused"), button = form.querySelector("button");
  const refuse = (why) => { form.querySelector(".sending").hidden = true; button.disabled = false; refused.textContent = why; refused.hidden = false; };
  refused.hidden = true;
  if (form.elements.workbook.files[0].size > Number(form.dataset.largest)) return refuse("文件超过 5 MB，没有上传；请把内容填入系统下发的空白模板后重新上传。");
  const request = new XMLHttpRequest(), body = new FormData(form);
  form.querySelector(".sending").hidden = false;
  button.disabled = true;
  said.textContent = "正在上传…";
  request.upload.addEventListener("progress", (step) => { if (step.lengthComputable) bar.value = (100 * step.loaded) / step.total; });
  request.upload.addEventListener("load", () => { bar.removeAttribute("value"); said.textContent = "已传完，正在检查…"; });
  request.addEventListener("error", () => refuse("网络中断，没有上传成功；请重试。"));
  request.addEventListener("load", () => {
    const kind = request.getResponseHeader("content-type") || "";
    if (!kind.startsWith("text/html")) return refuse(request.responseText || "没有上传成功；请重试。");
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    document.title = page.title;
    history.pushState(null, "", request.responseURL || form.action);
    document.getElementById("main").replaceChildren(...page.getElementById("main").childNodes);
    const result = document.querySelector("[data-result]");
    if (result) result.focus();
    scrollTo(0, 0);
  });
  request.open("POST", form.action);
  request.send(body);
});
// A file may be dropped anywhere on the form.
const over = (event) => event.target instanceof Element && event.target.closest("form[data-upload]");
for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) document.addEventListener(kind, (event) => {
  const form = over(event);
  if (!form || !event.dataTransfer.types.includes("Files")) return;
  event.preventDefault();
  form.classList.toggle("over", kind === "dragenter" || kind === "dragover");
  if (kind === "drop") form.elements.workbook.files = event.dataTransfer.files;
});
addEventListener("popstate", () => location.reload());
