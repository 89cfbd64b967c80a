/**
 * A colour by its role in the report's palette, never by its value, so that one SVG serves a light
 * and a dark page. `step-1` … `step-6` run from weak to strong, for ordered families.
 */
export type Colour =
  | "blue"
  | "vermilion"
  | "green"
  | "purple"
  | "amber"
  | "grey"
  | "ink"
  | `step-${1 | 2 | 3 | 4 | 5 | 6}`;

/** The names of the page's own colours: paper, text, rules, chips. */
export type Surface =
  | "paper"
  | "raised"
  | "sunken"
  | "rule"
  | "faint"
  | "muted"
  | "text"
  | "link"
  | "good"
  | "good-paper"
  | "bad"
  | "bad-paper"
  | "unsure"
  | "unsure-paper";

export type Palette = Readonly<Record<Colour | Surface, string>>;

/**
 * Hues after Okabe & Ito (2008), darkened until each line stands 3 : 1 against the paper. The steps
 * run away from the paper in lightness; both families keep apart under the three colour deficiencies, as the
 * test computes.
 */
export const light: Palette = {
  paper: "#fffefb",
  raised: "#ffffff",
  sunken: "#f6f4ee",
  rule: "#e3e0d7",
  faint: "#c9c5b9",
  muted: "#65625a",
  text: "#22211e",
  link: "#0b5c94",
  good: "#0a6b4b",
  "good-paper": "#def3e9",
  bad: "#a3341c",
  "bad-paper": "#fce6df",
  unsure: "#755300",
  "unsure-paper": "#fbefcf",
  blue: "#0a68a8",
  vermilion: "#d0510a",
  green: "#00916b",
  purple: "#a8427f",
  amber: "#a87900",
  grey: "#85827a",
  ink: "#22211e",
  "step-1": "#0499dd",
  "step-2": "#4061d1",
  "step-3": "#9a4b9c",
  "step-4": "#c4006d",
  "step-5": "#95423b",
  "step-6": "#5b4600",
};

/** The same hues, lightened for a dark page. */
export const dark: Palette = {
  paper: "#16171a",
  raised: "#1d1f23",
  sunken: "#202227",
  rule: "#33363d",
  faint: "#4a4e57",
  muted: "#a3a5ab",
  text: "#e9e8e4",
  link: "#7fbdf0",
  good: "#6fd8ae",
  "good-paper": "#12372b",
  bad: "#ff9d83",
  "bad-paper": "#46201a",
  unsure: "#f0c662",
  "unsure-paper": "#3b2f10",
  blue: "#62aeea",
  vermilion: "#ff8848",
  green: "#35c99a",
  purple: "#e68cc4",
  amber: "#e3b341",
  grey: "#8f929a",
  ink: "#e9e8e4",
  "step-1": "#4679a3",
  "step-2": "#9278fa",
  "step-3": "#c894ec",
  "step-4": "#fd8fa8",
  "step-5": "#f2bd8c",
  "step-6": "#f2ed64",
};

/** The CSS value of a role; the light value stands in where a figure is shown without the page's style. */
export function paint(colour: Colour | Surface): string {
  return `var(--${colour}, ${light[colour]})`;
}

/** Colours for `count` members of an ordered family, spread over the six steps (more repeat the last). */
export function ramp(count: number): Colour[] {
  const steps: Colour[] = ["step-1", "step-2", "step-3", "step-4", "step-5", "step-6"];
  if (count <= 1) return count === 1 ? ["step-4"] : [];
  return Array.from({ length: count }, (_, i) => {
    const at = count <= 6 ? Math.round((i * 5) / (count - 1)) : Math.min(i, 5);
    return steps[at];
  });
}
