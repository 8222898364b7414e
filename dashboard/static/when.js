/* The slider over the days of the year: it moves the date of the form beside it, and asks for it when let go. */
(() => {
  const slider = document.getElementById("at-day");
  const field = document.getElementById("at");
  if (!slider || !field || slider.max === "0") return;
  const first = Date.parse(slider.dataset.first + "T00:00:00Z");
  slider.hidden = false;
  const say = () => slider.setAttribute("aria-valuetext", field.value.slice(0, 10));
  slider.addEventListener("input", () => {
    const day = new Date(first + Number(slider.value) * 86400000).toISOString().slice(0, 10);
    const at = day + "T" + (field.value.slice(11) || "09:00");
    field.value = at > field.max ? field.max : at < field.min ? field.min : at;
    say();
  });
  let asked = 0; /* by keyboard each step is a change: several in a row ask once */
  slider.addEventListener("change", () => {
    clearTimeout(asked);
    asked = setTimeout(() => field.form.requestSubmit(), 400);
  });
  say();
})();
