/* Says that a page may be out of date: the browser has no network, or what a page asks again by itself got no answer. */
(() => {
  const said = document.getElementById("offline");
  said.setAttribute("role", "alert");
  let unanswered = false;
  const show = () => { said.hidden = navigator.onLine && !unanswered; };
  addEventListener("online", show);
  addEventListener("offline", show);
  document.addEventListener("htmx:afterRequest", (event) => {
    unanswered = !event.detail.successful;
    show();
  });
  show();
})();
