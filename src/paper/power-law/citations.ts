import type { Citation } from "../../report/index.ts";
import { fashionMnist, powerLawEscape } from "../citations.ts";

/** What this reproduction stands on. */
export const citations: readonly Citation[] = [
  {
    key: "meng2020dynamic",
    text: "Q. Meng, S. Gong, W. Chen, Z.-M. Ma, T.-Y. Liu, Dynamic of Stochastic Gradient Descent with State-Dependent Noise, 2020.",
    url: "https://arxiv.org/abs/2006.13719",
    bibtex: `@article{meng2020dynamic,
  title   = {Dynamic of Stochastic Gradient Descent with State-Dependent Noise},
  author  = {Meng, Qi and Gong, Shiqi and Chen, Wei and Ma, Zhi-Ming and Liu, Tie-Yan},
  journal = {arXiv preprint arXiv:2006.13719},
  year    = {2020}
}`,
  },
  powerLawEscape,
  {
    key: "kesten1973random",
    text: "H. Kesten, Random difference equations and renewal theory for products of random matrices, Acta Mathematica 131, 1973.",
    url: "https://doi.org/10.1007/BF02392040",
    bibtex: `@article{kesten1973random,
  title   = {Random difference equations and renewal theory for products of random matrices},
  author  = {Kesten, Harry},
  journal = {Acta Mathematica},
  volume  = {131},
  pages   = {207--248},
  year    = {1973}
}`,
  },
  fashionMnist,
];
