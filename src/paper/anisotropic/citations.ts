import type { Citation } from "../../report/index.ts";
import { fashionMnist } from "../citations.ts";

/** What this reproduction stands on. */
export const citations: readonly Citation[] = [
  {
    key: "zhu2019anisotropic",
    text: "Z. Zhu, J. Wu, B. Yu, L. Wu, J. Ma, The Anisotropic Noise in Stochastic Gradient Descent: Its Behavior of Escaping from Sharp Minima and Regularization Effects, ICML 2019.",
    url: "https://arxiv.org/abs/1803.00195",
    bibtex: `@inproceedings{zhu2019anisotropic,
  title     = {The Anisotropic Noise in Stochastic Gradient Descent: Its Behavior of Escaping from Sharp Minima and Regularization Effects},
  author    = {Zhu, Zhanxing and Wu, Jingfeng and Yu, Bing and Wu, Lei and Ma, Jinwen},
  booktitle = {International Conference on Machine Learning},
  year      = {2019}
}`,
  },
  {
    key: "wu2019sgdnoise",
    text: "J. Wu, SGDNoise: the authors' code of the figures, 2019.",
    url: "https://github.com/uuujf/SGDNoise",
  },
  fashionMnist,
];
