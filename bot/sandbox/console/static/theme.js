// Light, dark, or as the system says; as wide as the window, or as a phone. It runs
// before anything is drawn.
(() => {
  const root = document.documentElement.dataset;
  const chosen = localStorage.getItem("theme");
  if (chosen === "light" || chosen === "dark") root.theme = chosen;
  if (localStorage.getItem("view") === "phone") root.view = "phone";
})();
