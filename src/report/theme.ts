/**
 * The page's only script: a button that turns a dark page light and back. Without it, or without
 * scripts at all, the page follows the reader's system.
 */
export const themeScript = `(() => {
  const root = document.documentElement;
  const button = document.querySelector(".theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";
  const name = () => { button.textContent = isDark() ? "Light" : "Dark"; };
  button.addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; name(); });
  system.addEventListener("change", name);
  button.hidden = false;
  name();
})();`;

/** SHA-256 of `themeScript` for the page's content security policy, which allows no other script. */
export const themeScriptHash = "sha256-HDoD3Z3tlBFtKz5T/fixDUZzPXBTwoi2HaG9PwnU5u0=";
