// Dark or light: as the system has it, unless the reader has chosen.
export type Theme = "system" | "light" | "dark";
export const kThemes: readonly Theme[] = ["system", "light", "dark"];
const kKey = "wharf.theme";

export function stored_theme(): Theme {
  try {
    const stored = localStorage.getItem(kKey) as Theme | null;
    return stored && kThemes.includes(stored) ? stored : "system";
  } catch {
    return "system";
  }
}

export function apply_theme(theme: Theme): void {
  document.documentElement.dataset["theme"] = theme;
  try {
    localStorage.setItem(kKey, theme);
  } catch {
    // it is forgotten with the page
  }
}

/// What the page looks like now.
export function is_dark(): boolean {
  const theme = document.documentElement.dataset["theme"];
  return theme === "dark" || (theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
}
