import type { Citation } from "../../report/index.ts";
import { cifar10, fashionMnist } from "../citations.ts";

/** What this reproduction stands on. */
export const citations: readonly Citation[] = [
  {
    key: "jastrzebski2017three",
    text: "S. Jastrzębski, Z. Kenton, D. Arpit, N. Ballas, A. Fischer, Y. Bengio, A. Storkey, Three Factors Influencing Minima in SGD, 2017.",
    url: "https://arxiv.org/abs/1711.04623",
    bibtex: `@article{jastrzebski2017three,
  title   = {Three Factors Influencing Minima in {SGD}},
  author  = {Jastrz{\\k{e}}bski, Stanis{\\l}aw and Kenton, Zachary and Arpit, Devansh and Ballas, Nicolas and Fischer, Asja and Bengio, Yoshua and Storkey, Amos},
  journal = {arXiv preprint arXiv:1711.04623},
  year    = {2017}
}`,
  },
  {
    key: "mulayoff2024exact",
    text: "R. Mulayoff, T. Michaeli, Exact Mean Square Linear Stability Analysis for SGD, COLT 2024.",
    url: "https://arxiv.org/abs/2306.07850",
    bibtex: `@inproceedings{mulayoff2024exact,
  title     = {Exact Mean Square Linear Stability Analysis for {SGD}},
  author    = {Mulayoff, Rotem and Michaeli, Tomer},
  booktitle = {Conference on Learning Theory},
  year      = {2024}
}`,
  },
  fashionMnist,
  cifar10,
];
