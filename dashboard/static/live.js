/* The matrix that refreshes itself: nothing moves where nothing changed; focus and scroll stay where they were. */
(() => {
  const live = document.getElementById("live");
  if (!live || !live.hasAttribute("hx-get")) return;
  let etag = null;
  let before = null;
  const frame = () => live.querySelector(".grid");
  const address = (link) => link && link.getAttribute("href");
  live.addEventListener("htmx:configRequest", (event) => {
    if (etag) event.detail.headers["If-None-Match"] = etag;
  });
  live.addEventListener("htmx:beforeSwap", (event) => {
    const answer = event.detail.xhr;
    const clock = answer.getResponseHeader("talent-clock");
    event.detail.shouldSwap = answer.status === 200 && clock !== null;
    if (clock === null) {
      if (answer.status === 200) location.reload(); /* signed out: the answer is the page that asks to sign in */
      return;
    }
    event.detail.isError = false;
    document.getElementById("now").textContent = decodeURIComponent(clock);
    if (!event.detail.shouldSwap) return;
    etag = answer.getResponseHeader("etag");
    before = {
      focus: live.contains(document.activeElement) ? address(document.activeElement) : null,
      inFrame: document.activeElement === frame(),
      left: frame().scrollLeft,
      top: frame().scrollTop,
    };
  });
  live.addEventListener("htmx:afterSwap", () => {
    if (!before) return;
    frame().scrollTo(before.left, before.top);
    const links = before.focus ? [...live.querySelectorAll("a")] : [];
    const again = before.inFrame ? frame() : links.find((link) => address(link) === before.focus);
    if (again) again.focus({ preventScroll: true });
    before = null;
  });
})();
