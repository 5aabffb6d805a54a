// Before the first paint, so no module: which theme. "auto" follows the system.
// A file of its own: the page loads it as a script by itself, ahead of its modules.
{
  const KEY = "pewatch.theme";
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = (): void => {
    const { chosen = "auto" } = root.dataset;
    root.dataset["theme"] = chosen === "light" || chosen === "dark" ? chosen : dark.matches ? "dark" : "light";
    dispatchEvent(new Event("theme"));
  };
  // A browser may be set to keep nothing, and then throws: the choice holds for this window.
  try {
    root.dataset["chosen"] = localStorage.getItem(KEY) ?? "auto";
  } catch {
    root.dataset["chosen"] = "auto";
  }
  dark.addEventListener("change", apply);
  addEventListener("choose-theme", (event) => {
    const theme = (event as CustomEvent<string>).detail;
    root.dataset["chosen"] = theme;
    try {
      localStorage.setItem(KEY, theme);
    } catch { /* as above */ }
    apply();
  });
  apply();
}
