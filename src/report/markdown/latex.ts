import type { MathNode } from "../math.ts";

const commands: Readonly<Record<string, string>> = {
  α: "\\alpha", β: "\\beta", γ: "\\gamma", δ: "\\delta", ε: "\\varepsilon", ζ: "\\zeta", η: "\\eta",
  θ: "\\theta", κ: "\\kappa", λ: "\\lambda", μ: "\\mu", ν: "\\nu", ξ: "\\xi", π: "\\pi", ρ: "\\rho",
  σ: "\\sigma", τ: "\\tau", φ: "\\varphi", χ: "\\chi", ψ: "\\psi", ω: "\\omega", Γ: "\\Gamma",
  Δ: "\\Delta", Θ: "\\Theta", Λ: "\\Lambda", Σ: "\\Sigma", Φ: "\\Phi", Ψ: "\\Psi", Ω: "\\Omega",
  "·": "\\cdot", "×": "\\times", "−": "-", "±": "\\pm", "≈": "\\approx", "≤": "\\le", "≥": "\\ge",
  "≠": "\\ne", "∝": "\\propto", "∇": "\\nabla", "∂": "\\partial", "∑": "\\sum", "∏": "\\prod",
  "∫": "\\int", "√": "\\surd", "∞": "\\infty", "→": "\\to", "∈": "\\in", "‖": "\\Vert", "|": "\\vert",
  "⟨": "\\langle", "⟩": "\\rangle", "…": "\\dots", "∼": "\\sim", "½": "\\tfrac{1}{2}",
  "\\": "\\backslash", "{": "\\{", "}": "\\}", "#": "\\#", $: "\\$", "%": "\\%", "&": "\\&",
  _: "\\_", "^": "\\wedge", "~": "\\sim", "`": "'", "<": "\\lt", ">": "\\gt",
}; // prettier-ignore

/**
 * A formula as LaTeX, in commands that MathJax and KaTeX both know and without the signs `<`, `|` and
 * `` ` ``, for which Markdown or a host would mistake it. Names of several letters are upright.
 */
export function latex(math: MathNode): string {
  if (typeof math === "string") return token(math);
  if (math.tag === "text") return `\\text{${upright(math.text)}}`;
  const [a, b, c] = math.of.map(latex);
  const base = typeof math.of[0] === "string" ? a : `{${a}}`;
  switch (math.tag) {
    case "row":
      return math.of.map(latex).join(" ");
    case "sub":
      return `${base}_{${b}}`;
    case "sup":
      return `${base}^{${b}}`;
    case "subsup":
      return `${base}_{${b}}^{${c}}`;
    case "frac":
      return `\\frac{${a}}{${b}}`;
    case "hat":
      return `\\hat{${a}}`;
  }
}

function token(text: string): string {
  const runs = text.match(/[A-Za-z]{2,}|\d(?:[\d.,]*\d)?|./gsu) ?? [];
  return runs
    .map((run) => {
      if (/^[A-Za-z]{2,}$/.test(run)) return `\\mathrm{${run}}`;
      return /^\d/.test(run) ? run.replaceAll(",", "{,}") : (commands[run] ?? run);
    })
    .join(" ");
}

function upright(text: string): string {
  return text
    .replace(/[\\`|<>]/g, " ")
    .replace(/[{}#$%&_]/g, "\\$&")
    .replace(/[~^]/g, "\\$&{}");
}
