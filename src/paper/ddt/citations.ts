import type { Citation } from "../../report/index.ts";
import { fashionMnist, powerLawEscape } from "../citations.ts";

/** What this reproduction stands on. */
export const citations: readonly Citation[] = [
  {
    key: "xie2021diffusion",
    text: "Z. Xie, I. Sato, M. Sugiyama, A Diffusion Theory For Deep Learning Dynamics: Stochastic Gradient Descent Exponentially Favors Flat Minima, ICLR 2021.",
    url: "https://arxiv.org/abs/2002.03495",
    bibtex: `@inproceedings{xie2021diffusion,
  title     = {A Diffusion Theory For Deep Learning Dynamics: Stochastic Gradient Descent Exponentially Favors Flat Minima},
  author    = {Xie, Zeke and Sato, Issei and Sugiyama, Masashi},
  booktitle = {International Conference on Learning Representations},
  year      = {2021}
}`,
  },
  {
    key: "kramers1940brownian",
    text: "H. A. Kramers, Brownian motion in a field of force and the diffusion model of chemical reactions, Physica 7, 1940.",
    url: "https://doi.org/10.1016/S0031-8914(40)90098-2",
    bibtex: `@article{kramers1940brownian,
  title   = {{Brownian} motion in a field of force and the diffusion model of chemical reactions},
  author  = {Kramers, Hendrik Anthony},
  journal = {Physica},
  volume  = {7},
  pages   = {284--304},
  year    = {1940}
}`,
  },
  powerLawEscape,
  fashionMnist,
];
